//! Evaluates the plan of a network: one light call, before anything else.

use serde::Deserialize;
use serde_json::Value;

use super::question::applied;
use super::{Cache, Messages, NixCallError};
use crate::diagnose::{Diagnosis, Kind};
use crate::flake::{Flake, Reference};
use crate::plan::{Plan, PlanError};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanEvaluationError {
    /// The user's network does not evaluate.
    #[error("the network `{network}` does not evaluate:\n{diagnosis}")]
    Evaluate {
        /// What the user named.
        network: String,
        /// The explained message.
        diagnosis: Diagnosis,
    },
    /// The flake has no such network.
    #[error("`{}` has no network `{}`.\n{}", reference.place(), reference.network(), there_are(reference, existing))]
    NoNetwork {
        /// What was asked for.
        reference: Box<Reference>,
        /// What there is.
        existing: Vec<String>,
    },
    /// The library does not know what is asked for.
    #[error("{}", .0.join("\n"))]
    Request(Vec<String>),
    /// Nix did not run to an end of its own.
    #[error(transparent)]
    Call(NixCallError),
    /// The document is not a plan that this driver understands.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

fn there_are(reference: &Reference, existing: &[String]) -> String {
    if existing.is_empty() {
        return match reference {
            Reference::Flake(_) => {
                "It has none at all: its outputs need to come from netlib.lib.mkFlake. \
                 To start with a working one: nix flake init -t netlib#wireguard-mesh"
            }
            Reference::File(_) => {
                "It has none at all: its value needs to come from netlib.lib.mkNetwork, \
                 as docs/evaluation.md shows."
            }
        }
        .to_owned();
    }
    let first = format!("{}#{}", reference.place(), existing[0]);
    format!("Its networks: {}. For example: {} {first}", existing.join(", "), reference.option())
}

/// What the library draws of a plan for a request.
#[derive(Deserialize)]
struct Drawn {
    problems: Vec<String>,
    warnings: Vec<String>,
    text: Option<String>,
}

/// The plan of the flake's chosen network, and what Nix said on the way. One that is known is not evaluated.
pub async fn evaluate_plan(flake: &Flake, cache: &Cache) -> Result<(Plan, Messages), PlanEvaluationError> {
    document(flake, cache, None, Plan::parse).await
}

/// What the library draws for a request, with warnings in the messages. What is wrong with the request is an error.
pub async fn draw_plan(
    flake: &Flake,
    cache: &Cache,
    request: &Value,
) -> Result<(String, Messages), PlanEvaluationError> {
    let read = |text: &[u8]| serde_json::from_slice::<Drawn>(text).map_err(PlanError::NotJson);
    let (drawn, mut messages) = document(flake, cache, Some(request), read).await?;
    if !drawn.problems.is_empty() {
        return Err(PlanEvaluationError::Request(drawn.problems));
    }
    messages.evaluation_warnings.extend(drawn.warnings);
    Ok((drawn.text.unwrap_or_default(), messages))
}

/// A document of the library, as it is or for a request. One that is known is not evaluated.
async fn document<T>(
    flake: &Flake,
    cache: &Cache,
    request: Option<&Value>,
    read: impl Fn(&[u8]) -> Result<T, PlanError>,
) -> Result<(T, Messages), PlanEvaluationError> {
    let key = request.map(Value::to_string).unwrap_or_default();
    if let Some(kept) = cache.plan(&key)
        // A newer netlib may understand less of an older one's plan.
        && let Ok(found) = read(kept.document.as_bytes())
    {
        let messages = Messages { evaluation_warnings: kept.warnings, ..Messages::default() };
        return Ok((found, messages));
    }
    let words = match request {
        None => flake.attribute("plan").words(),
        Some(request) => {
            let words = flake.attribute("planFor").words().into_iter();
            words.chain(["--apply".to_owned(), applied(request)]).collect()
        }
    };
    match flake.nix().call(["eval", "--json"], words).await {
        Ok(answer) => {
            let found = read(&answer.stdout)?;
            let mut messages = answer.messages;
            cache.keep_plan(&key, &answer.stdout, messages.evaluation_warnings.clone());
            let warning = cache.settle(flake).await;
            messages.evaluation_warnings.extend(warning.map(str::to_owned));
            Ok((found, messages))
        }
        Err(error) => Err(explained(flake, error).await),
    }
}

pub(super) async fn explained(flake: &Flake, error: NixCallError) -> PlanEvaluationError {
    let diagnosis = match flake.explain(error, "plan") {
        Ok(diagnosis) => diagnosis,
        Err(error) => return PlanEvaluationError::Call(error),
    };
    let reference = flake.reference();
    if diagnosis.kind == Kind::NoSuchOutput {
        let existing = flake.networks().await;
        if !existing.iter().any(|name| name == reference.network()) {
            return PlanEvaluationError::NoNetwork { reference: Box::new(reference.clone()), existing };
        }
    }
    PlanEvaluationError::Evaluate { network: reference.network().to_owned(), diagnosis }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn no_network(existing: &[&str]) -> String {
        let error = PlanEvaluationError::NoNetwork {
            reference: Box::new(Reference::Flake("/net#ofice".parse().unwrap())),
            existing: existing.iter().map(|name| (*name).to_owned()).collect(),
        };
        error.to_string()
    }

    #[test]
    fn a_network_that_is_not_there_lists_those_that_are() {
        assert_snapshot!(no_network(&["home", "office"]), @r"
        `/net` has no network `ofice`.
        Its networks: home, office. For example: --flake /net#home
        ");
        assert_snapshot!(no_network(&[]), @r"
        `/net` has no network `ofice`.
        It has none at all: its outputs need to come from netlib.lib.mkFlake. To start with a working one: nix flake init -t netlib#wireguard-mesh
        ");
    }
}
