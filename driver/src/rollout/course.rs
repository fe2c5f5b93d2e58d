//! One rollout on its way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::plan::{OnUnreachable, Pause, RevertScope, Rollout};
use crate::schedule::Admission;

/// One rollout on its way.
#[derive(Debug)]
pub struct Course {
    pub(super) id: String,
    pub(super) rollout: Rollout,
    pub(super) nodes: BTreeMap<String, Node>,
    /// Why nothing more of it starts.
    pub(super) stopped: Option<String>,
    pub(super) is_paused: bool,
    pub(super) is_over: bool,
    /// A node that was to be taken back was not.
    pub(super) is_stuck: bool,
    pub(super) taken_back: BTreeMap<String, String>,
    last_progress: Instant,
}

/// A node of the rollout.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub state: State,
    was_unhealthy: bool,
    is_up_to_date: bool,
    pub went_back: bool,
    before: Option<Before>,
}

/// Where a node is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum State {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// Its activation began, and it has not been seen healthy since.
    Moving,
    /// All is well.
    Healthy,
    /// A step of it failed.
    Failed,
    /// It does not answer.
    Offline,
    /// Its turn did not come.
    LeftOut,
}

/// What a node ran before it was changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Before {
    /// The system, by its path.
    pub toplevel: Option<String>,
    /// The generation that its profile named.
    pub generation: Option<u64>,
}

/// What a gate does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Let the next batch begin.
    GoOn,
    /// Let it begin once somebody approves.
    Pause(Pause),
    /// It is over, and well.
    Finish,
    /// It does not go on, for this reason. The nodes are to be taken back, in this order.
    Abort {
        /// Why.
        why: String,
        /// Whom to take back.
        revert: Vec<String>,
    },
}

impl Course {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(id: String, rollout: Rollout) -> Self {
        let nodes = rollout.nodes.iter();
        Self {
            nodes: nodes.map(|node| (node.clone(), Node::default())).collect(),
            id,
            rollout,
            stopped: None,
            is_paused: false,
            is_over: false,
            is_stuck: false,
            taken_back: BTreeMap::new(),
            last_progress: Instant::now(),
        }
    }

    /// Its id in the plan.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What Nix decided.
    #[must_use]
    pub fn rollout(&self) -> &Rollout {
        &self.rollout
    }

    /// A node that is unhealthy before anything was done to it.
    pub fn was_unhealthy(&mut self, node: &str) {
        self.change(node, |node| node.was_unhealthy = true);
    }

    /// A node that runs its system already, and so needs no slot.
    pub fn is_up_to_date(&mut self, node: &str) {
        self.change(node, |node| node.is_up_to_date = true);
    }

    /// A node that has been brought to another system.
    pub fn changed(&mut self, node: &str, before: Before) {
        self.change(node, |node| node.before = Some(before));
    }

    /// Whether the node may be activated now. If so, it takes its slot.
    pub fn admit(&mut self, node: &str) -> Admission {
        if self.is_overdue() {
            let limit = self.rollout.progress_deadline.unwrap_or_default();
            self.stop(format!("no further node became healthy within {limit} s"));
        }
        if let Some(why) = &self.stopped {
            return Admission::Never(format!("the rollout {} does not go on: {why}", self.id));
        }
        let moving = self.in_state(State::Moving).count();
        if self
            .rollout
            .max_parallel
            .is_some_and(|max| moving >= max.max(1))
        {
            return Admission::Later;
        }
        let has_slot = self
            .nodes
            .get(node)
            .is_none_or(|node| node.is_up_to_date || node.holds_slot());
        if !has_slot && self.is_full() {
            if moving > 0 || self.may_free_a_slot(node) {
                return Admission::Later;
            }
            self.stop(self.no_slot());
            return self.admit(node);
        }
        self.change(node, |node| node.state = State::Moving);
        Admission::Now
    }

    fn is_full(&self) -> bool {
        let held = self.nodes.values().filter(|node| node.holds_slot()).count();
        self.rollout.max_unavailable.is_some_and(|max| held >= max)
    }

    /// Whether a node that was unhealthy before has its turn in the same batch or before it.
    fn may_free_a_slot(&self, node: &str) -> bool {
        let batch = self.batch_of(node);
        self.nodes.iter().any(|(name, other)| {
            other.was_unhealthy && other.state == State::Waiting && self.batch_of(name) <= batch
        })
    }

    fn batch_of(&self, node: &str) -> usize {
        let batches = &self.rollout.batches;
        let has = |names: &Vec<String>| names.iter().any(|name| name == node);
        let place = batches.iter().position(|batch| has(&batch.nodes));
        place.map_or(batches.len(), |place| place + 1)
    }

    fn no_slot(&self) -> String {
        let holders = self.nodes.iter().filter(|(_, node)| node.holds_slot());
        let names: Vec<&str> = holders.map(|(name, _)| name.as_str()).collect();
        format!(
            "{} of at most {} nodes are unavailable ({}), so no further one may be touched",
            names.len(),
            self.rollout.max_unavailable.unwrap_or_default(),
            names.join(", ")
        )
    }

    /// A node that is well, whatever it went through.
    pub fn healthy(&mut self, node: &str) {
        self.last_progress = Instant::now();
        self.change(node, |node| node.state = State::Healthy);
    }

    /// A node whose step failed.
    pub fn failed(&mut self, node: &str) {
        self.change(node, |node| node.state = State::Failed);
        self.count();
    }

    /// A node that does not answer.
    pub fn offline(&mut self, node: &str) {
        self.change(node, |node| node.state = State::Offline);
        self.count();
    }

    /// A node whose turn does not come. What went wrong with it before says more.
    pub fn left_out(&mut self, node: &str) {
        self.change(node, |node| {
            if matches!(node.state, State::Waiting | State::Moving) {
                node.state = State::LeftOut;
            }
        });
    }

    /// Nothing more of it is started.
    pub fn stop(&mut self, why: String) {
        self.stopped.get_or_insert(why);
    }

    /// Taking a node back failed, which matters more than what led to it.
    pub fn revert_failed(&mut self, why: String) {
        self.is_stuck = true;
        self.stopped = Some(why);
    }

    /// It waits for somebody, or waited in vain.
    pub fn pause(&mut self, why: String) {
        self.is_paused = true;
        self.stop(why);
    }

    /// It goes on after a wait, which was no lack of progress.
    pub fn resume(&mut self) {
        self.last_progress = Instant::now();
    }

    /// A node was taken back to the system from before.
    pub fn taken_back(&mut self, node: &str, what: String) {
        self.change(node, |node| node.before = None);
        self.taken_back.insert(node.to_owned(), what);
    }

    /// A node whose new system failed, and which went back by itself.
    pub fn went_back(&mut self, node: &str) {
        self.change(node, |node| node.went_back = true);
    }

    /// All nodes that were changed, with what they ran before.
    #[must_use]
    pub fn all_changed(&self) -> Vec<(String, Before)> {
        let nodes = self.nodes.iter();
        nodes
            .filter_map(|(name, node)| Some((name.clone(), node.before.clone()?)))
            .collect()
    }

    /// What the node ran before it was changed; none if it was not, or was taken back.
    #[must_use]
    pub fn before(&self, node: &str) -> Option<Before> {
        self.nodes.get(node)?.before.clone()
    }

    /// What happens after this batch, counted from 1; 0 is before the first one.
    pub fn decide(&mut self, batch: usize) -> Decision {
        self.count();
        if let Some(why) = self.stopped.clone() {
            return self.abort(why, batch);
        }
        let later = self.rollout.batches.iter().skip(batch);
        let nodes = later.flat_map(|batch| &batch.nodes).cloned();
        let left: BTreeSet<String> = nodes.collect();
        if left.is_empty() {
            self.is_over = true;
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

    fn abort(&mut self, why: String, batch: usize) -> Decision {
        self.is_over = true;
        let has_failed = self.failures().len() > self.rollout.max_failures;
        if self.rollout.irreversible {
            self.is_paused |= has_failed;
        }
        let revert = if has_failed && !self.rollout.irreversible {
            self.to_revert(batch)
        } else {
            Vec::new()
        };
        Decision::Abort { why, revert }
    }

    /// Changed nodes that the failure takes back, the last one first.
    fn to_revert(&self, batch: usize) -> Vec<String> {
        let Some(scope) = self.rollout.auto_revert else {
            return Vec::new();
        };
        let is_meant = |name: &str, node: &Node| match scope {
            RevertScope::Node => node.state == State::Failed,
            RevertScope::Batch => self.batch_of(name) == batch,
            RevertScope::Rollout => true,
        };
        let nodes = self.rollout.nodes.iter().rev();
        let meant = nodes.filter(|name| {
            let node = self.nodes.get(*name);
            node.is_some_and(|node| node.before.is_some() && is_meant(name, node))
        });
        meant.cloned().collect()
    }

    /// The nodes that count as failures.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let counts = |node: &Node| match node.state {
            State::Failed => true,
            State::Offline => self.rollout.on_unreachable == OnUnreachable::Fail,
            _ => false,
        };
        let failed = self.nodes.iter().filter(|(_, node)| counts(node));
        failed.map(|(name, _)| name.clone()).collect()
    }

    /// Stops once there are too many failures.
    fn count(&mut self) {
        let failed = self.failures();
        if failed.len() > self.rollout.max_failures {
            self.stop(format!(
                "{} failed ({}), {} allowed",
                count(failed.len(), "node"),
                failed.join(", "),
                self.rollout.max_failures
            ));
        }
    }

    fn is_overdue(&self) -> bool {
        let limit = self.rollout.progress_deadline.map(Duration::from_secs);
        limit.is_some_and(|limit| self.last_progress.elapsed() > limit)
    }

    pub(super) fn in_state(&self, state: State) -> impl Iterator<Item = &str> {
        let nodes = self.nodes.iter();
        nodes
            .filter(move |(_, node)| node.state == state)
            .map(|(name, _)| name.as_str())
    }

    fn change(&mut self, node: &str, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(node) {
            change(node);
        }
    }
}

impl Node {
    fn holds_slot(&self) -> bool {
        match self.state {
            State::Waiting => self.was_unhealthy,
            State::Moving | State::Failed | State::Offline => true,
            State::Healthy | State::LeftOut => false,
        }
    }
}

/// For example `1 node` and `2 nodes`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
