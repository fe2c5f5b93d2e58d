//! What counts as a fact: one short line of text, of the shape that Nix declares for it.

use regex_automata::meta::Regex;

use crate::text::{clean_text, is_clean};

/// Longest fact.
const LONGEST: usize = 4096;
/// How much of a bad one is shown.
const SHOWN: usize = 80;

/// Why something is no fact.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadValue {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// There is more than one line.
    #[error("it has more than one line")]
    ManyLines,
    /// It is too long.
    #[error("it has {0} bytes, more than {LONGEST}")]
    TooLong(usize),
    /// It is no text.
    #[error("it is not UTF-8 text")]
    NotText,
    /// It holds characters that are not seen, or change how others are.
    #[error("it holds control characters")]
    Control,
    /// It is something else than what was asked for.
    #[error("it is {value:?}, which does not match {pattern}")]
    Shape {
        /// Its beginning.
        value: String,
        /// What it must match.
        pattern: String,
    },
    /// The network's own pattern cannot be used.
    #[error("its pattern {pattern} is not a regular expression: {problem}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// The fact in a program's output.
pub fn checked(output: &[u8], pattern: &str) -> Result<String, BadValue> {
    let bytes = output.trim_ascii();
    if bytes.len() > LONGEST {
        return Err(BadValue::TooLong(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BadValue::NotText)?;
    if text.is_empty() {
        return Err(BadValue::Empty);
    }
    if text.contains(['\n', '\r']) {
        return Err(BadValue::ManyLines);
    }
    if text.contains('\t') || !is_clean(text) {
        return Err(BadValue::Control);
    }
    let shape = Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| BadValue::Pattern { pattern: pattern.to_owned(), problem: error.to_string() })?;
    if !shape.is_match(text) {
        return Err(BadValue::Shape {
            value: clean_text(text).chars().take(SHOWN).collect(),
            pattern: pattern.to_owned(),
        });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz;

    const ANY: &str = "[ -~]+";

    #[test]
    fn one_line_is_a_fact_without_the_space_around_it() {
        assert_eq!(checked(b" abc= \n", ANY), Ok("abc=".to_owned()));
        let longest = checked(&[b'x'; LONGEST], ANY);
        assert_eq!(longest.map(|text| text.len()), Ok(LONGEST));
    }

    #[test]
    fn everything_else_is_refused() {
        let refused = |output: &[u8]| checked(output, ANY).unwrap_err();
        assert_eq!(refused(b" \n\n"), BadValue::Empty);
        assert_eq!(refused(b"one\ntwo\n"), BadValue::ManyLines);
        assert_eq!(refused(&[b'x'; LONGEST + 1]), BadValue::TooLong(LONGEST + 1));
        assert_eq!(refused(b"\xff\xfe\n"), BadValue::NotText);
        for hidden in ["a\x1b[0mb", "a\tb", "a\u{202e}b", "a\u{200b}b", "a\u{85}b"] {
            assert_eq!(refused(hidden.as_bytes()), BadValue::Control);
        }
    }

    #[test]
    fn a_fact_has_the_shape_that_was_asked_for() {
        let signing = r"beta\.main\.home-1:[A-Za-z0-9+/]{43}=";
        let key = "A".repeat(43) + "=";
        assert!(checked(format!("beta.main.home-1:{key}").as_bytes(), signing).is_ok());
        for name in ["cache.nixos.org-1", "betaxmain.home-1", "#beta.main.home-1", ""] {
            let value = format!("{name}:{key}");
            let refused = checked(value.as_bytes(), signing);
            assert!(matches!(refused, Err(BadValue::Shape { .. })), "{value}");
        }
        // A choice is one pattern, not a beginning and an end.
        assert!(checked(b"pendingx", "pending|x+").is_err());
        assert!(matches!(checked(b"x", "("), Err(BadValue::Pattern { .. })));
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_a_fact_is_one_clean_line(bytes in fuzz::bytes()) {
            if let Ok(value) = checked(&bytes, ANY) {
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
