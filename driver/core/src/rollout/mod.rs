//! Where the rollouts of a run stand, and what may be done next.
//!
//! Knows nodes, slots, failures and batches; knows nothing of hosts, checks or how anything is done.

mod course;
mod decision;
mod report;
mod slots;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use crate::event::StepResult;
use crate::graph::{Graph, StepId};
use crate::lock::locked;
use crate::plan::{Plan, StepKind};
use crate::schedule::Admission;

pub use course::{Before, Course, State, Stop};
pub use decision::Decision;
pub use report::{RolloutReport, RolloutState};

/// All rollouts of a run.
#[derive(Debug, Default)]
pub struct Rollouts {
    courses: BTreeMap<String, Mutex<Course>>,
    /// What gates and steps of nodes mean for their rollout.
    steps: BTreeMap<StepId, Member>,
    nodes: BTreeMap<String, OfNode>,
}

/// What a step means for its rollout.
#[derive(Clone, Debug)]
struct Member {
    rollout: String,
    /// None of a gate.
    node: Option<String>,
    kind: StepKind,
}

/// The rollout of a node, and its last step.
#[derive(Debug, Default)]
struct OfNode {
    rollout: String,
    last: StepId,
}

impl Rollouts {
    /// The rollouts whose gates are in the graph, with the nodes that are in it.
    #[must_use]
    pub fn of(plan: &Plan, graph: &Graph) -> Self {
        let mut rollouts = Self::default();
        for gate in graph.steps().filter(|step| step.kind == StepKind::Gate) {
            let id = plan.steps.get(&gate.id).and_then(|gate| gate.rollout.clone()).unwrap_or_default();
            let Some(planned) = plan.rollouts.get(&id) else { continue };
            let of_node = |node: &String| (node.clone(), OfNode { rollout: id.clone(), last: StepId::new() });
            rollouts.nodes.extend(planned.nodes.iter().map(of_node));
            let course = || Mutex::new(Course::new(id.clone(), planned.clone()));
            rollouts.courses.entry(id.clone()).or_insert_with(course);
            rollouts.steps.insert(gate.id.clone(), Member { rollout: id, node: None, kind: gate.kind });
        }
        let path = [StepKind::Build, StepKind::Copy, StepKind::Activate, StepKind::Check];
        for step in graph.steps().filter(|step| path.contains(&step.kind)) {
            let of_node = step.node.as_ref().and_then(|node| rollouts.nodes.get_mut(node));
            if let Some(of_node) = of_node {
                of_node.last.clone_from(&step.id);
                let member = Member { rollout: of_node.rollout.clone(), node: step.node.clone(), kind: step.kind };
                rollouts.steps.insert(step.id.clone(), member);
            }
        }
        rollouts
    }

    /// The rollout that an activation belongs to, and its node.
    fn activated(&self, step: &str) -> Option<(MutexGuard<'_, Course>, &str)> {
        let member = self.steps.get(step).filter(|member| member.kind == StepKind::Activate)?;
        Some((self.course(&member.rollout)?, member.node.as_deref()?))
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
        let Some(member) = self.steps.get(step) else { return };
        let Some(mut course) = self.course(&member.rollout) else { return };
        // What keeps it from going on within the rollout has been counted.
        let is_inner = |by: &str| self.steps.get(by).is_some_and(|other| other.rollout == member.rollout);
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
        let is_last = self.nodes.get(node).is_some_and(|of_node| of_node.last == step);
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
        self.courses.get(id).map(locked)
    }

    /// The rollout that the node belongs to.
    pub fn course_of(&self, node: &str) -> Option<MutexGuard<'_, Course>> {
        self.course(&self.nodes.get(node)?.rollout)
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
