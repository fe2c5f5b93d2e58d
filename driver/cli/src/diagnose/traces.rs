//! Where the traces of errors are kept: one file for each thing that does not evaluate, the newest trace of it.

use std::path::PathBuf;

use netlib_core::private;

/// What becomes of the traces of errors.
#[derive(Clone, Debug)]
pub enum Traces {
    /// They are part of the messages.
    Show,
    /// They are kept in files of this folder, which the messages name.
    Keep(Option<PathBuf>),
}

impl Traces {
    /// In the user's folder for such things.
    pub fn kept() -> Self {
        Self::Keep(dirs::state_dir().map(|state| state.join("netlib/traces")))
    }

    /// Takes care of one trace; the text goes on after "The whole trace:". The name says whose it is; it need not be fit for a file.
    pub(crate) fn keep(&self, name: &str, text: &str) -> String {
        let Self::Keep(folder) = self else {
            return text.trim_end().lines().map(|line| format!("\n    {line}")).collect();
        };
        let fit = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let name: String = name.chars().map(fit).collect();
        let kept = folder.as_ref().map(|folder| folder.join(format!("{name}.log"))).filter(|file| {
            let made = file.parent().map_or(Ok(()), private::make_folder);
            made.and_then(|()| private::write(file, &format!("{}\n", text.trim_end()))).is_ok()
        });
        match kept {
            Some(file) => format!(" {} (or run again with --show-trace)", file.display()),
            None => " run again with --show-trace".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_in_its_file_or_shown() {
        let folder = tempfile::tempdir().unwrap();
        let traces = Traces::Keep(Some(folder.path().join("new")));
        let file = folder.path().join("new/default-toplevels.a_b.log");
        let kept = format!(" {} (or run again with --show-trace)", file.display());
        assert_eq!(traces.keep("default-toplevels.a/b", "one\n"), kept);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one\n");
        traces.keep("default-toplevels.a/b", "two");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "two\n");

        assert_eq!(Traces::Show.keep("x", "three"), "\n    three");
        assert_eq!(Traces::Keep(None).keep("x", "four"), " run again with --show-trace");
    }
}
