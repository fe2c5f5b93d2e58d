//! Puts a line before what a command on a host prints, by which it is told from what the login shell prints.

/// What the line begins with; the rest is known to nobody before the command is asked for.
const MARK: &str = "netlib-answer-";

/// Prints the mark on a line of its own, then becomes the command.
const ANNOUNCE: &str = r#"echo; echo "$0"; exec "$@""#;

/// The first line of a shell's text that prints the mark itself, in place of this: that is one program less.
pub(super) const WITHIN: &str = ": mark\n";

/// A command whose output begins after a mark.
pub(super) struct Framed {
    /// Program and arguments.
    pub(super) argv: Vec<String>,
    /// The line before its output.
    pub(super) mark: String,
}

impl Framed {
    /// Frames these words.
    pub(super) fn new(words: &[String]) -> Self {
        let mark = mark();
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

fn mark() -> String {
    let mut random = [0; 16];
    // Without randomness it would only be easier to guess, for a shell that says it by accident.
    let _ = rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty());
    format!("{MARK}{:032x}", u128::from_ne_bytes(random))
}
