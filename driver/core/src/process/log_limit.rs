//! How much of one log is taken and shown: a flood becomes a beginning and a note.

/// Most bytes of one log.
const BYTES: usize = 64 * 1024 * 1024;

/// What a line counts at least: that much it costs until everybody has read it.
const LINE: usize = 128;

/// What is said in place of the rest.
const NOTE: &str = "the rest of this log is not shown: there is too much of it";

/// Counts what a log has said so far.
#[derive(Debug)]
pub struct LogLimit {
    left: Option<usize>,
}

impl Default for LogLimit {
    fn default() -> Self {
        Self { left: Some(BYTES) }
    }
}

impl LogLimit {
    /// The line, as long as there is room; then one note, and nothing more.
    pub fn admit(&mut self, line: String) -> Option<String> {
        let left = self.left?;
        self.left = left.checked_sub((line.len() + 1).max(LINE));
        Some(if self.is_used_up() { NOTE.to_owned() } else { line })
    }

    /// Nothing more is taken; the note, unless it was given already.
    pub fn cut(&mut self) -> Option<&'static str> {
        self.left.take().map(|_| NOTE)
    }

    /// Whether the rest is not taken any more.
    pub const fn is_used_up(&self) -> bool {
        self.left.is_none()
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
