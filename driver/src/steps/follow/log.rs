//! The log of an activation, read as it grows.

use crate::process::Tail;
use crate::text::clean;

/// Cuts the log into lines as it grows.
pub(super) struct LogReader<F> {
    pub(super) offset: usize,
    partial: Vec<u8>,
    pub(super) tail: Tail,
    pub(super) on_line: F,
}

impl<F: FnMut(String)> LogReader<F> {
    /// Reads from the beginning.
    pub(super) fn new(on_line: F) -> Self {
        Self {
            offset: 0,
            partial: Vec::new(),
            tail: Tail::default(),
            on_line,
        }
    }

    /// Takes in the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.offset += bytes.len();
        self.partial.extend_from_slice(bytes);
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            self.line(&line);
        }
    }

    /// The last line has no end.
    pub(super) fn flush(&mut self) {
        let rest = std::mem::take(&mut self.partial);
        if !rest.is_empty() {
            self.line(&rest);
        }
    }

    fn line(&mut self, bytes: &[u8]) {
        let text = clean(bytes).trim_end().to_owned();
        self.tail.push(&text);
        (self.on_line)(text);
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
