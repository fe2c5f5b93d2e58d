//! Questions with arguments: an attribute of the network that is evaluated once and printed, and kept nowhere.

use serde::de::DeserializeOwned;

use super::PlanEvaluationError;
use super::plan::explained;
use crate::flake::Flake;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// The network, or what was asked of it, does not evaluate.
    #[error(transparent)]
    Evaluation(#[from] PlanEvaluationError),
    /// The answer has another shape than expected.
    #[error(
        "netlib's Nix library answered something that this netlib does not understand: {0}\n  what to do: use the driver and the library of one version, as `nix run .#netlib` does"
    )]
    Answer(#[from] serde_json::Error),
}

/// The value of an attribute of the chosen network, after a Nix function where one is given.
pub async fn ask<T: DeserializeOwned>(
    flake: &Flake,
    attribute: &str,
    apply: Option<String>,
) -> Result<T, QuestionError> {
    let mut words = flake.attribute(attribute);
    if let Some(function) = apply {
        words.extend(["--apply".to_owned(), function]);
    }
    match flake.nix.call(["eval", "--json"], words).await {
        Ok(answer) => Ok(serde_json::from_slice(&answer.stdout)?),
        Err(error) => Err(explained(flake, error).await.into()),
    }
}

/// A function for `--apply` that hands a value to the attribute: one text of JSON, in which nothing is code.
#[must_use]
pub fn applied(argument: &serde_json::Value) -> String {
    format!("f: f (builtins.fromJSON {})", nix_string(&argument.to_string()))
}

/// A text as Nix writes it: nothing in it is code.
#[must_use]
pub fn nix_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    for character in text.chars() {
        match character {
            // Nix reads a carriage return as a line feed.
            '\r' => quoted.push_str("\\r"),
            '\n' => quoted.push_str("\\n"),
            '\\' | '"' | '$' => quoted.extend(['\\', character]),
            other => quoted.push(other),
        }
    }
    format!("\"{quoted}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_code() {
        assert_eq!(nix_string("a\"b\\${c}$${d}\r\n''"), r#""a\"b\\\${c}\$\${d}\r\n''""#);
        assert_eq!(
            applied(&serde_json::json!({ "on": ["\"${x}"] })),
            r#"f: f (builtins.fromJSON "{\"on\":[\"\\\"\${x}\"]}")"#
        );
    }
}
