//! Puts a line before what a command on a host prints, by which it is told from what the login shell prints; and the words of
//! a command into a line that every login shell reads alike.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::process::quote_argv;

/// Prints the mark on a line of its own, then becomes the command.
const ANNOUNCE: &str = r#"echo; echo "$0"; exec "$@""#;

/// The first line of a shell's text that prints the mark itself, in place of this: that is one program less.
pub(super) const WITHIN: &str = ": mark; ";

/// Has sh read what shells quote in ways of their own.
const DECODE: &str = r#"sh -c 'eval "$(printf "$0")"'"#;

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
                let text = text.replacen(WITHIN, &format!("echo; echo {mark}; "), 1);
                [&[sh.clone(), option.clone(), text], rest].concat()
            }
            _ => [&["sh", "-c", ANNOUNCE, &mark].map(str::to_owned), words].concat(),
        };
        Self { argv, mark }
    }
}

/// The words as a line for a login shell: fish, nushell and csh agree with sh only about bare words and about quotes around
/// what is none of these characters.
pub(crate) fn line(argv: &[String]) -> String {
    let is_special = |text: &str| text.contains(['\'', '\\', '\n', '!']);
    if !argv.iter().any(|word| is_special(word)) {
        return argv.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    }
    let text = quote_argv(argv);
    let escaped = text.chars().map(|character| match character {
        '%' => "%%".to_owned(),
        '\'' | '\\' | '\n' | '!' => format!("\\{:03o}", u32::from(character)),
        other => other.to_string(),
    });
    // Words that are added to the line arrive too.
    format!("{DECODE} 'exec {} \"$@\"'", escaped.collect::<String>())
}

fn quoted(word: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_bare) { word.to_owned() } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Command;

    /// The words of a line, in the grammar that all shells have.
    fn words(mut line: &str) -> Option<Vec<String>> {
        let mut words = Vec::new();
        while !line.is_empty() {
            let (word, rest) = match line.strip_prefix('\'') {
                Some(quoted) => quoted.split_once('\'')?,
                None => line.split_at(line.find(' ').unwrap_or(line.len())),
            };
            let is_bare = !line.starts_with('\'');
            // Between quotes, fish reads a backslash before a quote or another one, and csh one before what it reads itself.
            if word.contains("\\\\")
                || word.ends_with('\\')
                || word.contains(['\n', '!'])
                || is_bare && word.contains(['\'', '"', '$', '(', '~', '*', ';'])
            {
                return None;
            }
            words.push(word.to_owned());
            line = rest.strip_prefix(' ').or(rest.is_empty().then_some(""))?;
        }
        Some(words)
    }

    #[tokio::test]
    async fn words_arrive_through_every_login_shell() {
        let alike = [
            "",
            "a b",
            "~",
            "*",
            "$HOME $(false)",
            "\"",
            "{a,b}",
            "# x",
            "%s",
            "ü",
            "a=b",
            "-n",
            "\t",
            "^x",
            "[a]",
            "<>;&|",
        ];
        let differently = ["it's", "a\nb\n", "\\", "\\'", "\\n\\047", "!x", "%d\\", "'\"$HOME\"'"];
        for odd in alike.iter().chain(&differently) {
            let argv = ["sh", "-c", "printf \"<%s>\" \"$@\"", "sh", odd, "plain"].map(str::to_owned);
            let line = line(&argv);
            assert_eq!(line.starts_with(DECODE), differently.contains(odd), "{line}");
            // As a program of a plan does it.
            let words = words(&format!("{line} more")).expect(&line);
            let output = Command::new(&words[0]).args(&words[1..]).output().await.unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), format!("<{odd}><plain><more>"), "{line}");
        }
    }
}
