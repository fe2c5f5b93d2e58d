//! Text that somebody else wrote (a host, a command, Nix) made fit for terminals, logs and records.
//!
//! The one place where such bytes become text: clippy refuses every other way (`clippy.toml`).

/// What stands for a character that would change how its surroundings are read, or that nobody sees.
const REPLACED: char = char::REPLACEMENT_CHARACTER;

/// The text in these bytes: without escape sequences of terminals, and with `�` for other control characters, for
/// invisible characters and for those that turn the direction of writing. Newlines and tabs stay.
#[must_use]
pub fn clean(bytes: &[u8]) -> String {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let text = String::from_utf8_lossy(bytes);
    clean_text(&text)
}

/// Text of the user's own, such as a password that was typed, as it is.
#[must_use]
pub fn unchanged(bytes: &[u8]) -> String {
    #[expect(clippy::disallowed_methods, reason = "nobody else wrote it")]
    String::from_utf8_lossy(bytes).into_owned()
}

/// The same as [`clean`] for what is text already.
#[must_use]
pub fn clean_text(text: &str) -> String {
    // Nearly all text is of this kind, and floods have to pass quickly.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.chars().next() {
        if let Some(length) = escape_sequence(rest) {
            rest = &rest[length..];
            continue;
        }
        rest = &rest[found.len_utf8()..];
        match found {
            // At the end of a line it is Windows', within one it is a progress display's.
            '\r' if rest.is_empty() || rest.starts_with('\n') => {}
            '\r' => cleaned.push(' '),
            _ if is_plain(found) => cleaned.push(found),
            _ => cleaned.push(REPLACED),
        }
    }
    cleaned
}

/// Whether a text changes nothing but what it says: such a text is its own [`clean_text`].
#[must_use]
pub fn is_clean(text: &str) -> bool {
    text.chars().all(is_plain)
}

/// Neither a control character (but newline and tab) nor one of format: those that turn the direction of writing, have
/// no width, or hide in tags.
fn is_plain(found: char) -> bool {
    match found {
        '\n' | '\t' => true,
        '\u{ad}'
        | '\u{600}'..='\u{605}'
        | '\u{61c}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => false,
        _ => !found.is_control(),
    }
}

/// How long the escape sequence is that the text begins with, where it is one: of colours and the cursor (CSI), or of
/// titles, links and the clipboard (OSC and its like). One without an end is none, so that it hides nothing.
fn escape_sequence(text: &str) -> Option<usize> {
    let kinds = [
        ("\u{1b}[", is_csi as fn(&str) -> Option<usize>),
        ("\u{9b}", is_csi),
        ("\u{1b}]", string_end),
        ("\u{9d}", string_end),
        ("\u{1b}P", string_end),
        ("\u{90}", string_end),
    ];
    kinds.into_iter().find_map(|(begin, end)| {
        let rest = text.strip_prefix(begin)?;
        end(rest).map(|length| begin.len() + length)
    })
}

/// Parameters, then one byte that ends them.
fn is_csi(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| !matches!(c, ' '..='?'))?;
    matches!(rest[end..].chars().next(), Some('@'..='~')).then_some(end + 1)
}

/// Anything on this line, then the sign that ends strings.
fn string_end(rest: &str) -> Option<usize> {
    let end = rest.find(|c: char| c.is_control())?;
    let signs = ["\u{7}", "\u{1b}\\", "\u{9c}"];
    let sign = signs.iter().find(|sign| rest[end..].starts_with(**sign))?;
    Some(end + sign.len())
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
