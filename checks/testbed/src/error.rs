//! The one error type of the bed: what failed, where, and what to do next.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Result of everything the bed does.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the bed could not do what it was asked.
#[derive(thiserror::Error)]
pub enum Error {
    /// A tool of the machine or a command inside a host exited with a failure.
    #[error("{doing}: `{argv}` {status}{}", tail(.stderr))]
    Tool {
        /// What the bed was doing when it ran the tool.
        doing: String,
        /// The command line.
        argv: String,
        /// How it ended, in words.
        status: String,
        /// The end of what it wrote to stderr.
        stderr: String,
    },
    /// A tool could not be started at all.
    #[error("{doing}: cannot start `{argv}`: {source}")]
    Spawn {
        /// What the bed was doing.
        doing: String,
        /// The command line.
        argv: String,
        /// The reason given by the system.
        source: std::io::Error,
    },
    /// A file could not be read, written, made or removed.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// The action, as a verb: `read`, `write`, …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        source: std::io::Error,
    },
    /// The machine lacks something that no installation brings.
    #[error("the test bed cannot run on this machine; missing:{}", list(.0))]
    Missing(Vec<String>),
    /// The caller asked for something that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A condition did not come true in time.
    #[error("{what}: not so after {} s{}", .after.as_secs(), tail(.last))]
    Timeout {
        /// The condition waited for.
        what: String,
        /// How long the bed waited.
        after: Duration,
        /// What was seen last.
        last: String,
    },
}

/// A test that returns an error shows it by `Debug`: that shall be as readable as the command line's.
impl std::fmt::Debug for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, formatter)
    }
}

impl Error {
    /// Adapter for `map_err` on file operations.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// The last lines of a tool's stderr, set off from the message.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let shown = &lines[lines.len().saturating_sub(20)..];
    if shown.is_empty() {
        return String::new();
    }
    format!("\n  {}", shown.join("\n  "))
}

fn list(items: &[String]) -> String {
    items.iter().map(|item| format!("\n  - {item}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_failure_names_command_status_and_stderr() {
        let error = Error::Tool {
            doing: "make the bridge".into(),
            argv: "ip link add br0".into(),
            status: "exited with status 2".into(),
            stderr: "RTNETLINK answers: File exists\n".into(),
        };
        assert_eq!(
            error.to_string(),
            "make the bridge: `ip link add br0` exited with status 2\n  RTNETLINK answers: File exists"
        );
    }

    #[test]
    fn only_the_end_of_a_long_stderr_is_shown() {
        let text: String = (0..100).map(|n| format!("line {n}\n")).collect();
        let shown = tail(&text);
        assert!(shown.contains("line 99") && shown.contains("line 80"));
        assert!(!shown.contains("line 79"));
    }
}
