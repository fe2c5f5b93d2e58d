//! Reads a pipe line by line, without trusting the lines to be short, complete or UTF-8.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

use super::Tail;

/// Longest piece that is handed out as one line; Nix's JSON log lines with traces can be long.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Hands each line to `on_line` and to the tail.
pub(super) async fn each(
    pipe: Option<impl AsyncRead + Unpin>,
    tail: &mut Tail,
    mut on_line: impl FnMut(&str) + Send,
) {
    let Some(pipe) = pipe else { return };
    let mut reader = BufReader::new(pipe);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = (&mut reader)
            .take(LONGEST)
            .read_until(b'\n', &mut buffer)
            .await;
        // A read error is the end of the pipe; the exit status judges the child.
        if !matches!(read, Ok(count) if count > 0) {
            return;
        }
        let text = String::from_utf8_lossy(&buffer);
        let line = text.trim_end_matches(['\n', '\r']);
        tail.push(line);
        on_line(line);
    }
}
