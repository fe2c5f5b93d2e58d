//! The one wrapper through which every child process runs.
//!
//! Knows argv, environment, deadlines, cancellation and the end of stderr; knows nothing of Nix, SSH or hosts.

mod error;
mod group;
pub(crate) mod pipes;
mod tail;

use std::ffi::{OsStr, OsString};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use error::{ProcessError, quote_argv};
use group::Group;
pub use pipes::{LineSink, Stream};
pub use tail::Tail;

/// How long a child may run when nobody said otherwise: nothing waits for ever.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// How long output is still read after the child ended, in case something it left behind holds the pipe.
const DRAIN: Duration = Duration::from_secs(2);

/// A child process that is about to run. It leads a process group of its own, so that its children die with it.
#[derive(Clone, Debug)]
#[must_use = "a command does nothing until it is run"]
pub struct Command {
    program: OsString,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    stdin: Option<Vec<u8>>,
    timeout: Duration,
    cancel: CancellationToken,
}

/// What a child that succeeded printed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Output {
    /// All of stdout.
    pub stdout: Vec<u8>,
    /// The end of stderr (see [`Tail`]); whoever needs all of it streams it.
    pub stderr: String,
}

impl Command {
    /// A command without arguments, with the caller's environment and an empty stdin.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            stdin: None,
            timeout: DEFAULT_TIMEOUT,
            cancel: CancellationToken::new(),
        }
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets one variable in addition to the caller's environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Gives the child these bytes on stdin.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Ends the child after this long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Ends the child when this token is cancelled.
    pub fn cancel_on(mut self, token: &CancellationToken) -> Self {
        self.cancel = token.clone();
        self
    }

    /// Program and arguments, as lossy text.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        std::iter::once(&self.program)
            .chain(&self.args)
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    /// Runs the child to its end. A non-zero exit status is an error.
    pub async fn output(self) -> Result<Output, ProcessError> {
        self.stream_stderr(|_| {}).await
    }

    /// Like [`Command::output`], and hands out each line of stderr as it comes.
    pub async fn stream_stderr(
        self,
        on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, ProcessError> {
        self.exchange(None, on_line).await
    }

    /// Hands out each line of both streams as it comes; the output that is returned has no stdout.
    pub async fn stream_lines(self, lines: &LineSink) -> Result<Output, ProcessError> {
        let on_stderr = |line: &str| pipes::send(lines, Stream::Stderr, line);
        self.exchange(Some(lines), on_stderr).await
    }

    async fn exchange(
        self,
        lines: Option<&LineSink>,
        on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, ProcessError> {
        let mut command = self.prepared();
        let mut child = command.spawn().map_err(|source| self.spawn_error(source))?;
        let group = Group::of(&child);
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());

        let mut output = Vec::new();
        let mut tail = Tail::default();
        let ended = {
            let pipes = async {
                tokio::join!(
                    pipes::feed(stdin, self.stdin.as_deref()),
                    pipes::take(stdout, &mut output, lines),
                    pipes::lines(stderr, &mut tail, on_line),
                )
            };
            tokio::pin!(pipes);
            let mut pipes_done = false;
            let deadline = tokio::time::sleep(self.timeout);
            tokio::pin!(deadline);
            let ended = loop {
                tokio::select! {
                    status = child.wait() => break Ended::By(status),
                    _ = &mut pipes, if !pipes_done => pipes_done = true,
                    () = self.cancel.cancelled() => break Ended::Cancelled,
                    () = &mut deadline => break Ended::TimedOut,
                }
            };
            if !pipes_done && matches!(ended, Ended::By(_)) {
                let _ = tokio::time::timeout(DRAIN, &mut pipes).await;
            }
            ended
        };
        match ended {
            Ended::By(status) => {
                group.disarm();
                self.judge(status, output, tail)
            }
            Ended::Cancelled => {
                group.end(&mut child).await;
                Err(ProcessError::Cancelled { argv: self.argv() })
            }
            Ended::TimedOut => {
                group.end(&mut child).await;
                Err(ProcessError::TimedOut {
                    argv: self.argv(),
                    after: self.timeout,
                    stderr_tail: tail.text(),
                })
            }
        }
    }

    fn prepared(&self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.program);
        let stdin = match self.stdin {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        };
        command
            .args(&self.args)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }

    fn judge(
        &self,
        status: std::io::Result<ExitStatus>,
        stdout: Vec<u8>,
        tail: Tail,
    ) -> Result<Output, ProcessError> {
        let status = status.map_err(|source| self.io_error(source))?;
        if status.success() {
            return Ok(Output {
                stdout,
                stderr: tail.text(),
            });
        }
        Err(ProcessError::Failed {
            argv: self.argv(),
            status,
            stderr_tail: tail.text(),
        })
    }

    fn spawn_error(&self, source: std::io::Error) -> ProcessError {
        if source.kind() == std::io::ErrorKind::NotFound {
            return ProcessError::not_found(&self.program.to_string_lossy());
        }
        self.io_error(source)
    }

    fn io_error(&self, source: std::io::Error) -> ProcessError {
        ProcessError::Io {
            argv: self.argv(),
            source,
        }
    }
}

enum Ended {
    By(std::io::Result<ExitStatus>),
    Cancelled,
    TimedOut,
}

#[cfg(test)]
mod tests;
