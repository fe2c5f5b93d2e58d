//! The one wrapper through which every child process of the bed runs, so that each failure
//! reports what was being done, the command line, the status and the end of stderr.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::{Error, Result};

/// What a finished command left behind.
#[derive(Debug, Clone)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Everything it wrote to stdout.
    pub stdout: String,
    /// Everything it wrote to stderr.
    pub stderr: String,
}

impl Output {
    /// Whether the command exited with status 0.
    pub fn success(&self) -> bool {
        self.status.success()
    }

    /// The exit status as a shell would show it (128 + signal for a killed process).
    pub fn code(&self) -> i32 {
        exit_code(self.status)
    }
}

/// The exit status as a shell would show it.
pub(crate) fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// A command of the machine, about to be run.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    doing: String,
    argv: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
}

impl Tool {
    /// `doing` completes the sentence "cannot …" in the error message.
    pub(crate) fn new(doing: impl Into<String>, program: impl AsRef<OsStr>) -> Self {
        Self { doing: doing.into(), argv: vec![program.as_ref().to_owned()], env: Vec::new() }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.argv.push(arg.as_ref().to_owned());
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.argv.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The command line, for messages.
    pub(crate) fn shown(&self) -> String {
        let words: Vec<_> = self.argv.iter().map(|a| a.to_string_lossy()).collect();
        words.join(" ")
    }

    /// The command, ready to be started by a caller that needs its own pipes.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.argv[0]);
        command.args(&self.argv[1..]);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Adapter for `map_err` on starting and waiting.
    pub(crate) fn spawn_error(&self) -> impl Fn(std::io::Error) -> Error {
        let (doing, argv) = (self.doing.clone(), self.shown());
        move |source| Error::Spawn { doing: doing.clone(), argv: argv.clone(), source }
    }

    /// Runs it to its end and hands out what it did, whatever its status.
    pub(crate) fn output(&self) -> Result<Output> {
        let output = self.command().stdin(Stdio::null()).output().map_err(self.spawn_error())?;
        Ok(Output {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it to its end; a status other than 0 is an error.
    pub(crate) fn run(&self) -> Result<Output> {
        let output = self.output()?;
        if output.success() {
            return Ok(output);
        }
        Err(self.failed(&output))
    }

    /// The error that tells how this command failed.
    pub(crate) fn failed(&self, output: &Output) -> Error {
        Error::Tool {
            doing: self.doing.clone(),
            argv: self.shown(),
            status: describe(output.status),
            stderr: if output.stderr.trim().is_empty() { output.stdout.clone() } else { output.stderr.clone() },
        }
    }
}

fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exited with status {code}"),
        None => format!("ended by {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_stderr_are_reported() {
        let tool = Tool::new("try it", "sh").args(["-c", "echo broken >&2; exit 3"]);
        assert_eq!(tool.output().unwrap().code(), 3);
        let message = tool.run().unwrap_err().to_string();
        assert!(message.contains("exited with status 3"), "{message}");
        assert!(message.contains("broken"), "{message}");
    }

    #[test]
    fn a_tool_that_does_not_exist_is_named() {
        let error = Tool::new("try it", "no-such-tool").run().unwrap_err();
        assert!(error.to_string().contains("cannot start `no-such-tool`"));
    }
}
