//! Where the traces of errors are kept: one file for each thing that does not evaluate, the newest trace of it.

use std::path::PathBuf;

use netlib_core::private;

/// The folder of their files, which the messages name; without one they are part of the messages.
pub type Traces = Option<PathBuf>;

/// The user's folder for such things.
pub fn folder() -> Traces {
    Some(dirs::state_dir()?.join("netlib/traces"))
}

/// Takes care of one trace; the text goes on after "The whole trace:". The name says whose it is; it need not be fit for a file.
pub(crate) fn keep(folder: &Traces, name: &str, text: &str) -> String {
    let Some(folder) = folder else { return text.trim_end().lines().map(|line| format!("\n    {line}")).collect() };
    let fit = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = name.chars().map(fit).collect();
    let file = folder.join(format!("{name}.log"));
    let made = private::make_folder(folder);
    match made.and_then(|()| private::write(&file, &format!("{}\n", text.trim_end()))) {
        Ok(()) => format!(" {} (or run again with --show-trace)", file.display()),
        Err(_) => " run again with --show-trace".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_in_its_file_or_shown() {
        let folder = tempfile::tempdir().unwrap();
        let traces = Some(folder.path().join("new"));
        let file = folder.path().join("new/default-toplevels.a_b.log");
        let kept = format!(" {} (or run again with --show-trace)", file.display());
        assert_eq!(keep(&traces, "default-toplevels.a/b", "one\n"), kept);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one\n");
        keep(&traces, "default-toplevels.a/b", "two");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "two\n");

        assert_eq!(keep(&None, "x", "three"), "\n    three");
        assert_eq!(keep(&Some("/proc/none".into()), "x", "four"), " run again with --show-trace");
    }
}
