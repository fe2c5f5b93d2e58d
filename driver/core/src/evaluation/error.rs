//! Why a node has no derivation, and whether the others have none for the same reason.

use super::diagnosis::{Diagnosis, Kind};
use super::{Job, this_system};

/// Said of an error that was shown before, of the node that follows.
pub const SAME: &str = "the same error as node `";

/// Why there is no derivation.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}{}", whom(of.as_ref()), described(diagnosis, same_as.as_deref()))]
pub struct EvaluateError {
    /// Whom it concerns; none of them evaluates where it names none.
    pub of: Option<Job>,
    /// The explained message.
    pub diagnosis: Diagnosis,
    /// The node whose error says the same and was shown before.
    pub same_as: Option<String>,
}

impl EvaluateError {
    /// Of all.
    pub fn of_all(diagnosis: Diagnosis) -> Self {
        Self { of: None, diagnosis, same_as: None }
    }

    /// Of an explained message about this job. What fails before any is looked at fails for each of them.
    pub fn explained(job: &Job, diagnosis: Diagnosis) -> Self {
        let is_of_all = matches!(diagnosis.kind, Kind::Assertion | Kind::Input);
        Self { of: (!is_of_all).then(|| job.clone()), diagnosis, same_as: None }
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

fn described(diagnosis: &Diagnosis, same_as: Option<&str>) -> String {
    same_as.map_or_else(|| diagnosis.to_string(), |other| format!("{SAME}{other}`"))
}
