//! Evaluates the plan of a network: one light call, before anything else.

use crate::diagnose::{Diagnosis, Kind};
use crate::evaluate::{Messages, NixCallError};
use crate::flake::Flake;
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
    #[error(
        "the flake `{url}` has no network `{network}`.\n{}",
        there_are(url, existing)
    )]
    NoNetwork {
        /// The flake.
        url: String,
        /// What was asked for.
        network: String,
        /// What there is.
        existing: Vec<String>,
    },
    /// Nix did not run to an end of its own.
    #[error(transparent)]
    Call(NixCallError),
    /// The document is not a plan that this driver understands.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

fn there_are(url: &str, existing: &[String]) -> String {
    if existing.is_empty() {
        return "It has none at all: its outputs need to come from netlib.lib.mkFlake. \
                To start with a working one: nix flake init -t netlib#wireguard-mesh"
            .to_owned();
    }
    let refs: Vec<String> = existing
        .iter()
        .map(|name| format!("{url}#{name}"))
        .collect();
    format!(
        "Its networks: {}. For example: --flake {}",
        existing.join(", "),
        refs[0]
    )
}

/// The plan of the flake's chosen network, and what Nix said on the way.
pub async fn evaluate_plan(flake: &Flake) -> Result<(Plan, Messages), PlanEvaluationError> {
    let call = flake
        .nix()
        .call(["eval", "--json"], [flake.attribute("plan")])
        .await;
    match call {
        Ok(answer) => Ok((Plan::parse(&answer.stdout)?, answer.messages)),
        Err(error) => Err(explained(flake, error).await),
    }
}

async fn explained(flake: &Flake, error: NixCallError) -> PlanEvaluationError {
    let diagnosis = match flake.explain(error, "plan") {
        Ok(diagnosis) => diagnosis,
        Err(error) => return PlanEvaluationError::Call(error),
    };
    let reference = flake.reference();
    if diagnosis.kind == Kind::NoSuchOutput {
        let existing = flake.networks().await;
        if !existing.contains(&reference.network) {
            let (url, network) = (reference.url.clone(), reference.network.clone());
            return PlanEvaluationError::NoNetwork {
                url,
                network,
                existing,
            };
        }
    }
    PlanEvaluationError::Evaluate {
        network: reference.network.clone(),
        diagnosis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn no_network(existing: &[&str]) -> String {
        let error = PlanEvaluationError::NoNetwork {
            url: "/net".to_owned(),
            network: "ofice".to_owned(),
            existing: existing.iter().map(|name| (*name).to_owned()).collect(),
        };
        error.to_string()
    }

    #[test]
    fn a_network_that_is_not_there_lists_those_that_are() {
        assert_snapshot!(no_network(&["home", "office"]), @r"
        the flake `/net` has no network `ofice`.
        Its networks: home, office. For example: --flake /net#home
        ");
        assert_snapshot!(no_network(&[]), @r"
        the flake `/net` has no network `ofice`.
        It has none at all: its outputs need to come from netlib.lib.mkFlake. To start with a working one: nix flake init -t netlib#wireguard-mesh
        ");
    }
}
