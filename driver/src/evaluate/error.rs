//! Why a node has no derivation, and whether the others have none for the same reason.

use super::{Attribute, Job};
use crate::diagnose::{Diagnosis, Kind};

/// Why there is no derivation.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{scope}{}", described(diagnosis, same_as.as_deref()))]
pub struct EvaluateError {
    /// Whether it concerns one job or all.
    pub scope: Scope,
    /// The explained message.
    pub diagnosis: Diagnosis,
    /// The node whose error says the same and was shown before.
    pub same_as: Option<String>,
}

/// Whom an error of evaluation concerns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Only this; the rest is still evaluated.
    Job(Job),
    /// All.
    All,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Job(Job { attribute: Attribute::DeployerPrograms, .. }) => {
                write!(f, "the programs of the deployer do not evaluate: ")
            }
            Self::Job(Job { node, .. }) => write!(f, "node `{node}` does not evaluate: "),
            Self::All => write!(f, "the network does not evaluate: "),
        }
    }
}

impl EvaluateError {
    /// Of an explained message about this job. What fails before any is looked at fails for each of them.
    pub(super) fn explained(job: &Job, diagnosis: Diagnosis) -> Self {
        let scope = match diagnosis.kind {
            Kind::Assertion | Kind::Input => Scope::All,
            _ => Scope::Job(job.clone()),
        };
        Self { scope, diagnosis, same_as: None }
    }

    /// Of one job, in words of netlib.
    pub(super) fn plain(job: &Job, text: &str) -> Self {
        Self { scope: Scope::Job(job.clone()), diagnosis: Diagnosis::plain(text), same_as: None }
    }

    /// Of a job whose evaluation ended before its time, and once more when nothing else ran.
    pub(super) fn killed(job: &Job, how: &str) -> Self {
        let is_too_deep = how.contains("infinite recursion") || how.ends_with("signal 11");
        let (why, advice) = if is_too_deep {
            (
                "most likely a value of it needs itself",
                "look at what was changed last, or run again with --show-trace --evaluator nix",
            )
        } else {
            (
                "most likely this machine has too little memory for it",
                "free some memory, or allow the evaluator more with --eval-memory",
            )
        };
        let text = format!("evaluating it {how}, also when it was tried alone: {why}\n  what to do: {advice}");
        Self::plain(job, &text)
    }
}

fn described(diagnosis: &Diagnosis, same_as: Option<&str>) -> String {
    match same_as {
        Some(other) => {
            let line = diagnosis.headline.lines().next().unwrap_or_default();
            format!("the same error as node `{other}`: {line}")
        }
        None => diagnosis.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn who_was_killed_reads_what_most_likely_killed_it() {
        let killed = |how: &str| {
            EvaluateError::killed(&Job { node: "alpha".to_owned(), attribute: Attribute::Toplevels }, how).to_string()
        };
        assert_snapshot!(killed("was ended by signal 9"), @r"
        node `alpha` does not evaluate: evaluating it was ended by signal 9, also when it was tried alone: most likely this machine has too little memory for it
          what to do: free some memory, or allow the evaluator more with --eval-memory
        ");
        assert_snapshot!(killed("ended its worker (exited with exit code 1, (possible infinite recursion))"), @r"
        node `alpha` does not evaluate: evaluating it ended its worker (exited with exit code 1, (possible infinite recursion)), also when it was tried alone: most likely a value of it needs itself
          what to do: look at what was changed last, or run again with --show-trace --evaluator nix
        ");
    }
}
