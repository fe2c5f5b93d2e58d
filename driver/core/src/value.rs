//! What counts as a fact: one short line of text, of the shape that Nix declares for it.

use regex_automata::meta::Regex;

use crate::text::{clean_text, is_clean};

/// Longest fact.
const LONGEST: usize = 4096;
/// How much of a bad one is shown.
const SHOWN: usize = 80;

/// Why a text is no fact, if it is none.
pub fn check(text: &str, pattern: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!("it has {} bytes, more than {LONGEST}", text.len()));
    }
    if text.contains(['\n', '\t']) || !is_clean(text) {
        return Err("it holds control characters".to_owned());
    }
    let shape = Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| format!("its pattern {pattern} is not a regular expression: {error}"))?;
    if !shape.is_match(text) {
        let shown: String = clean_text(text).chars().take(SHOWN).collect();
        return Err(format!("it is {shown:?}, which does not match {pattern}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz;

    const ANY: &str = "[ -~]+";

    #[test]
    fn one_short_line_is_a_fact_and_everything_else_is_refused() {
        assert_eq!(check("abc=", ANY), Ok(()));
        assert_eq!(check(&"x".repeat(LONGEST), ANY), Ok(()));
        let refused = |text: &str| check(text, ANY).unwrap_err();
        assert_eq!(refused(&"x".repeat(LONGEST + 1)), "it has 4097 bytes, more than 4096");
        assert!(refused("").contains("does not match"));
        for hidden in ["a\x1b[0mb", "a\tb", "a\nb", "a\n", "a\r", "a\u{202e}b", "a\u{200b}b", "a\u{85}b"] {
            assert_eq!(refused(hidden), "it holds control characters", "{hidden:?}");
        }
    }

    #[test]
    fn a_fact_has_the_shape_that_was_asked_for() {
        let signing = r"beta\.main\.home-1:[A-Za-z0-9+/]{43}=";
        let key = "A".repeat(43) + "=";
        assert!(check(&format!("beta.main.home-1:{key}"), signing).is_ok());
        for name in ["cache.nixos.org-1", "betaxmain.home-1", "#beta.main.home-1", ""] {
            let value = format!("{name}:{key}");
            let refused = check(&value, signing);
            assert!(refused.is_err_and(|why| why.contains("does not match")), "{value}");
        }
        // A choice is one pattern, not a beginning and an end.
        assert!(check("pendingx", "pending|x+").is_err());
        assert!(check("x", "(").is_err_and(|why| why.contains("not a regular expression")));
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_a_fact_is_one_clean_line(bytes in fuzz::bytes()) {
            let value = crate::text::unchanged(&bytes);
            if check(&value, ANY).is_ok() {
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
