//! What a gate does: go on, wait, or end, and which nodes roll back.

use std::collections::BTreeSet;

use super::state::{Node, Progress, RolloutState, State, Stop};
use crate::plan::RevertScope;
use crate::text::count;

/// What a gate does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Let the next batch begin.
    GoOn,
    /// Let it begin once somebody approves, within so many seconds.
    Pause(u64),
    /// It is over, and well.
    Finish,
    /// It does not go on, for this reason.
    Abort(String),
}

impl RolloutState {
    /// What happens after this batch, counted from 1; 0 is before the first one.
    pub fn decide(&mut self, batch: usize) -> Decision {
        self.count();
        if let Some(why) = self.why().map(str::to_owned) {
            if self.rollout.irreversible && self.has_failed() {
                self.end(Stop::Paused, why.clone());
            }
            return Decision::Abort(why);
        }
        if batch == 0 {
            // Builds and copies came before, and were no part of its progress.
            self.resume();
        }
        let later = self.rollout.batches.iter().skip(batch);
        let nodes = later.flat_map(|batch| &batch.nodes).cloned();
        let left: BTreeSet<String> = nodes.collect();
        if left.is_empty() {
            self.progress = Progress::Finished;
            return Decision::Finish;
        }
        let is_to_change = |name: &String| {
            let node = self.nodes.get(name);
            node.is_some_and(|node| node.state == State::Waiting && !node.is_up_to_date)
        };
        let ended = batch.checked_sub(1).and_then(|batch| self.rollout.batches.get(batch));
        match ended.and_then(|batch| batch.pause) {
            Some(pause) if left.iter().any(is_to_change) => Decision::Pause(pause),
            _ => Decision::GoOn,
        }
    }

    /// Changed nodes that roll back at the gate after this batch, the last one first: those that failed and, when there were
    /// too many of them, what `autoRevert` adds.
    pub fn to_revert(&self, batch: usize) -> Vec<String> {
        let scope = match self.rollout.auto_revert {
            Some(scope) if !self.rollout.irreversible && !self.is(Stop::Lost) => scope,
            _ => return Vec::new(),
        };
        let has_failed = self.has_failed();
        let is_meant = |name: &str, node: &Node| match scope {
            RevertScope::Batch if has_failed => self.batch_of(name) == batch,
            RevertScope::Rollout if has_failed => true,
            _ => matches!(node.state, State::Failed | State::Blocked),
        };
        let reverts = |node: &Node, name: &str| node.can_revert() && is_meant(name, node);
        let nodes = self.rollout.nodes.iter().rev();
        nodes.filter(|name| self.nodes.get(*name).is_some_and(|node| reverts(node, name))).cloned().collect()
    }

    /// Whether a pause ends by itself: nobody has to look at a rollout in which nothing failed.
    pub fn promotes_itself(&self) -> bool {
        self.rollout.auto_promote && self.failures().is_empty()
    }

    /// The nodes that count as failures.
    pub fn failures(&self) -> Vec<String> {
        let policy = self.rollout.on_unreachable;
        let failed = self.nodes.iter().filter(|(_, node)| node.counts_as_failure(policy));
        failed.map(|(name, _)| name.clone()).collect()
    }

    /// The batch that it is in, counted from 1.
    pub(super) fn batch_of(&self, node: &str) -> usize {
        let batches = &self.rollout.batches;
        let place = batches.iter().position(|batch| batch.nodes.iter().any(|name| name == node));
        place.map_or(batches.len(), |place| place + 1)
    }

    fn has_failed(&self) -> bool {
        self.failures().len() > self.rollout.max_failures
    }

    /// Stops once there are too many failures.
    pub(super) fn count(&mut self) {
        let (failed, allowed) = (self.failures(), self.rollout.max_failures);
        if failed.len() > allowed {
            let (nodes, names) = (count(failed.len(), "node"), failed.join(", "));
            self.end(Stop::Ended, format!("{nodes} failed ({names}), {allowed} allowed"));
        }
    }
}
