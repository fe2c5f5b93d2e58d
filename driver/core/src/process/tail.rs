//! The end of a long text: enough for an error message, never enough to fill the memory.

/// Most lines that are kept.
const LINES: usize = 40;
/// Most bytes that are kept.
const BYTES: usize = 8 * 1024;

/// The last lines of what was pushed: at most 40 lines and 8 KiB.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    text: String,
}

impl Tail {
    /// Adds a line and forgets what no longer fits.
    pub fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        // Seldom, as the rest is copied.
        if self.text.len() > 2 * BYTES {
            self.text = end_of(&self.text).to_owned();
        }
    }

    /// The kept lines, without blank ones at the end.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = end_of(self.text.trim_end()).lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }
}

/// The end of a text, cut where a character begins.
fn end_of(text: &str) -> &str {
    let mut start = text.len().saturating_sub(BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}
