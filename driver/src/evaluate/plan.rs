//! Evaluates the plan of a network: one light call, before anything else.

use serde_json::Value;

use super::Cache;
use super::question::applied;
use crate::diagnose::{Diagnosis, Kind};
use crate::flake::{Flake, Reference};
use crate::nix::{Messages, NixCallError};
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
    #[error("`{}` has no network `{}`.\n{}", reference.place, reference.network, there_are(reference, existing))]
    NoNetwork {
        /// What was asked for.
        reference: Box<Reference>,
        /// What there is.
        existing: Vec<String>,
    },
    /// The library of the flake is older than the driver.
    #[error(
        "the netlib library of this flake is older than this netlib and cannot say what it asks for.\n\
         help: update the netlib input of the flake, or use its own driver: nix run .#netlib"
    )]
    OldLibrary,
    /// Nix did not run to an end of its own.
    #[error(transparent)]
    Call(NixCallError),
    /// The document is not a plan that this driver understands.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

fn there_are(reference: &Reference, existing: &[String]) -> String {
    if existing.is_empty() {
        return match reference.is_file {
            false => {
                "It has none at all: its outputs need to come from netlib.lib.mkFlake. \
                 To start with a working one: nix flake init -t netlib#wireguard-mesh"
            }
            true => {
                "It has none at all: its value needs to come from netlib.lib.mkNetwork, \
                 as docs/evaluation.md shows."
            }
        }
        .to_owned();
    }
    let first = format!("{}#{}", reference.place, existing[0]);
    format!("Its networks: {}. For example: {} {first}", existing.join(", "), reference.option())
}

/// What is walked for a request, and what Nix said on the way. What is known is not evaluated.
pub async fn evaluate_plan(
    flake: &Flake,
    cache: &Cache,
    request: &Value,
) -> Result<(Plan, Messages), PlanEvaluationError> {
    let key = request.to_string();
    if let Some(kept) = cache.plan(&key)
        // A newer netlib may understand less of an older one's plan.
        && let Ok(plan) = Plan::parse(kept.document.as_bytes())
    {
        let messages = Messages { evaluation_warnings: kept.warnings, ..Messages::default() };
        return Ok((plan, messages));
    }
    let words = flake.attribute("planFor").into_iter();
    let words = words.chain(["--apply".to_owned(), applied(request)]);
    match flake.nix.with_room().call(["eval", "--json"], words).await {
        Ok(answer) => {
            let plan = Plan::parse(&answer.stdout)?;
            let mut messages = answer.messages;
            cache.keep_plan(&key, &answer.stdout, messages.evaluation_warnings.clone());
            let warning = cache.settle(flake).await;
            messages.evaluation_warnings.extend(warning.map(str::to_owned));
            Ok((plan, messages))
        }
        Err(error) => Err(explained(flake, error).await),
    }
}

pub(super) async fn explained(flake: &Flake, error: NixCallError) -> PlanEvaluationError {
    let diagnosis = match flake.explain(error, "plan") {
        Ok(diagnosis) => diagnosis,
        Err(error) => return PlanEvaluationError::Call(error),
    };
    let reference = &flake.reference;
    if diagnosis.kind == Kind::NoSuchOutput {
        let existing = flake.networks().await;
        if !existing.contains(&reference.network) {
            return PlanEvaluationError::NoNetwork { reference: Box::new(reference.clone()), existing };
        }
        return PlanEvaluationError::OldLibrary;
    }
    PlanEvaluationError::Evaluate { network: reference.network.clone(), diagnosis }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn no_network(existing: &[&str]) -> String {
        let error = PlanEvaluationError::NoNetwork {
            reference: Box::new(Reference::flake("/net#ofice").unwrap()),
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
