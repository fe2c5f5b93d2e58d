//! Why the host script refused, explained with what to do next.

use serde::Deserialize;

use super::LockHolder;
use crate::text::{below, part};

/// Why the host script refused.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, thiserror::Error)]
#[serde(tag = "refused", rename_all = "kebab-case")]
pub enum Refusal {
    /// Somebody else is deploying to the host.
    #[error("{}", busy(lock))]
    Busy {
        /// Who.
        lock: LockHolder,
    },
    /// The host has other systems than when the deployment was prepared for it.
    #[error("{0}")]
    Changed(Reason),
    /// Somebody else rolls the host out.
    #[error("{0}")]
    RolloutBusy(Reason),
    /// This deployment does not have the host's lease any more.
    #[error("{0}")]
    RolloutLost(Reason),
    /// The rollout does not wait for approval of this plan.
    #[error("the rollout does not wait for approval of this plan any more; nothing was approved")]
    NotPaused,
    /// What the coordinator keeps is not what it was when it was asked for.
    #[error("others change what the coordinator keeps of the rollout all the time; nothing was changed")]
    DocumentChanged,
    /// A deployment of this nonce is known already.
    #[error("this deployment is known there already")]
    Known,
    /// The activation does not wait for confirmation, or not any more.
    #[error("the activation does not wait for confirmation")]
    NotWaiting,
    /// For another reason.
    #[error("{0}")]
    Because(Reason),
}

/// What only people read.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct Reason {
    /// Why.
    pub why: String,
    /// What could be done.
    pub help: Option<String>,
    /// The file system, as `df` shows it.
    pub disk: Option<String>,
    /// What the host's commands said.
    #[serde(default)]
    pub stderr: String,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { why, help, disk, stderr } = self;
        let (disk, help) = (part("\n  file system: ", disk.as_ref()), part("\n  help: ", help.as_ref()));
        write!(f, "{why}{}{disk}{help}", below(stderr))
    }
}

fn busy(LockHolder { deployer, since, process, .. }: &LockHolder) -> String {
    match process {
        Some(process) => format!(
            "process {process} holds netlib's lock on this host and is no deployment; nothing was changed\n  help: end that process there, then deploy again"
        ),
        None => format!(
            "{deployer} has been deploying to this host since {since}; nothing was changed\n  help: wait for that deployment to end, then deploy again"
        ),
    }
}
