//! One rollout on its way: what is known of its nodes, and what it has come to.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::plan::{OnUnreachable, Rollout};

/// One rollout on its way.
#[derive(Debug)]
pub struct RolloutState {
    /// Its id in the plan.
    pub id: String,
    /// What Nix decided.
    pub rollout: Rollout,
    pub(crate) nodes: BTreeMap<String, Node>,
    pub(super) progress: Progress,
    pub(super) reverted: BTreeMap<String, String>,
    pub(super) last_progress: Instant,
}

/// A node of a rollout.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Where it is.
    pub state: State,
    /// It was not well before anything was done to it.
    pub was_unhealthy: bool,
    /// It runs its system already, and so needs no slot.
    pub is_up_to_date: bool,
    /// Its new system failed, and it rolled back on its own.
    pub rolled_back: bool,
    /// What it rolls back to; none if it was not changed, or was reverted.
    pub before: Option<Before>,
}

/// Where a node is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum State {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// Its activation began, and it has not been seen healthy since.
    Moving,
    /// All is well.
    Healthy,
    /// A step of it failed.
    Failed,
    /// Something outside of the rollout, such as a command before its activation, failed.
    Blocked,
    /// It does not answer.
    Offline,
    /// Its turn did not come.
    LeftOut,
}

/// What a node that was changed rolls back to: its own record says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Before {
    /// The deployment that changed it; none if no system ran before.
    pub undo: Option<String>,
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
pub enum Stop {
    /// There were too many failures, or it cannot go on.
    Ended,
    /// It waits for somebody, or waited in vain.
    Paused,
    /// Somebody else has its lock, so this run does nothing more with it.
    Lost,
    /// A node that was to be reverted was not.
    Stuck,
}

impl Node {
    /// Whether it was changed and ran something before: the first system of a machine is not taken away.
    pub(super) fn can_revert(&self) -> bool {
        self.before.as_ref().is_some_and(|before| before.undo.is_some())
    }

    /// Whether it is one of those that `maxFailures` counts.
    pub(super) fn counts_as_failure(&self, on_unreachable: OnUnreachable) -> bool {
        match self.state {
            State::Failed | State::Blocked => true,
            State::Offline => on_unreachable == OnUnreachable::Fail,
            _ => false,
        }
    }

    /// Whether it is one of those that `maxUnavailable` counts.
    pub(super) const fn holds_slot(&self) -> bool {
        match self.state {
            State::Waiting => self.was_unhealthy,
            State::Blocked => self.was_unhealthy || self.before.is_some(),
            State::Moving | State::Failed | State::Offline => true,
            State::Healthy | State::LeftOut => false,
        }
    }
}

impl RolloutState {
    /// Nothing has happened yet.
    pub fn new(id: String, rollout: Rollout) -> Self {
        Self {
            nodes: rollout.nodes.iter().map(|node| (node.clone(), Node::default())).collect(),
            id,
            rollout,
            progress: Progress::default(),
            reverted: BTreeMap::new(),
            last_progress: Instant::now(),
        }
    }

    /// Takes in what is known of a node now.
    pub fn change(&mut self, node: &str, change: impl FnOnce(&mut Node)) {
        self.nodes.get_mut(node).map(change);
    }

    /// What became of a node. That its turn does not come says less than what went wrong with it before.
    pub fn came_to(&mut self, node: &str, state: State) {
        if state == State::Healthy {
            self.resume();
        }
        let state = if state == State::Blocked && self.why().is_some() { State::LeftOut } else { state };
        self.change(node, |node| {
            let says_less = matches!(state, State::Blocked | State::LeftOut);
            if !says_less || matches!(node.state, State::Waiting | State::Moving) {
                node.state = state;
            }
        });
        self.count();
    }

    /// Somebody else has this node now, so it is not this rollout's to revert.
    pub fn lost_node(&mut self, node: &str) {
        self.change(node, |node| node.before = None);
        self.came_to(node, State::Failed);
    }

    /// A node was reverted to the system from before.
    pub fn reverted(&mut self, node: &str, what: String) {
        self.change(node, |node| node.before = None);
        self.reverted.insert(node.to_owned(), what);
    }

    /// What the node rolls back to.
    pub fn before(&self, node: &str) -> Option<Before> {
        self.nodes.get(node)?.before.clone()
    }

    /// Nothing more of it is started. The first reason is kept, whatever comes of it, unless a node was not reverted.
    pub fn end(&mut self, how: Stop, why: String) {
        match &mut self.progress {
            Progress::Stopped(before, _) if how != Stop::Stuck => *before = how.max(*before),
            progress => *progress = Progress::Stopped(how, why),
        }
    }

    /// Why nothing more of it starts.
    pub fn why(&self) -> Option<&str> {
        match &self.progress {
            Progress::Stopped(_, why) => Some(why),
            _ => None,
        }
    }

    /// Whether this is how it stopped.
    pub fn is(&self, stop: Stop) -> bool {
        matches!(self.progress, Progress::Stopped(how, _) if how == stop)
    }

    /// It goes on after a wait, which was no lack of progress.
    pub fn resume(&mut self) {
        self.last_progress = Instant::now();
    }

    pub(super) fn in_state(&self, state: State) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter(move |(_, node)| node.state == state).map(|(name, _)| name.as_str())
    }
}
