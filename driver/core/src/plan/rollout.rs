//! Rollouts: `rollouts.<id>` of the plan. Nix decides all of this; the driver only keeps to it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How the nodes of a role, or of the whole network, are brought to their new systems.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Rollout {
    /// What people call it.
    pub title: String,
    /// All nodes, in their order.
    pub nodes: Vec<String>,
    /// Those that go together, one batch after the other.
    pub batches: Vec<Batch>,
    /// Nodes on their way at the same time; no limit when absent.
    pub max_parallel: Option<usize>,
    /// Nodes that may be unavailable at the same time; no limit when absent.
    pub max_unavailable: Option<usize>,
    /// Seconds within which one more node has to become healthy; no limit when absent.
    pub progress_deadline: Option<u64>,
    /// Failures, counted over the whole rollout, that it survives.
    pub max_failures: usize,
    /// Whether a pause ends by itself at its deadline.
    pub auto_promote: bool,
    /// What is reverted when it fails; nothing when absent.
    pub auto_revert: Option<RevertScope>,
    /// What a node that does not answer means.
    pub on_unreachable: OnUnreachable,
    /// Nothing is ever reverted, because that would do harm.
    pub irreversible: bool,
    /// The node that keeps the pause and the approval.
    pub coordinator: String,
    /// Nodes of the rollout, selected or not, that are the fallback of a coordinator that does not answer.
    pub standbys: Vec<String>,
    /// Public keys of those whose approval counts, by their names; without any, everybody's does.
    pub approvers: BTreeMap<String, Vec<String>>,
    /// Waves of nodes in which it is reverted.
    pub reverts: Vec<Vec<String>>,
    /// What an approval is about.
    pub digest: Digest,
}

/// What an approval is about.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct Digest {
    /// A hash of the network and the whole rollout, whatever is selected.
    pub rollout: String,
    /// The nodes whose systems count with it.
    pub systems: Vec<String>,
}

/// Nodes that go together.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Batch {
    /// Their names.
    pub nodes: Vec<String>,
    /// Seconds for which the rollout waits after them for somebody's approval.
    pub pause: Option<u64>,
}

/// What is reverted when a rollout fails.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
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
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum OnUnreachable {
    /// It is left out, and counts as unavailable.
    Skip,
    /// It is a failure.
    #[default]
    Fail,
}
