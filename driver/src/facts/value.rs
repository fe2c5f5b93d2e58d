//! What counts as a fact: one short line of text.

/// Longest fact.
const LONGEST: usize = 4096;

/// Why something is no fact.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
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
    /// It holds control characters.
    #[error("it holds control characters")]
    Control,
}

/// The fact in a program's output.
pub(super) fn checked(output: &[u8]) -> Result<String, BadValue> {
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
    if text.contains(char::is_control) {
        return Err(BadValue::Control);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_a_fact_without_the_space_around_it() {
        assert_eq!(checked(b" abc= \n"), Ok("abc=".to_owned()));
        assert_eq!(
            checked(&[b'x'; LONGEST]).map(|text| text.len()),
            Ok(LONGEST)
        );
    }

    #[test]
    fn everything_else_is_refused() {
        assert_eq!(checked(b" \n\n"), Err(BadValue::Empty));
        assert_eq!(checked(b"one\ntwo\n"), Err(BadValue::ManyLines));
        assert_eq!(
            checked(&[b'x'; LONGEST + 1]),
            Err(BadValue::TooLong(LONGEST + 1))
        );
        assert_eq!(checked(b"\xff\xfe\n"), Err(BadValue::NotText));
        assert_eq!(checked(b"a\x1b[0mb"), Err(BadValue::Control));
    }
}
