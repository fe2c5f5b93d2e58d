//! Where the rollouts of a run stand, and what may be done next.
//!
//! Knows nodes, slots, failures and batches; knows nothing of hosts, checks or how anything is done.

mod decision;
mod report;
mod slots;
mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::event::{Skip, StepResult};
use crate::lock::locked;
use crate::plan::{Plan, Rollout, Step, StepKind};
use crate::schedule::Admission;

pub use decision::Decision;
pub use report::RolloutReport;
pub use state::{Before, RolloutState, State, Stop};

/// All rollouts of a run.
#[derive(Debug, Default)]
pub struct Rollouts {
    plan: Arc<Plan>,
    states: BTreeMap<String, Mutex<RolloutState>>,
    /// The rollout of each node, and the kind of its last step in it.
    nodes: BTreeMap<String, (String, StepKind)>,
}

impl Rollouts {
    /// The rollouts of a plan.
    pub fn of(plan: &Arc<Plan>) -> Self {
        let state = |(id, of): (&String, &Rollout)| (id.clone(), RolloutState::new(id.clone(), of.clone()).into());
        let of_rollout = |(id, rollout): (&String, &Rollout)| {
            let of_node = |node: &String| (node.clone(), (id.clone(), StepKind::Build));
            rollout.nodes.iter().map(of_node).collect::<Vec<_>>()
        };
        let mut nodes: BTreeMap<_, _> = plan.rollouts.iter().flat_map(of_rollout).collect();
        for step in plan.steps.values().filter(|step| step.kind.is_of_node()) {
            if let Some((_, last)) = step.node.as_ref().and_then(|node| nodes.get_mut(node)) {
                *last = step.kind.max(*last);
            }
        }
        Self { plan: plan.clone(), states: plan.rollouts.iter().map(state).collect(), nodes }
    }

    /// A gate, or a step on the way of a node to its system, and the rollout that it belongs to.
    fn member(&self, step: &str) -> Option<(&Step, &str)> {
        let step = self.plan.steps.get(step)?;
        match step.kind {
            StepKind::Gate => Some((step, step.rollout.as_deref()?)),
            kind if kind.is_of_node() => Some((step, &self.nodes.get(step.node.as_deref()?)?.0)),
            _ => None,
        }
    }

    /// The rollout that an activation belongs to, and its node.
    fn activated(&self, step: &str) -> Option<(MutexGuard<'_, RolloutState>, &str)> {
        let (step, rollout) = self.member(step).filter(|(step, _)| step.kind == StepKind::Activate)?;
        Some((self.state(rollout)?, step.node.as_deref()?))
    }

    /// Whether a step may start. Saying so takes the slot.
    pub fn admit(&self, step: &str) -> Admission {
        self.activated(step).map_or(Admission::Now, |(mut state, node)| state.admit(node))
    }

    /// Which steps wait for the same as this one.
    pub fn queue(&self, step: &str) -> String {
        self.activated(step).map(|(state, node)| state.queue(node)).unwrap_or_default()
    }

    /// Takes in how a step ended.
    pub fn ended(&self, step: &str, result: &StepResult) {
        let Some((member, rollout)) = self.member(step) else { return };
        let Some(mut state) = self.state(rollout) else { return };
        // What keeps it from going on within the rollout has been counted.
        let is_inner = |by: &str| self.member(by).is_some_and(|(_, other)| other == rollout);
        let outer = match result {
            StepResult::Blocked(by) if !is_inner(by) => Some(by),
            _ => None,
        };
        let Some(node) = &member.node else {
            if let Some(by) = outer {
                state.end(Stop::Ended, format!("{step} was blocked by {by}"));
            }
            return;
        };
        if let StepResult::Skipped(Skip::MayBeOffline(_)) = result {
            // As if it had not been selected.
            return drop(state.nodes.remove(node));
        }
        let is_last = self.nodes.get(node).is_some_and(|(_, last)| *last == member.kind);
        state.came_to(
            node,
            match result {
                StepResult::Failed(_) => State::Failed,
                StepResult::Offline(_) => State::Offline,
                StepResult::Done(_) | StepResult::Skipped(_) if is_last => State::Healthy,
                StepResult::Done(_) | StepResult::Skipped(_) => return,
                _ if outer.is_some() => State::Blocked,
                _ => State::LeftOut,
            },
        );
    }

    /// The rollout of this id, if it is one of the run.
    pub fn state(&self, id: &str) -> Option<MutexGuard<'_, RolloutState>> {
        self.state_lock(id).map(locked)
    }

    /// The same, for who asks for it several times.
    pub fn state_lock(&self, id: &str) -> Option<&Mutex<RolloutState>> {
        self.states.get(id)
    }

    /// The rollout that the node belongs to.
    pub fn state_of(&self, node: &str) -> Option<MutexGuard<'_, RolloutState>> {
        self.state(&self.nodes.get(node)?.0)
    }

    /// Whether a node that was to be reverted was not, after which nothing more is done at all.
    pub fn is_stuck(&self) -> bool {
        self.states.keys().filter_map(|id| self.state(id)).any(|state| state.is(Stop::Stuck))
    }

    /// How all of them ended.
    pub fn reports(&self) -> Vec<RolloutReport> {
        self.states.keys().filter_map(|id| Some(self.state(id)?.report())).collect()
    }
}

#[cfg(test)]
mod tests;
