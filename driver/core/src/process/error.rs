//! Why a child process did not do its work, in words for people.

use std::process::ExitStatus;
use std::time::Duration;

use crate::table::said;
use crate::text::below;

/// So many characters of a command line are shown: what a user gave as an argument may be as long as a file.
const LONGEST: usize = 2000;

/// What to do where a program is missing.
const HINTS: &str = include_str!("hints.txt");

/// Why a child process did not do its work.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub struct ProcessError {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// How it ended.
    pub end: End,
    /// The end of its stderr; empty where there is none.
    pub stderr: String,
}

/// How a child process ended that did not do its work.
#[derive(Debug)]
pub enum End {
    /// The program is not installed.
    NotFound,
    /// With a status that is not zero, or by a signal.
    Status(ExitStatus),
    /// It ran for too long and was ended.
    TimedOut(Duration),
    /// It printed more than so many bytes, which was to be taken at most.
    TooLong(usize),
    /// The run was cancelled, and the child with it.
    Cancelled,
    /// The operating system refused to start it or to tell how it ended.
    Io(std::io::Error),
}

impl ProcessError {
    fn message(&self) -> String {
        let (mut argv, stderr) = (quote_argv(&self.argv), shown(&self.stderr));
        if let Some((end, _)) = argv.char_indices().nth(LONGEST) {
            argv.replace_range(end.., "…");
        }
        match &self.end {
            End::NotFound => {
                let program = self.argv.first().map_or("", String::as_str);
                format!(
                    "the program `{program}` was not found\n  help: {}",
                    said(HINTS, |word| [program, "otherwise"].contains(&word))
                )
            }
            End::Status(status) => format!("command failed ({status}): {argv}{stderr}"),
            End::TimedOut(after) => {
                format!("command ended after its time limit of {} s: {argv}{stderr}", after.as_secs_f64())
            }
            End::TooLong(limit) => format!("command ended: it printed more than {} MiB: {argv}", limit / 1024 / 1024),
            End::Cancelled => format!("command cancelled: {argv}"),
            End::Io(source) => format!("could not run {argv}: {source}"),
        }
    }
}

/// An argument vector as one could type it into a shell.
pub fn quote_argv(argv: &[String]) -> String {
    argv.iter()
        .map(|word| shlex::try_quote(word).unwrap_or_else(|_| format!("{word:?}").into()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn shown(tail: &str) -> String {
    match below(tail) {
        nothing if nothing.is_empty() => "\n  it printed nothing on stderr".to_owned(),
        lines => format!("\n  the end of its stderr:{lines}"),
    }
}
