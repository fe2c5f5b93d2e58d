//! Rollouts: `rollouts.<id>` of the plan. Nix decides all of this; the driver only keeps to it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How the nodes of a role, or of the whole network, are brought to their new systems.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rollout {
    /// The role; none for the network itself.
    pub role: Option<String>,
    /// All nodes, in their order.
    pub nodes: Vec<String>,
    /// Those that go together, one batch after the other.
    pub batches: Vec<Batch>,
    /// Nodes on their way at the same time; no limit when absent.
    pub max_parallel: Option<usize>,
    /// Nodes that may be unavailable at the same time; no limit when absent.
    pub max_unavailable: Option<usize>,
    /// Seconds that a node has to be healthy without a break.
    pub min_healthy_time: u64,
    /// Seconds within which it has to be.
    pub healthy_deadline: u64,
    /// Seconds within which one more node has to become healthy; no limit when absent.
    pub progress_deadline: Option<u64>,
    /// Failures, counted over the whole rollout, that it survives.
    pub max_failures: usize,
    /// Where it waits for somebody's approval.
    pub pause: Option<Pause>,
    /// Whether a pause ends by itself at its deadline.
    pub auto_promote: bool,
    /// What is taken back when it fails; nothing when absent.
    pub auto_revert: Option<RevertScope>,
    /// What a node that does not answer means.
    pub on_unreachable: OnUnreachable,
    /// Nothing is ever taken back, because that would do harm.
    pub irreversible: bool,
    /// The node that keeps the pause and the approval.
    pub coordinator: String,
    /// Public keys of those whose approval counts, by their names; without any, everybody's does.
    pub approvers: BTreeMap<String, Vec<String>>,
    /// Waves of nodes in which it is taken back.
    pub reverts: Vec<Vec<String>>,
    /// What an approval is about.
    pub digest: Digest,
}

/// What an approval is about.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Digest {
    /// A hash of the network and the whole rollout, whatever is selected.
    pub rollout: String,
    /// The nodes whose systems count with it.
    pub systems: Vec<String>,
}

/// Nodes that go together.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Batch {
    /// Their names.
    pub nodes: Vec<String>,
    /// Whether they are the canaries.
    #[serde(default)]
    pub canary: bool,
}

/// A wait for approval.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Pause {
    /// After which batches.
    pub after: PauseAfter,
    /// Seconds to wait.
    pub deadline: u64,
}

/// After which batches a rollout pauses.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PauseAfter {
    /// After the canaries.
    Canary,
    /// After each batch but the last.
    Batch,
}

/// What is taken back when a rollout fails.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RevertScope {
    /// The nodes that failed.
    Node,
    /// All nodes of the batch.
    Batch,
    /// All nodes that the rollout brought to a new system.
    Rollout,
}

/// What a node that does not answer means for its rollout.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum OnUnreachable {
    /// It is left out, and counts as unavailable.
    Skip,
    /// It is a failure.
    #[default]
    Fail,
}

impl Rollout {
    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.role {
            Some(role) => format!("role {role}"),
            None => "the network".to_owned(),
        }
    }

    /// Whether it waits for approval after this batch, counted from 1, where more of it follows.
    #[must_use]
    pub fn pauses_after(&self, batch: usize) -> Option<Pause> {
        let pause = self.pause?;
        let ended = self.batches.get(batch.checked_sub(1)?)?;
        let is_meant = match pause.after {
            PauseAfter::Canary => ended.canary,
            PauseAfter::Batch => true,
        };
        // Of a batch that is not selected there is nothing to look at.
        (is_meant && !ended.nodes.is_empty()).then_some(pause)
    }
}

impl Pause {
    /// How long to wait.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.deadline)
    }
}
