//! What `testbed status` says.

use std::fmt::Write;

use crate::bed::Bed;
use crate::error::Result;
use crate::host::Host;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::record::Link;
use crate::site::{Site, names};

/// One line for each bed and one for each of its hosts.
pub(crate) fn describe(layout: &Layout) -> Result<String> {
    // Asking whose a bed is takes its owner's lock for an instant, which whoever clears beds at that moment would believe.
    let _lock = Lock::take(&layout.lock_file())?;
    let mut text = String::new();
    for name in names(layout) {
        // One that is just being made or removed has no record.
        let Ok(bed) = Bed::attach(&name) else {
            continue;
        };
        let owner = if bed.is_until_down() {
            "until `testbed down`"
        } else if Site::of(layout, &name).is_owned()? {
            "belongs to a running process"
        } else {
            "its process is gone; cleaned up at the next `testbed up`"
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "bed {name} ({owner})");
        for host in bed.hosts() {
            let _ = writeln!(text, "  {}", line(&host)?);
        }
    }
    if text.is_empty() {
        text.push_str("no beds; `testbed up --hosts alpha,beta,gamma` makes one\n");
    }
    Ok(text)
}

fn line(host: &Host) -> Result<String> {
    let power = if host.is_running()? { "running" } else { "off" };
    Ok(format!(
        "{:<16} {:<8} {:<7} {:<12} {:<16} {}",
        host.name(),
        host.suite()?,
        power,
        host.ipv4()?,
        host.ipv6()?,
        cable(host.link()?)
    ))
}

fn cable(link: Link) -> String {
    let mut faults = Vec::new();
    if link.cut {
        faults.push("cut".to_owned());
    }
    if link.delay_ms > 0 {
        faults.push(format!("{} ms each way", link.delay_ms));
    }
    if link.loss_percent > 0 {
        faults.push(format!("{}% lost", link.loss_percent));
    }
    if faults.is_empty() {
        return "connected".to_owned();
    }
    faults.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told() {
        assert_eq!(cable(Link::default()), "connected");
        let bad = Link { cut: true, delay_ms: 50, loss_percent: 3 };
        assert_eq!(cable(bad), "cut, 50 ms each way, 3% lost");
    }
}
