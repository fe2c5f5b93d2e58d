//! Where the rollouts of a run stand, and what may be done next.
//!
//! Knows nodes, slots, failures and batches; knows nothing of hosts, checks or how anything is done.

mod course;
mod decision;
mod node;
mod report;
mod slots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::{StepResult, WalkStep};
use crate::graph::Graph;
use crate::plan::{Plan, StepKind};
use crate::schedule::Admission;

pub use course::Course;
pub use decision::Decision;
pub use node::Before;
pub use report::{RolloutReport, RolloutState};

/// All rollouts of a run.
#[derive(Debug, Default)]
pub struct Rollouts {
    courses: BTreeMap<String, Mutex<Course>>,
    members: BTreeMap<String, Member>,
    /// The rollout of each node that has steps.
    nodes: BTreeMap<String, String>,
    /// The rollout of each gate.
    gates: BTreeMap<String, String>,
}

/// What a step means for the rollout of its node.
#[derive(Clone, Debug)]
struct Member {
    rollout: String,
    node: String,
    kind: StepKind,
    /// Nothing of the node comes after it.
    is_last: bool,
}

impl Rollouts {
    /// The rollouts whose gates are in the graph, with the nodes that are in it.
    #[must_use]
    pub fn of(plan: &Plan, graph: &Graph) -> Self {
        let gates = graph.steps().filter(|step| step.kind == StepKind::Gate);
        let rollout_of = |gate: &WalkStep| Some((gate.id.clone(), plan.steps.get(&gate.id)?.rollout.clone()?));
        let mut rollouts = Self { gates: gates.filter_map(rollout_of).collect(), ..Self::default() };
        let path = [StepKind::Build, StepKind::Copy, StepKind::Activate, StepKind::Check];
        let mut on_path: BTreeMap<&str, Vec<&WalkStep>> = BTreeMap::new();
        for step in graph.steps().filter(|step| path.contains(&step.kind)) {
            let node = step.node.as_deref().unwrap_or_default();
            on_path.entry(node).or_default().push(step);
        }
        let ids: BTreeSet<String> = rollouts.gates.values().cloned().collect();
        for id in ids {
            let Some(planned) = plan.rollouts.get(&id) else {
                continue;
            };
            let rollout = planned.clone();
            for node in &rollout.nodes {
                let steps = on_path.get(node.as_str()).map_or(&[][..], Vec::as_slice);
                rollouts.enter(&id, node, steps);
            }
            let course = Mutex::new(Course::new(id.clone(), rollout));
            rollouts.courses.insert(id, course);
        }
        rollouts
    }

    fn enter(&mut self, rollout: &str, node: &str, steps: &[&WalkStep]) {
        let last = steps.iter().map(|step| step.kind).max();
        for step in steps {
            let member = Member {
                rollout: rollout.to_owned(),
                node: node.to_owned(),
                kind: step.kind,
                is_last: Some(step.kind) == last,
            };
            self.members.insert(step.id.clone(), member);
        }
        let of_node = (node.to_owned(), rollout.to_owned());
        self.nodes.extend((!steps.is_empty()).then_some(of_node));
    }

    /// Whether a step may start. Saying so takes the slot.
    pub fn admit(&self, step: &str) -> Admission {
        let Some(member) = self.members.get(step) else {
            return Admission::Now;
        };
        match self.course(&member.rollout) {
            Some(mut course) if member.kind == StepKind::Activate => course.admit(&member.node),
            _ => Admission::Now,
        }
    }

    /// Which steps wait for the same as this one.
    pub fn queue(&self, step: &str) -> String {
        let member = self.members.get(step);
        let activation = member.filter(|member| member.kind == StepKind::Activate);
        let queue = activation.and_then(|member| Some(self.course(&member.rollout)?.queue(&member.node)));
        queue.unwrap_or_default()
    }

    /// Takes in how a step ended.
    pub fn ended(&self, step: &str, result: &StepResult) {
        if let (Some(id), StepResult::Blocked(by)) = (self.gates.get(step), result) {
            return self.gate_blocked(id, step, by);
        }
        let Some(member) = self.members.get(step) else {
            return;
        };
        let Some(mut course) = self.course(&member.rollout) else {
            return;
        };
        let node = &member.node;
        match result {
            StepResult::Failed(_) => course.failed(node),
            StepResult::Offline(_) => course.offline(node),
            StepResult::Done(_) | StepResult::Skipped(_) if member.is_last => course.healthy(node),
            StepResult::Done(_) | StepResult::Skipped(_) => {}
            // What keeps it from going on within the rollout has been counted.
            StepResult::Blocked(by) if !self.is_of(by, &member.rollout) => course.blocked(node),
            StepResult::Blocked(_) | StepResult::NotStarted(_) | StepResult::Aborted(_) | StepResult::Cancelled => {
                course.left_out(node)
            }
        }
    }

    fn gate_blocked(&self, id: &str, gate: &str, by: &str) {
        if let Some(mut course) = self.course(id)
            && !self.is_of(by, id)
        {
            course.stop(format!("{gate} was blocked by {by}"));
        }
    }

    /// Whether a step is one of a node of the rollout, or one of its gates.
    fn is_of(&self, step: &str, rollout: &str) -> bool {
        let of_node = self.members.get(step).map(|member| &member.rollout);
        of_node.or_else(|| self.gates.get(step)).map(String::as_str) == Some(rollout)
    }

    /// The rollout of this id, if it is one of the run.
    pub fn course(&self, id: &str) -> Option<MutexGuard<'_, Course>> {
        let course = self.courses.get(id)?;
        // What a panicked thread left behind is still the best there is.
        Some(course.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rollout that the node belongs to.
    pub fn course_of(&self, node: &str) -> Option<MutexGuard<'_, Course>> {
        self.course(self.nodes.get(node)?)
    }

    /// Whether a node that was to be taken back was not, after which nothing more is done at all.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.courses.keys().filter_map(|id| self.course(id)).any(|course| course.is_stuck())
    }

    /// How all of them ended.
    #[must_use]
    pub fn reports(&self) -> Vec<RolloutReport> {
        let ids = self.courses.keys();
        ids.filter_map(|id| Some(self.course(id)?.report())).collect()
    }
}

#[cfg(test)]
mod tests;
