//! The three pipes of a child, without trusting what comes through them to be short, complete or UTF-8.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::UnboundedSender;

use super::Tail;
use crate::text::clean;

/// Longest piece that is handed out as one line; Nix's JSON log lines with traces can be long.
const LONGEST: u64 = 4 * 1024 * 1024;

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

/// Where lines of a running command go. Sending never blocks; a reader that is gone changes nothing.
pub type LineSink = UnboundedSender<(Stream, String)>;

pub(crate) fn send(lines: &LineSink, stream: Stream, line: &str) {
    let _ = lines.send((stream, line.to_owned()));
}

/// Collects everything, or hands out the lines where somebody wants them.
pub(crate) async fn take(
    stdout: Option<impl AsyncRead + Unpin>,
    into: &mut Vec<u8>,
    wanted: Option<&LineSink>,
) {
    match wanted {
        None => drain(stdout, into).await,
        Some(sink) => {
            let on_line = |line: &str| send(sink, Stream::Stdout, line);
            lines(stdout, &mut Tail::default(), on_line).await;
        }
    }
}

/// Writes all the bytes and closes the pipe.
pub(crate) async fn feed(stdin: Option<impl AsyncWrite + Unpin>, bytes: Option<&[u8]>) {
    if let (Some(mut stdin), Some(bytes)) = (stdin, bytes) {
        // A child that ends without reading its input says so by its exit status.
        let _ = stdin.write_all(bytes).await;
        let _ = stdin.shutdown().await;
    }
}

/// Collects everything.
pub(crate) async fn drain(stdout: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) {
    if let Some(mut stdout) = stdout {
        // A read error is the end of the pipe; the exit status judges the child.
        let _ = stdout.read_to_end(into).await;
    }
}

/// Hands each line to `on_line` and to the tail.
pub(crate) async fn lines(
    stderr: Option<impl AsyncRead + Unpin>,
    tail: &mut Tail,
    mut on_line: impl FnMut(&str) + Send,
) {
    let Some(stderr) = stderr else { return };
    let mut reader = BufReader::new(stderr);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = (&mut reader)
            .take(LONGEST)
            .read_until(b'\n', &mut buffer)
            .await;
        if !matches!(read, Ok(count) if count > 0) {
            return;
        }
        let text = clean(&buffer);
        let line = text.trim_end_matches('\n');
        tail.push(line);
        on_line(line);
    }
}
