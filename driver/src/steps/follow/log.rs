//! The log of an activation, read as it grows.

use crate::process::{Limits, LogLimit, Tail};
use crate::text::clean;

/// Cuts the log into lines as it grows.
pub(super) struct LogReader<F> {
    pub(super) offset: usize,
    partial: Vec<u8>,
    limit: LogLimit,
    pub(super) tail: Tail,
    pub(super) on_line: F,
}

impl<F: FnMut(String)> LogReader<F> {
    /// Reads from the beginning.
    pub(super) fn new(on_line: F) -> Self {
        Self {
            offset: 0,
            partial: Vec::new(),
            limit: LogLimit::default(),
            tail: Tail::default(),
            on_line,
        }
    }

    /// Takes in the next bytes. A log that is too long is read no further.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if self.limit.is_used_up() {
            return;
        }
        self.offset += bytes.len();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.partial.len() >= Limits::HOST.line {
                self.flush();
            }
        }
    }

    /// Whether no more of the log is wanted.
    pub(super) const fn is_full(&self) -> bool {
        self.limit.is_used_up()
    }

    /// No more of it is read, although there is more.
    pub(super) fn cut(&mut self) {
        self.flush();
        if let Some(note) = self.limit.cut() {
            self.tail.push(note);
            (self.on_line)(note.to_owned());
        }
    }

    /// What there is of a line is one: it has ended, is too long, or the log has ended without it.
    pub(super) fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.partial);
        if bytes.is_empty() {
            return;
        }
        let text = clean(&bytes).trim_end().to_owned();
        if let Some(text) = self.limit.admit(text) {
            self.tail.push(&text);
            (self.on_line)(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_pieces_becomes_whole_lines() {
        let mut lines = Vec::new();
        let mut reader = LogReader::new(|line| lines.push(line));
        for piece in [b"on".as_slice(), b"e\ntwo\nthr", b"ee\xc3", b"\xa4", b""] {
            reader.take(piece);
        }
        reader.flush();
        assert_eq!(reader.offset, "one\ntwo\nthreeä".len());
        assert_eq!(reader.tail.text(), "one\ntwo\nthreeä");
        assert_eq!(lines, ["one", "two", "threeä"]);
    }
}
