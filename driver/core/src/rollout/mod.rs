//! Where the rollouts of a run stand, and what may be done next.
//!
//! Knows nodes, slots, failures and batches; knows nothing of hosts, checks or how anything is done.

mod course;
mod decision;
mod report;
mod slots;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::event::{Skip, StepResult};
use crate::lock::locked;
use crate::plan::{Plan, Rollout, Step, StepKind};
use crate::schedule::Admission;

pub use course::{Before, Course, State, Stop};
pub use decision::Decision;
pub use report::RolloutReport;

/// All rollouts of a run.
#[derive(Debug, Default)]
pub struct Rollouts {
    plan: Arc<Plan>,
    courses: BTreeMap<String, Mutex<Course>>,
    /// The rollout of each node, and the kind of its last step in it.
    nodes: BTreeMap<String, (String, StepKind)>,
}

impl Rollouts {
    /// The rollouts of a plan.
    #[must_use]
    pub fn of(plan: &Arc<Plan>) -> Self {
        let course = |(id, rollout): (&String, &Rollout)| (id.clone(), Course::new(id.clone(), rollout.clone()).into());
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
        Self { plan: plan.clone(), courses: plan.rollouts.iter().map(course).collect(), nodes }
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
    fn activated(&self, step: &str) -> Option<(MutexGuard<'_, Course>, &str)> {
        let (step, rollout) = self.member(step).filter(|(step, _)| step.kind == StepKind::Activate)?;
        Some((self.course(rollout)?, step.node.as_deref()?))
    }

    /// Whether a step may start. Saying so takes the slot.
    pub fn admit(&self, step: &str) -> Admission {
        self.activated(step).map_or(Admission::Now, |(mut course, node)| course.admit(node))
    }

    /// Which steps wait for the same as this one.
    pub fn queue(&self, step: &str) -> String {
        self.activated(step).map(|(course, node)| course.queue(node)).unwrap_or_default()
    }

    /// Takes in how a step ended.
    pub fn ended(&self, step: &str, result: &StepResult) {
        let Some((member, rollout)) = self.member(step) else { return };
        let Some(mut course) = self.course(rollout) else { return };
        // What keeps it from going on within the rollout has been counted.
        let is_inner = |by: &str| self.member(by).is_some_and(|(_, other)| other == rollout);
        let outer = match result {
            StepResult::Blocked(by) if !is_inner(by) => Some(by),
            _ => None,
        };
        let Some(node) = &member.node else {
            if let Some(by) = outer {
                course.end(Stop::Ended, format!("{step} was blocked by {by}"));
            }
            return;
        };
        if let StepResult::Skipped(Skip::MayBeOffline(_)) = result {
            // As if it had not been selected.
            return drop(course.nodes.remove(node));
        }
        let is_last = self.nodes.get(node).is_some_and(|(_, last)| *last == member.kind);
        course.came_to(
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
    pub fn course(&self, id: &str) -> Option<MutexGuard<'_, Course>> {
        self.course_lock(id).map(locked)
    }

    /// The same, for who asks for it several times.
    pub fn course_lock(&self, id: &str) -> Option<&Mutex<Course>> {
        self.courses.get(id)
    }

    /// The rollout that the node belongs to.
    pub fn course_of(&self, node: &str) -> Option<MutexGuard<'_, Course>> {
        self.course(&self.nodes.get(node)?.0)
    }

    /// Whether a node that was to be taken back was not, after which nothing more is done at all.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.courses.keys().filter_map(|id| self.course(id)).any(|course| course.is(Stop::Stuck))
    }

    /// How all of them ended.
    #[must_use]
    pub fn reports(&self) -> Vec<RolloutReport> {
        self.courses.keys().filter_map(|id| Some(self.course(id)?.report())).collect()
    }
}

#[cfg(test)]
mod tests;
