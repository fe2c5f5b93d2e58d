//! Puts a line before what a command on a host prints, by which it is told from what the login shell prints.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Prints the mark on a line of its own, then becomes the command.
const ANNOUNCE: &str = r#"echo; echo "$0"; exec "$@""#;

/// The first line of a shell's text that prints the mark itself, in place of this: that is one program less.
pub(super) const WITHIN: &str = ": mark\n";

/// A command whose output begins after a mark, which is known to nobody before the command is asked for.
pub(super) struct Framed {
    /// Program and arguments.
    pub(super) argv: Vec<String>,
    /// The line before its output.
    pub(super) mark: String,
}

impl Framed {
    /// Frames these words.
    pub(super) fn new(words: &[String]) -> Self {
        // The standard library seeds this from the system's random numbers.
        let mark = format!("netlib-answer-{:016x}", RandomState::new().build_hasher().finish());
        let argv = match words {
            [sh, option, text, rest @ ..] if text.starts_with(WITHIN) => {
                let text = text.replacen(WITHIN, &format!("echo; echo {mark}\n"), 1);
                [&[sh.clone(), option.clone(), text], rest].concat()
            }
            _ => [&["sh", "-c", ANNOUNCE, &mark].map(str::to_owned), words].concat(),
        };
        Self { argv, mark }
    }
}
