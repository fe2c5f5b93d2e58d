//! One rollout on its way: what is known of its nodes, and what it has come to.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::node::{Before, Node, State};
use crate::plan::Rollout;

/// One rollout on its way.
#[derive(Debug)]
pub struct Course {
    pub(super) id: String,
    pub(super) rollout: Rollout,
    pub(super) nodes: BTreeMap<String, Node>,
    pub(super) tally: Tally,
    pub(super) progress: Progress,
    pub(super) taken_back: BTreeMap<String, String>,
    pub(super) last_progress: Instant,
}

/// How many of its nodes there are of some sorts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub moving: usize,
    pub holding: usize,
    pub failed: usize,
}

/// Whether more of a rollout starts.
#[derive(Debug, Default)]
pub(super) enum Progress {
    /// As far as its gates let it.
    #[default]
    Open,
    /// Its last batch has ended.
    Finished,
    /// Not any more, for this reason.
    Stopped(Stop, String),
}

/// How a rollout stopped; what comes later here says more than what came before.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Stop {
    /// There were too many failures, or it cannot go on.
    Ended,
    /// It waits for somebody, or waited in vain.
    Paused,
    /// Somebody else has its lock.
    Lost,
    /// A node that was to be taken back was not.
    Stuck,
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
            tally: Tally::default(),
            progress: Progress::default(),
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

    /// The batch that it is in, counted from 1.
    pub(super) fn batch_of(&self, node: &str) -> usize {
        let batches = &self.rollout.batches;
        let has = |names: &Vec<String>| names.iter().any(|name| name == node);
        let place = batches.iter().position(|batch| has(&batch.nodes));
        place.map_or(batches.len(), |place| place + 1)
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

    /// A node that something outside of the rollout keeps from going on.
    pub fn blocked(&mut self, node: &str) {
        if self.why().is_some() {
            return self.left_out(node);
        }
        self.change(node, |node| {
            if matches!(node.state, State::Waiting | State::Moving) {
                node.state = State::Blocked;
            }
        });
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
        self.end(Stop::Ended, why);
    }

    /// Somebody else has its lock now, so this run does nothing more with it.
    pub fn lost(&mut self, why: String) {
        self.end(Stop::Lost, why);
    }

    /// Somebody else has this node now, so it is not this rollout's to take back.
    pub fn lost_node(&mut self, node: &str) {
        self.change(node, |node| node.before = None);
        self.failed(node);
    }

    /// It waits for somebody, or waited in vain.
    pub fn pause(&mut self, why: String) {
        self.end(Stop::Paused, why);
    }

    /// Taking a node back failed, which matters more than what led to it.
    pub fn revert_failed(&mut self, why: String) {
        self.progress = Progress::Stopped(Stop::Stuck, why);
    }

    /// The first reason is kept, whatever comes of it.
    pub(super) fn end(&mut self, how: Stop, why: String) {
        match &mut self.progress {
            Progress::Stopped(before, _) => *before = how.max(*before),
            progress => *progress = Progress::Stopped(how, why),
        }
    }

    /// Why nothing more of it starts.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match &self.progress {
            Progress::Stopped(_, why) => Some(why),
            _ => None,
        }
    }

    /// Whether somebody else has its lock.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self.progress, Progress::Stopped(Stop::Lost, _))
    }

    pub(super) const fn is_stuck(&self) -> bool {
        matches!(self.progress, Progress::Stopped(Stop::Stuck, _))
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

    /// What the node goes back to; none if it was not, or was taken back.
    #[must_use]
    pub fn before(&self, node: &str) -> Option<Before> {
        self.nodes.get(node)?.before.clone()
    }

    pub(super) fn in_state(&self, state: State) -> impl Iterator<Item = &str> {
        let nodes = self.nodes.iter();
        nodes.filter(move |(_, node)| node.state == state).map(|(name, _)| name.as_str())
    }

    pub(super) fn change(&mut self, node: &str, change: impl FnOnce(&mut Node)) {
        let Some(node) = self.nodes.get_mut(node) else {
            return;
        };
        let sorts = |node: &Node| {
            (node.state == State::Moving, node.holds_slot(), node.counts_as_failure(self.rollout.on_unreachable))
        };
        let before = sorts(node);
        change(node);
        let after = sorts(node);
        let Tally { moving, holding, failed } = &mut self.tally;
        for (count, was, is) in [(moving, before.0, after.0), (holding, before.1, after.1), (failed, before.2, after.2)]
        {
            *count = *count + usize::from(is) - usize::from(was);
        }
    }
}

/// For example `1 node` and `2 nodes`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
