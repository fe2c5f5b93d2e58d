//! The three pipes of a child, without trusting what comes through them to be short, complete or UTF-8.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use super::Tail;
use crate::text::clean;

/// So many lines wait for a slow reader; then the command that prints them does.
const WAITING: usize = 64;

/// How much is taken of what a command prints.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of stdout, where it is collected: a command that prints more fails.
    pub answer: usize,
    /// Bytes of a line: a longer one comes in pieces.
    pub line: usize,
}

impl Limits {
    /// Of what runs on the deployer on its own behalf: Nix's traces are long lines.
    pub const TRUSTED: Self = Self {
        answer: usize::MAX,
        line: 4 * 1024 * 1024,
    };
    /// Of what a host prints, which may be anything.
    pub const HOST: Self = Self {
        answer: 1024 * 1024,
        line: 64 * 1024,
    };
}

/// Which of a command's two outputs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stream {
    /// What it was asked for.
    Stdout,
    /// What it says about it.
    Stderr,
}

impl Stream {
    /// Its usual name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

/// Where lines of a running command go. Sending waits for a slow reader; one that is gone changes nothing.
pub type LineSink = mpsc::Sender<(Stream, String)>;

/// A sink of lines, and the end that reads from it.
#[must_use]
pub fn line_channel() -> (LineSink, mpsc::Receiver<(Stream, String)>) {
    mpsc::channel(WAITING)
}

/// There is more than the limit allows.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct TooLong;

/// Writes all the bytes and closes the pipe.
pub(super) async fn feed(stdin: Option<impl AsyncWrite + Unpin>, bytes: Option<&[u8]>) {
    if let (Some(mut stdin), Some(bytes)) = (stdin, bytes) {
        // A child that ends without reading its input says so by its exit status.
        let _ = stdin.write_all(bytes).await;
        let _ = stdin.shutdown().await;
    }
}

/// A pipe that is read with a limit.
pub(crate) struct Reader<R> {
    pipe: BufReader<R>,
    limits: Limits,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(crate) fn new(pipe: R, limits: Limits) -> Self {
        let pipe = BufReader::new(pipe);
        Self { pipe, limits }
    }

    /// Passes over everything up to the line that is the mark. Without any, what was there instead is in the tail.
    pub(crate) async fn skip_to(&mut self, mark: &str, tail: &mut Tail) {
        let mut passed = Tail::default();
        while let Some(line) = self.line().await {
            if line == mark {
                return;
            }
            passed.push(&line);
        }
        passed.text().lines().for_each(|line| tail.push(line));
    }

    /// Collects everything.
    pub(super) async fn collect(self, into: &mut Vec<u8>) -> Result<(), TooLong> {
        let limit = self.limits.answer;
        let most = u64::try_from(limit).unwrap_or(u64::MAX);
        // A read error is the end of the pipe; the exit status judges the child.
        let _ = self
            .pipe
            .take(most.saturating_add(1))
            .read_to_end(into)
            .await;
        if into.len() > limit {
            into.clear();
            return Err(TooLong);
        }
        Ok(())
    }

    /// The next line without its end, or the next piece of a long one.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let mut buffer = Vec::new();
        let most = u64::try_from(self.limits.line).unwrap_or(u64::MAX);
        let mut pipe = (&mut self.pipe).take(most);
        match pipe.read_until(b'\n', &mut buffer).await {
            Ok(count) if count > 0 => {
                let text = clean(&buffer);
                Some(text.trim_end_matches('\n').to_owned())
            }
            _ => None,
        }
    }
}
