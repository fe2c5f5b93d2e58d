//! One node of a rollout: where it is, and what it ran before.

use crate::plan::OnUnreachable;

/// A node of a rollout.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub state: State,
    pub was_unhealthy: bool,
    pub is_up_to_date: bool,
    pub went_back: bool,
    pub before: Option<Before>,
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
    /// Something outside of the rollout, such as a command before its activation, failed.
    Blocked,
    /// It does not answer.
    Offline,
    /// Its turn did not come.
    LeftOut,
}

/// What a node that was changed goes back to: its own record says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Before {
    /// The deployment that changed it; none if no system ran before.
    pub undo: Option<String>,
}

impl Node {
    /// Whether it was changed and ran something before: the first system of a machine is not taken away.
    pub(super) fn can_go_back(&self) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|before| before.undo.is_some())
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
