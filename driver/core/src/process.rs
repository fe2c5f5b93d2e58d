//! The one wrapper through which every child process runs.
//!
//! Knows argv, environment, deadlines, cancellation and the end of stderr; knows nothing of Nix, SSH or hosts.

mod error;
mod group;
mod log_limit;
mod pipes;
mod tail;

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::os::unix::net::UnixStream;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

pub use error::{End, ProcessError, quote_argv};
use group::Group;
pub use log_limit::LogLimit;
pub use pipes::{Limits, LineSink, Stream, line_channel};
use pipes::{Reader, TooLong};
pub use tail::Tail;

/// How long a child may run when nobody collected otherwise: nothing waits for ever.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// How long output is still read after the child ended, in case something it left behind holds the pipe.
const DRAIN: Duration = Duration::from_secs(2);

/// A child process that is about to run. It leads a process group of its own, so that its children die with it.
#[derive(Clone, Debug, Default)]
#[must_use = "a command does nothing until it is run"]
pub struct Command {
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) stdin: Option<Vec<u8>>,
    pub(crate) timeout: Duration,
    pub(crate) cancel: CancellationToken,
    /// No more than this of what it prints is taken.
    pub(crate) limits: Limits,
    /// Its stdout begins after the line that is this mark.
    pub(crate) mark: Option<String>,
    /// Its stdout is an answer as a whole, also where lines go to a sink.
    pub(crate) keeps_stdout: bool,
    /// Its stdout goes to this peer, and what the peer says follows its stdin.
    pub(crate) peer: Option<Arc<UnixStream>>,
    /// Bytes of memory that it may take for its data.
    pub(crate) memory: Option<u64>,
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
        let (program, timeout) = (program.into(), DEFAULT_TIMEOUT);
        Self { program, timeout, limits: Limits::TRUSTED, ..Self::default() }
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets one variable in addition to the caller's environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
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
    pub fn argv(&self) -> Vec<String> {
        std::iter::once(&self.program).chain(&self.args).map(|word| word.to_string_lossy().into_owned()).collect()
    }

    /// Runs the child to its end. A non-zero exit status is an error.
    pub async fn output(self) -> Result<Output, ProcessError> {
        self.stream_stderr(|_| {}).await
    }

    /// Like [`Command::output`], and hands out each line of stderr as it comes.
    pub async fn stream_stderr(self, on_line: impl FnMut(&str) + Send) -> Result<Output, ProcessError> {
        self.exchange(None, on_line).await
    }

    /// With a sink, hands out each line of both streams as it comes; the output that is returned has no stdout.
    pub async fn stream_to(self, lines: Option<&LineSink>) -> Result<Output, ProcessError> {
        self.exchange(lines, |_| {}).await
    }

    /// Like [`Command::stream_to`], for what somebody else has started: its pipes, and its end, which is asked for once all has
    /// been read, as that gives up the rest. Whoever drops the pipes ends it.
    pub async fn attached(
        self,
        pipes: Pipes<impl AsyncWrite + Unpin, impl AsyncRead + Unpin, impl AsyncRead + Unpin>,
        end: impl Future<Output = std::io::Result<ExitStatus>>,
        lines: Option<&LineSink>,
    ) -> Result<Output, ProcessError> {
        let (ended, collected) = self.watch(pipes, end, None, (lines, |_: &str| {})).await;
        self.judge(ended, collected)
    }

    /// The error for what could not even be started elsewhere.
    pub fn not_attached(&self, status: ExitStatus, error: &dyn std::error::Error) -> ProcessError {
        self.failed(End::Status(status), crate::text::clean(error.to_string().as_bytes()))
    }

    async fn exchange(
        self,
        lines: Option<&LineSink>,
        on_line: impl FnMut(&str) + Send,
    ) -> Result<Output, ProcessError> {
        let mut child = self.spawn()?;
        let group = Group::of(&child);
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (ended, collected) = self.watch(pipes, child.wait(), Some(DRAIN), (lines, on_line)).await;
        match ended {
            Ok(_) | Err(End::Io(_)) => group.disarm(),
            _ => group.end(&mut child).await,
        }
        self.judge(ended, collected)
    }

    /// Carries what goes through the pipes, to their ends.
    async fn carry(
        &self,
        (stdin, stdout, stderr): Pipes<impl AsyncWrite + Unpin, impl AsyncRead + Unpin, impl AsyncRead + Unpin>,
        collected: &mut Collected,
        (lines, mut on_line): (Option<&LineSink>, impl FnMut(&str) + Send),
    ) -> Result<(), TooLong> {
        let Collected { stdout: kept, noise, tail } = collected;
        let peer = self.peer.as_ref().and_then(|peer| tokio::net::UnixStream::from_std(peer.try_clone().ok()?).ok());
        let (from_peer, to_peer) = peer.map(tokio::net::UnixStream::into_split).unzip();
        let read_stdout = async {
            let Some(stdout) = stdout else { return Ok(()) };
            let mut reader = Reader::new(stdout, self.limits);
            if let Some(mark) = &self.mark {
                reader.skip_to(mark, noise).await;
            }
            if let Some(to_peer) = to_peer {
                reader.pass_on(to_peer).await;
                return Ok(());
            }
            let Some(lines) = lines.filter(|_| !self.keeps_stdout) else {
                return reader.collect(kept).await;
            };
            while let Some(line) = reader.line().await {
                let _ = lines.send((Stream::Stdout, line)).await;
            }
            Ok(())
        };
        let read_stderr = async {
            let Some(stderr) = stderr else { return Ok(()) };
            let mut reader = Reader::new(stderr, self.limits);
            while let Some(line) = reader.line().await {
                tail.push(&line);
                on_line(&line);
                if let Some(lines) = lines {
                    let _ = lines.send((Stream::Stderr, line)).await;
                }
            }
            Ok(())
        };
        let feed = async {
            pipes::feed(stdin, self.stdin.as_deref().unwrap_or_default(), from_peer).await;
            Ok(())
        };
        tokio::try_join!(feed, read_stdout, read_stderr).map(|_| ())
    }

    /// Waits until the child has ended and all is read, or it has to end. What the child left behind may hold the pipe, for as
    /// long as is drained; where nothing is, its end is asked for afterwards.
    async fn watch(
        &self,
        pipes: Pipes<impl AsyncWrite + Unpin, impl AsyncRead + Unpin, impl AsyncRead + Unpin>,
        end: impl Future<Output = std::io::Result<ExitStatus>>,
        drain: Option<Duration>,
        (lines, on_line): (Option<&LineSink>, impl FnMut(&str) + Send),
    ) -> (Result<ExitStatus, End>, Collected) {
        let mut collected = Collected::default();
        let ended = {
            let moving = self.carry(pipes, &mut collected, (lines, on_line));
            let deadline = tokio::time::sleep(self.timeout);
            tokio::pin!(moving, deadline, end);
            let (mut ended, mut is_read) = (None, false);
            loop {
                tokio::select! {
                    status = &mut end, if ended.is_none() && (is_read || drain.is_some()) => ended = Some(status),
                    read = &mut moving, if !is_read => match read {
                        Ok(()) => is_read = true,
                        Err(TooLong) => break Err(End::TooLong(self.limits.answer)),
                    },
                    () = self.cancel.cancelled() => break Err(End::Cancelled),
                    () = &mut deadline => break Err(End::TimedOut(self.timeout)),
                    // A slow reader here is waited for.
                    () = tokio::time::sleep(drain.unwrap_or_default()), if ended.is_some() => {
                        is_read |= lines.is_none_or(|lines| lines.capacity() > 0);
                    }
                }
                if is_read && let Some(status) = ended.take() {
                    break status.map_err(End::Io);
                }
            }
        };
        (ended, collected)
    }

    /// Starts it. It ends when it is dropped.
    fn spawn(&self) -> Result<Child, ProcessError> {
        let child = self.prepared().spawn().map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => self.failed(End::NotFound, String::new()),
            _ => self.failed(End::Io(source), String::new()),
        })?;
        if let Some(bytes) = self.memory {
            group::limit_memory(&child, bytes).map_err(|source| self.failed(End::Io(source), String::new()))?;
        }
        Ok(child)
    }

    fn prepared(&self) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(if self.stdin.is_some() || self.peer.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        command
    }

    fn judge(&self, ended: Result<ExitStatus, End>, collected: Collected) -> Result<Output, ProcessError> {
        match ended {
            Ok(status) if status.success() => Ok(Output { stderr: collected.stderr(), stdout: collected.stdout }),
            Ok(status) => Err(self.failed(End::Status(status), collected.stderr())),
            Err(end) => Err(self.failed(end, collected.stderr())),
        }
    }

    fn failed(&self, end: End, stderr: String) -> ProcessError {
        ProcessError { argv: self.argv(), end, stderr }
    }
}

/// The pipes of a child: stdin, stdout and stderr.
type Pipes<W, O, E> = (Option<W>, Option<O>, Option<E>);

/// What a child has printed.
#[derive(Default)]
struct Collected {
    stdout: Vec<u8>,
    /// The end of what was there instead of the mark.
    noise: Tail,
    tail: Tail,
}

impl Collected {
    fn stderr(&self) -> String {
        let texts = [self.noise.text(), self.tail.text()];
        let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        texts.join("\n")
    }
}

#[cfg(test)]
mod tests;
