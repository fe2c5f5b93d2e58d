//! Why a node has no derivation.

use super::diagnosis::{Diagnosis, Kind};
use super::{Job, this_system};

/// Why there is no derivation.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}{diagnosis}", whom(of.as_ref()))]
pub struct EvaluateError {
    /// Whom it concerns; none of them evaluates where it names none.
    pub of: Option<Job>,
    /// The explained message.
    pub diagnosis: Diagnosis,
}

impl EvaluateError {
    /// Of all.
    pub fn of_all(diagnosis: Diagnosis) -> Self {
        Self { of: None, diagnosis }
    }

    /// Of an explained message about this job. What fails before any is looked at fails for each of them.
    pub fn explained(job: &Job, diagnosis: Diagnosis) -> Self {
        let is_of_all = matches!(diagnosis.kind, Kind::Assertion | Kind::Input);
        Self { of: (!is_of_all).then(|| job.clone()), diagnosis }
    }

    /// Of one job, in words of netlib.
    pub fn plain(job: &Job, text: &str) -> Self {
        Self { of: Some(job.clone()), ..Self::of_all(Diagnosis::plain(text)) }
    }
}

fn whom(of: Option<&Job>) -> String {
    match of {
        None => "the network does not evaluate: ".to_owned(),
        Some(Job { node, .. }) if *node == this_system() => "the programs of the deployer do not evaluate: ".to_owned(),
        Some(Job { node, .. }) => format!("node `{node}` does not evaluate: "),
    }
}
