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
    let mut words = flake.attribute(attribute).words();
    if let Some(function) = apply {
        words.extend(["--apply".to_owned(), function]);
    }
    match flake.nix().call(["eval", "--json"], words).await {
        Ok(answer) => Ok(serde_json::from_slice(&answer.stdout)?),
        Err(error) => Err(explained(flake, error).await.into()),
    }
}

/// A text as Nix writes it: nothing in it is code.
#[must_use]
pub fn nix_string(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace("${", "\\${");
    format!("\"{escaped}\"")
}

/// A list of texts as Nix writes it.
#[must_use]
pub fn nix_list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| nix_string(text)).collect();
    format!("[ {} ]", texts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_code() {
        assert_eq!(nix_string(r#"a"b\${c}"#), r#""a\"b\\\${c}""#);
        assert_eq!(
            nix_list(&["a".to_owned(), "b".to_owned()]),
            r#"[ "a" "b" ]"#
        );
    }
}
