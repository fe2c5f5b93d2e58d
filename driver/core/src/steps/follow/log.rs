//! The log of an activation, read as it grows.

use crate::process::{Limits, LogLimit, Tail};
use crate::steps::Show;
use crate::text::clean;

/// Cuts the log into lines as it grows.
pub(super) struct LogReader<'a> {
    pub(super) offset: usize,
    partial: Vec<u8>,
    limit: LogLimit,
    pub(super) tail: Tail,
    pub(super) show: Show<'a>,
}

impl<'a> LogReader<'a> {
    /// Reads from the beginning.
    pub(super) fn new(show: Show<'a>) -> Self {
        Self { offset: 0, partial: Vec::new(), limit: LogLimit::default(), tail: Tail::default(), show }
    }

    /// Takes in the next bytes. A log that is too long is read no further.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if self.limit.is_used_up() {
            return;
        }
        self.offset += bytes.len();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            for part in piece.chunks(Limits::HOST.line) {
                self.partial.extend_from_slice(part);
                if part.ends_with(b"\n") || self.partial.len() >= Limits::HOST.line {
                    self.flush();
                }
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
            (self.show)(note.to_owned());
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
            (self.show)(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;
    use crate::fuzz;

    #[test]
    fn a_log_in_pieces_becomes_whole_lines() {
        let lines = Mutex::new(Vec::new());
        let show = |line| lines.lock().unwrap().push(line);
        let mut reader = LogReader::new(&show);
        for piece in [b"on".as_slice(), b"e\ntwo\nthr", b"ee\xc3", b"\xa4", b""] {
            reader.take(piece);
        }
        reader.flush();
        assert_eq!(reader.offset, "one\ntwo\nthreeä".len());
        assert_eq!(reader.tail.text(), "one\ntwo\nthreeä");
        assert_eq!(*lines.lock().unwrap(), ["one", "two", "threeä"]);
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_a_log_is_counted_and_cut(pieces in prop::collection::vec(fuzz::bytes(), 0..8)) {
            let lines = Mutex::new(Vec::new());
            let show = |line| lines.lock().unwrap().push(line);
            let mut reader = LogReader::new(&show);
            pieces.iter().for_each(|piece| reader.take(piece));
            reader.cut();
            prop_assert_eq!(reader.offset, pieces.concat().len());
            let mut lines = std::mem::take(&mut *lines.lock().unwrap());
            let last = lines.pop().unwrap_or_default();
            prop_assert!(last.contains("the rest of this log is not shown"), "{last}");
            prop_assert!(lines.iter().all(|line| !line.contains('\n')));
        }
    }

    #[test]
    fn fuzz_a_log_without_end_is_held_in_little_memory() {
        let (count, longest) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let show = |line: String| {
            count.fetch_add(1, Ordering::Relaxed);
            longest.fetch_max(line.len(), Ordering::Relaxed);
        };
        let mut reader = LogReader::new(&show);
        let piece = vec![b'x'; 1024 * 1024];
        while !reader.is_full() {
            reader.take(&piece);
        }
        reader.take(b"more\n");
        assert!(reader.partial.is_empty());
        // 64 MiB in pieces of 64 KiB, each with its end, and a note.
        assert_eq!((count.into_inner(), longest.into_inner()), (1024, Limits::HOST.line));
        fuzz::print_peak("log of an activation");
    }
}
