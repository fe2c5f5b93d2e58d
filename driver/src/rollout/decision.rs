//! What a gate does: go on, wait, or end, and which nodes go back.

use std::collections::BTreeSet;

use super::course::{Course, Progress, count};
use super::node::{Node, State};
use crate::plan::{Pause, RevertScope};

/// What a gate does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Let the next batch begin.
    GoOn,
    /// Let it begin once somebody approves.
    Pause(Pause),
    /// It is over, and well.
    Finish,
    /// It does not go on, for this reason.
    Abort(String),
}

impl Course {
    /// What happens after this batch, counted from 1; 0 is before the first one.
    pub fn decide(&mut self, batch: usize) -> Decision {
        self.count();
        if let Some(why) = self.why().map(str::to_owned) {
            if self.rollout.irreversible && self.has_failed() {
                self.pause(why.clone());
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
        match self.rollout.pauses_after(batch) {
            Some(pause) if left.iter().any(is_to_change) => Decision::Pause(pause),
            _ => Decision::GoOn,
        }
    }

    /// Changed nodes that go back at the gate after this batch, the last one first: those that failed and, when there were
    /// too many of them, what `autoRevert` adds.
    #[must_use]
    pub fn to_revert(&self, batch: usize) -> Vec<String> {
        let scope = match self.rollout.auto_revert {
            Some(scope) if !self.rollout.irreversible && !self.is_lost() => scope,
            _ => return Vec::new(),
        };
        let has_failed = |node: &Node| matches!(node.state, State::Failed | State::Blocked);
        let is_meant = |name: &str, node: &Node| match scope {
            RevertScope::Batch if self.has_failed() => self.batch_of(name) == batch,
            RevertScope::Rollout if self.has_failed() => true,
            _ => has_failed(node),
        };
        let nodes = self.rollout.nodes.iter().rev();
        let meant = nodes.filter(|name| {
            let node = self.nodes.get(*name);
            node.is_some_and(|node| node.can_go_back() && is_meant(name, node))
        });
        meant.cloned().collect()
    }

    /// Whether a pause ends by itself: nobody has to look at a rollout in which nothing failed.
    #[must_use]
    pub fn promotes_itself(&self) -> bool {
        self.rollout.auto_promote && self.failures().is_empty()
    }

    /// The nodes that count as failures.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let policy = self.rollout.on_unreachable;
        let nodes = self.nodes.iter();
        let failed = nodes.filter(|(_, node)| node.counts_as_failure(policy));
        failed.map(|(name, _)| name.clone()).collect()
    }

    fn has_failed(&self) -> bool {
        self.tally.failed > self.rollout.max_failures
    }

    /// Stops once there are too many failures.
    pub(super) fn count(&mut self) {
        if self.has_failed() {
            let failed = self.failures();
            self.stop(format!(
                "{} failed ({}), {} allowed",
                count(failed.len(), "node"),
                failed.join(", "),
                self.rollout.max_failures
            ));
        }
    }
}
