//! Why a node has no derivation, and whether the others have none for the same reason.

use super::{Attribute, Job};
use crate::diagnose::{Diagnosis, Kind};

/// Why there is no derivation.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}{}", whom(of.as_ref()), described(diagnosis, same_as.as_deref()))]
pub struct EvaluateError {
    /// Whom it concerns; none of them evaluates where it names none.
    pub(super) of: Option<Job>,
    /// The explained message.
    pub diagnosis: Diagnosis,
    /// The node whose error says the same and was shown before.
    pub(super) same_as: Option<String>,
}

impl EvaluateError {
    /// Of all.
    pub(super) fn of_all(diagnosis: Diagnosis) -> Self {
        Self { of: None, diagnosis, same_as: None }
    }

    /// Of an explained message about this job. What fails before any is looked at fails for each of them.
    pub(super) fn explained(job: &Job, diagnosis: Diagnosis) -> Self {
        let is_of_all = matches!(diagnosis.kind, Kind::Assertion | Kind::Input);
        Self { of: (!is_of_all).then(|| job.clone()), diagnosis, same_as: None }
    }

    /// Of one job, in words of netlib.
    pub(super) fn plain(job: &Job, text: &str) -> Self {
        Self { of: Some(job.clone()), ..Self::of_all(Diagnosis::plain(text)) }
    }

    /// Of a job whose worker ended in this way, and once more when nothing else ran.
    pub(super) fn killed(job: &Job, how: &str) -> Self {
        let (why, advice) = if how.contains("infinite recursion") || how.ends_with("signal 11") {
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
        let text = format!(
            "evaluating it ended its worker ({how}), also when it was tried alone: {why}\n  what to do: {advice}"
        );
        Self::plain(job, &text)
    }
}

fn whom(of: Option<&Job>) -> String {
    match of {
        None => "the network does not evaluate: ".to_owned(),
        Some(Job { attribute: Attribute::DeployerPrograms, .. }) => {
            "the programs of the deployer do not evaluate: ".to_owned()
        }
        Some(Job { node, .. }) => format!("node `{node}` does not evaluate: "),
    }
}

fn described(diagnosis: &Diagnosis, same_as: Option<&str>) -> String {
    let line = || diagnosis.headline.lines().next().unwrap_or_default();
    same_as.map_or_else(|| diagnosis.to_string(), |other| format!("the same error as node `{other}`: {}", line()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn who_was_killed_reads_what_most_likely_killed_it() {
        let killed = |how: &str| EvaluateError::killed(&Attribute::Toplevels.of("alpha"), how).to_string();
        assert_snapshot!(killed("got killed by SIGKILL"), @r"
        node `alpha` does not evaluate: evaluating it ended its worker (got killed by SIGKILL), also when it was tried alone: most likely this machine has too little memory for it
          what to do: free some memory, or allow the evaluator more with --eval-memory
        ");
        assert_snapshot!(killed("exited with exit code 1, (possible infinite recursion)"), @r"
        node `alpha` does not evaluate: evaluating it ended its worker (exited with exit code 1, (possible infinite recursion)), also when it was tried alone: most likely a value of it needs itself
          what to do: look at what was changed last, or run again with --show-trace --evaluator nix
        ");
    }
}
