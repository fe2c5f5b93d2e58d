//! The end of a long text: enough for an error message, never enough to fill the memory.

use std::collections::VecDeque;

/// Most lines that are kept.
const LINES: usize = 40;
/// Most bytes that are kept.
const BYTES: usize = 8 * 1024;

/// The last lines of what was pushed: at most 40 lines and 8 KiB.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Tail {
    /// Adds a line and forgets the oldest ones that no longer fit.
    pub fn push(&mut self, line: &str) {
        let line = end_of(line);
        self.bytes += line.len();
        self.lines.push_back(line.to_owned());
        while self.lines.len() > LINES || self.bytes > BYTES {
            match self.lines.pop_front() {
                Some(oldest) => self.bytes -= oldest.len(),
                None => break,
            }
        }
    }

    /// The kept lines, without blank ones at the end.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

/// The end of one line, cut where a character begins.
fn end_of(line: &str) -> &str {
    let mut start = line.len().saturating_sub(BYTES);
    while !line.is_char_boundary(start) {
        start += 1;
    }
    &line[start..]
}
