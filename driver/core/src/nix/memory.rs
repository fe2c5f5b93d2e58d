//! How much memory this machine has left.

/// MiB that are free; none where the kernel does not say.
pub fn available() -> Option<u64> {
    available_mebibytes(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn available_mebibytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_what_is_available() {
        let memory = available_mebibytes("MemTotal: 1 kB\nMemAvailable:    6000000 kB\n");
        assert_eq!(memory, Some(5859));
        assert_eq!(available_mebibytes("nothing"), None);
    }
}
