//! Which node may be activated now: `maxParallel`, `maxUnavailable` and `progressDeadline`.

use std::time::Duration;

use super::state::{Node, RolloutState, State, Stop};
use crate::schedule::Admission;

impl RolloutState {
    /// Whether the node may be activated now. If so, it takes its slot.
    pub fn admit(&mut self, node: &str) -> Admission {
        if self.is_overdue() {
            let limit = self.rollout.progress_deadline.unwrap_or_default();
            self.end(Stop::Ended, format!("no further node became healthy within {limit} s"));
        }
        if let Some(why) = self.why() {
            return Admission::Never(format!("the rollout {} does not go on: {why}", self.id));
        }
        let moving = self.in_state(State::Moving).count();
        if self.rollout.max_parallel.is_some_and(|max| moving >= max.max(1)) {
            return Admission::Full;
        }
        let known = self.nodes.get(node);
        if !known.is_none_or(|node| node.is_up_to_date) {
            // What has a slot may be well for its users, and only a check is new: so it goes no faster than healthy ones.
            let has_slot = known.is_some_and(Node::holds_slot);
            let holding = self.nodes.values().filter(|node| node.holds_slot()).count();
            if self.is_as_many(if has_slot { moving } else { holding }) {
                if moving > 0 {
                    return Admission::Full;
                }
                if !has_slot && self.may_free_a_slot(node) {
                    return Admission::Later;
                }
                if !has_slot {
                    self.end(Stop::Ended, self.no_slot());
                    return self.admit(node);
                }
            }
        }
        self.change(node, |node| node.state = State::Moving);
        Admission::Now
    }

    /// Which nodes wait for the same: whoever is up to date, has a slot already, or needs one.
    pub(super) fn queue(&self, node: &str) -> String {
        let class = match self.nodes.get(node) {
            Some(node) if node.is_up_to_date => "up to date",
            Some(node) if node.holds_slot() => "unhealthy",
            _ => "",
        };
        format!("{} {class}", self.id)
    }

    fn is_as_many(&self, unavailable: usize) -> bool {
        self.rollout.max_unavailable.is_some_and(|max| unavailable >= max)
    }

    /// Whether a node that was unhealthy before has its turn in the same batch or before it.
    fn may_free_a_slot(&self, node: &str) -> bool {
        let batch = self.batch_of(node);
        self.nodes
            .iter()
            .any(|(name, other)| other.was_unhealthy && other.state == State::Waiting && self.batch_of(name) <= batch)
    }

    fn no_slot(&self) -> String {
        let holders = self.nodes.iter().filter(|(_, node)| node.holds_slot());
        let (names, nodes): (Vec<&str>, Vec<&Node>) = holders.map(|(name, node)| (name.as_str(), node)).unzip();
        let waiting = std::iter::zip(&names, nodes).filter(|(_, node)| node.state == State::Waiting);
        let mut advice: String = waiting.map(|(name, _)| format!(" --on {name}")).collect();
        if !advice.is_empty() {
            advice.insert_str(0, "; deploy first what is not healthy: netlib deploy");
        }
        let (count, max, names) = (names.len(), self.rollout.max_unavailable.unwrap_or_default(), names.join(", "));
        format!("{count} of at most {max} nodes are unavailable ({names}), so no further one may be touched{advice}")
    }

    fn is_overdue(&self) -> bool {
        let limit = self.rollout.progress_deadline.map(Duration::from_secs);
        limit.is_some_and(|limit| self.last_progress.elapsed() > limit)
    }
}
