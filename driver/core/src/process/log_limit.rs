//! How much of one log is taken and shown: a flood becomes a beginning and a note.

/// Most bytes of one log.
const BYTES: usize = 64 * 1024 * 1024;

/// What a line counts at least: that much it costs until everybody has read it.
const LINE: usize = 128;

/// What is said in place of the rest.
const NOTE: &str = "the rest of this log is not shown: there is too much of it";

/// Counts what a log has said so far.
#[derive(Debug, Default)]
pub struct LogLimit {
    used: usize,
}

impl LogLimit {
    /// The line, as long as there is room; then one note, and nothing more.
    pub fn admit(&mut self, line: String) -> Option<String> {
        let had_room = !self.is_used_up();
        self.used = self.used.saturating_add((line.len() + 1).max(LINE));
        had_room.then(|| if self.is_used_up() { NOTE.to_owned() } else { line })
    }

    /// Nothing more is taken; the note, unless it was given already.
    pub fn cut(&mut self) -> Option<&'static str> {
        let had_room = !self.is_used_up();
        self.used = usize::MAX;
        had_room.then_some(NOTE)
    }

    /// Whether the rest is not taken any more.
    pub const fn is_used_up(&self) -> bool {
        self.used > BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_too_long_ends_with_one_note() {
        let mut limit = LogLimit::default();
        let line = "x".repeat(BYTES / 4);
        let taken = (0..10).filter_map(|_| limit.admit(line.clone()));
        let taken: Vec<usize> = taken.map(|line| line.len()).collect();
        assert_eq!(taken, [line.len(), line.len(), line.len(), NOTE.len()]);
        assert!(limit.is_used_up());
    }
}
