//! Text that somebody else wrote (a host, a command, Nix) made fit for terminals, logs and records.
//!
//! The one place where such bytes become text: clippy refuses every other way (`clippy.toml`).

use std::sync::LazyLock;

use regex_automata::meta::Regex;

/// What is not plain, and what becomes of it; the first pattern that fits decides. An escape sequence without an end is none, so
/// that it hides nothing.
const ODD: [(&str, &str); 6] = [
    // Colours and the cursor (CSI): parameters, then one byte that ends them.
    (r"(?:\x1b\[|\x{9b})[ -?]*[@-~]", ""),
    // Titles, links and the clipboard (OSC and its like): anything on this line, then the sign that ends strings.
    (r"(?:\x1b[\]P]|\x{9d}|\x{90})\P{Cc}*(?:\x07|\x1b\\|\x{9c})", ""),
    // At the end of a line it is Windows', within one it is a progress display's.
    (r"\r\n", "\n"),
    (r"\r\z", ""),
    (r"\r", " "),
    (HIDDEN, "\u{fffd}"),
];

/// Control characters (but newline and tab), and those that turn the direction of writing, have no width, or hide in tags.
const HIDDEN: &str =
    r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\x{fff0}-\x{fffb}\x{e0000}-\x{e0fff}--\n\t]";

static ALL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new_many(&ODD.map(|(pattern, _)| pattern)).expect("the patterns are constants"));

/// The text in these bytes: without escape sequences of terminals, and with `�` for other control characters, for
/// invisible characters and for those that turn the direction of writing. Newlines and tabs stay.
pub fn clean(bytes: &[u8]) -> String {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let text = String::from_utf8_lossy(bytes);
    clean_text(&text)
}

/// Text of the user's own, such as a password that was typed, as it is.
pub fn unchanged(bytes: &[u8]) -> String {
    #[expect(clippy::disallowed_methods, reason = "nobody else wrote it")]
    String::from_utf8_lossy(bytes).into_owned()
}

/// The same as [`clean`] for what is text already.
pub fn clean_text(text: &str) -> String {
    // Nearly all text is of this kind, and floods have to pass quickly.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    let (mut cleaned, mut rest) = (String::with_capacity(text.len()), 0);
    for odd in ALL.find_iter(text) {
        cleaned.extend([&text[rest..odd.start()], ODD[odd.pattern()].1]);
        rest = odd.end();
    }
    cleaned + &text[rest..]
}

/// For example `1 node` and `2 nodes`.
pub(crate) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Lines of what was said, below a message.
pub fn below(text: &str) -> String {
    text.lines().flat_map(|line| ["\n    ", line.trim_end()]).collect()
}

/// What may be there, with these words before it.
pub fn part(before: &str, part: Option<&String>) -> String {
    part.map_or_else(String::new, |part| format!("{before}{part}"))
}

/// Whether a text changes nothing but what it says: such a text is its own [`clean_text`].
pub fn is_clean(text: &str) -> bool {
    clean_text(text) == text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz;

    #[test]
    fn what_a_terminal_would_act_on_is_gone_or_replaced() {
        let cases = [
            ("plain äöü → ✓ 漢字\tx", "plain äöü → ✓ 漢字\tx"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]52;c;ZXZpbA==\u{1b}\\after", "after"),
            ("\u{1b}P1$r\u{1b}\\x\u{9b}2Jy\u{9d}0;t\u{9c}z", "xyz"),
            ("\u{1b}]0;no end", "�]0;no end"),
            ("\u{1b}[12;", "�[12;"),
            ("\u{1b}c\u{85}\u{0}\u{7f}\u{8}", "�c����"),
            ("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{e0041}", "a�b�c�d�e�"),
            ("10 %\r20 %\r\nend\r", "10 % 20 %\nend"),
        ];
        for (raw, cleaned) in cases {
            assert_eq!(clean(raw.as_bytes()), cleaned, "{raw:?}");
        }
        assert_eq!(clean(b"\xff\x9bx"), "��x");
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_cleaned_text_is_clean_and_stays_as_it_is(bytes in fuzz::bytes()) {
            let cleaned = clean(&bytes);
            prop_assert!(is_clean(&cleaned), "{cleaned:?}");
            prop_assert_eq!(clean_text(&cleaned), cleaned.clone());
        }
    }
}
