//! How a rollout ended, for summaries.

use std::collections::BTreeMap;

use serde::Serialize;

use super::state::{Progress, RolloutState, State, Stop};
use crate::text::count;

/// How a rollout ended.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RolloutReport {
    /// Its id in the plan.
    #[serde(skip)]
    pub id: String,
    /// How it ended: a word that docs/gates.md explains.
    #[serde(rename = "result")]
    pub state: &'static str,
    /// Why, in one line.
    pub detail: String,
    /// Nodes that it reverted, with what became of them.
    #[serde(skip)]
    pub reverted: BTreeMap<String, String>,
}

impl RolloutState {
    /// How it stands at the end of the run.
    pub fn report(&self) -> RolloutReport {
        let state = self.state();
        let healthy = self.in_state(State::Healthy);
        let healthy = healthy.filter(|node| !self.reverted.contains_key(*node));
        let mut detail = format!("{} of {} healthy", healthy.count(), count(self.nodes.len(), "node"));
        for (what, which) in [("failed", State::Failed), ("blocked", State::Blocked), ("offline", State::Offline)] {
            let names: Vec<&str> = self.in_state(which).collect();
            if !names.is_empty() {
                detail.push_str(&format!(", {what}: {}", names.join(", ")));
            }
        }
        if let Some(why) = self.why() {
            detail.push_str(&format!("; {why}"));
        }
        RolloutReport { id: self.id.clone(), state, detail, reverted: self.reverted.clone() }
    }

    fn state(&self) -> &'static str {
        let is_all_healthy = self.nodes.values().all(|node| node.state == State::Healthy);
        let stays = self.nodes.keys().any(|node| self.before(node).is_some());
        // Hosts whose own checks fail roll back on their own.
        let rolled_back = self.nodes.values().any(|node| node.rolled_back) && !stays;
        match self.progress {
            Progress::Stopped(Stop::Paused, _) => "paused",
            Progress::Stopped(Stop::Stuck, _) => "aborted",
            Progress::Open if is_all_healthy => "healthy",
            Progress::Stopped(..) | Progress::Open if rolled_back || !self.reverted.is_empty() => "rolledBack",
            Progress::Stopped(..) | Progress::Open => "aborted",
            Progress::Finished if is_all_healthy => "healthy",
            Progress::Finished => "degraded",
        }
    }
}
