//! What counts as a fact: one short line of text, of the shape that Nix declares for it.

use regex_automata::meta::Regex;

use crate::text::{clean_text, is_clean};

/// Longest fact.
const LONGEST: usize = 4096;
/// How much of a bad one is shown.
const SHOWN: usize = 80;

/// The fact in a program's output, or why it is none.
pub fn checked(output: &[u8], pattern: &str) -> Result<String, String> {
    let bytes = output.trim_ascii();
    if bytes.len() > LONGEST {
        return Err(format!("it has {} bytes, more than {LONGEST}", bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text")?;
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.contains(['\n', '\r']) {
        return Err("it has more than one line".to_owned());
    }
    if text.contains('\t') || !is_clean(text) {
        return Err("it holds control characters".to_owned());
    }
    let shape = Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| format!("its pattern {pattern} is not a regular expression: {error}"))?;
    if !shape.is_match(text) {
        let shown: String = clean_text(text).chars().take(SHOWN).collect();
        return Err(format!("it is {shown:?}, which does not match {pattern}"));
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
        assert_eq!(refused(b" \n\n"), "it is empty");
        assert_eq!(refused(b"one\ntwo\n"), "it has more than one line");
        assert_eq!(refused(&[b'x'; LONGEST + 1]), "it has 4097 bytes, more than 4096");
        assert_eq!(refused(b"\xff\xfe\n"), "it is not UTF-8 text");
        for hidden in ["a\x1b[0mb", "a\tb", "a\u{202e}b", "a\u{200b}b", "a\u{85}b"] {
            assert_eq!(refused(hidden.as_bytes()), "it holds control characters");
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
            assert!(refused.is_err_and(|why| why.contains("does not match")), "{value}");
        }
        // A choice is one pattern, not a beginning and an end.
        assert!(checked(b"pendingx", "pending|x+").is_err());
        assert!(checked(b"x", "(").is_err_and(|why| why.contains("not a regular expression")));
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
