//! Rollouts and checks of a plan for reading: which nodes go together, what each gate waits and asks for, what is taken back.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::graph::Graph;
use crate::plan::{Check, OnUnreachable, Plan, Rollout, Step, StepKind};

/// The rollouts whose gates are in the graph, and the checks of its nodes; empty when there are none.
#[must_use]
pub fn waves(plan: &Plan, graph: &Graph) -> String {
    let nodes: BTreeSet<String> = graph.steps().filter_map(|step| step.node.clone()).collect();
    let gates = graph.steps().filter(|step| step.kind == StepKind::Gate);
    // As they follow each other.
    let mut ids: Vec<&String> = Vec::new();
    for id in gates.filter_map(|gate| plan.steps.get(&gate.id)?.rollout.as_ref()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut text = String::new();
    for id in ids {
        if let Some(rollout) = plan.rollouts.get(id) {
            let gates = Gates { plan, graph, id };
            draw_rollout(&mut text, &gates, &rollout.restricted(&nodes));
        }
    }
    let checked = plan
        .nodes
        .iter()
        .filter(|(name, node)| nodes.contains(*name) && !node.checks.is_empty());
    let checked: Vec<_> = checked.collect();
    if !checked.is_empty() {
        text.push_str("checks\n");
    }
    let last = checked.len().saturating_sub(1);
    for (place, (name, node)) in checked.into_iter().enumerate() {
        let (branch, stem) = branches(place == last);
        let _ = writeln!(text, "{branch} {name}{}", health(plan, name));
        let end = node.checks.len().saturating_sub(1);
        for (place, (check_name, check)) in node.checks.iter().enumerate() {
            let (branch, _) = branches(place == end);
            let _ = writeln!(text, "{stem} {branch} {check_name}{}", about(check));
        }
    }
    text
}

/// The gates of one rollout.
struct Gates<'a> {
    plan: &'a Plan,
    graph: &'a Graph,
    id: &'a str,
}

impl Gates<'_> {
    /// The gate after this batch by its id, and what of other rollouts and commands it waits for.
    fn of(&self, batch: usize) -> String {
        let is_it = |id: &str| {
            let step = self.plan.steps.get(id);
            step.is_some_and(|step| self.is_own(step) && step.batch.unwrap_or_default() == batch)
        };
        let gate = self.graph.steps().find(|step| is_it(&step.id));
        let Some(gate) = gate else {
            return "gate: ".to_owned();
        };
        let before = self.graph.dependencies(&gate.id).into_iter();
        let others = before.filter(|id| !self.plan.steps.get(id).is_some_and(|it| self.is_own(it)));
        let others: Vec<String> = others.collect();
        if others.is_empty() {
            format!("{}: ", gate.id)
        } else {
            format!("{}: after {}, ", gate.id, others.join(", "))
        }
    }

    fn is_own(&self, step: &Step) -> bool {
        step.kind == StepKind::Gate && step.rollout.as_deref() == Some(self.id)
    }
}

fn draw_rollout(text: &mut String, gates: &Gates<'_>, rollout: &Rollout) {
    let _ = writeln!(text, "rollout {}: {}", gates.id, limits(rollout));
    let batches: Vec<(usize, _)> = (1..).zip(&rollout.batches).collect();
    let kept: Vec<_> = batches
        .into_iter()
        .filter(|(_, batch)| !batch.nodes.is_empty())
        .collect();
    let last = kept.len().saturating_sub(1);
    let _ = writeln!(
        text,
        "├─ {}lock on {}, no failure so far",
        gates.of(0),
        rollout.coordinator
    );
    for (place, (number, batch)) in kept.iter().enumerate() {
        let (branch, stem) = branches(place == last);
        let canary = if batch.canary { " (canary)" } else { "" };
        let _ = writeln!(
            text,
            "{branch} batch {number}{canary}: {}",
            batch.nodes.join(", ")
        );
        let wait = match rollout.pauses_after(*number) {
            Some(pause) if place < last => {
                let end = if rollout.auto_promote {
                    "goes on if nothing failed"
                } else {
                    "stays paused"
                };
                format!("; waits for approval, {end} after {} s", pause.deadline)
            }
            _ => String::new(),
        };
        let gate = gates.of(*number);
        let _ = writeln!(text, "{stem} └─ {gate}{}{wait}", healthy(rollout));
    }
}

fn healthy(rollout: &Rollout) -> String {
    format!(
        "healthy for {} s within {} s",
        rollout.min_healthy_time, rollout.healthy_deadline
    )
}

fn limits(rollout: &Rollout) -> String {
    let mut parts = vec![rollout.name()];
    if let Some(max) = rollout.max_parallel {
        parts.push(format!("{max} at a time"));
    }
    if let Some(max) = rollout.max_unavailable {
        parts.push(format!("at most {max} unavailable"));
    }
    parts.push(format!("at most {} failed", rollout.max_failures));
    if let Some(limit) = rollout.progress_deadline {
        parts.push(format!("a further node healthy every {limit} s"));
    }
    parts.push(
        match rollout.on_unreachable {
            OnUnreachable::Skip => "unreachable nodes are left out",
            OnUnreachable::Fail => "unreachable nodes are failures",
        }
        .to_owned(),
    );
    parts.push(match (rollout.irreversible, rollout.auto_revert) {
        (true, _) => "irreversible: a failure takes nothing back".to_owned(),
        (false, None) => "a failure takes nothing back".to_owned(),
        (false, Some(scope)) => format!("a failure takes back: {}", scope.word()),
    });
    parts.join(", ")
}

fn health(plan: &Plan, node: &str) -> String {
    let health = plan.nodes.get(node).and_then(|node| node.health);
    let health = health.unwrap_or_default();
    format!(
        "  healthy for {} s within {} s",
        health.min_healthy_time, health.healthy_deadline
    )
}

fn about(check: &Check) -> String {
    let places: Vec<String> = check.from.iter().map(ToString::to_string).collect();
    let what = if check.description.is_empty() {
        String::new()
    } else {
        format!(": {}", check.description)
    };
    format!("{what}  from {}", places.join(", "))
}

const fn branches(is_last: bool) -> (&'static str, &'static str) {
    if is_last {
        ("└─", "  ")
    } else {
        ("├─", "│ ")
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::plan::tests::rolled_out;

    #[test]
    fn a_person_reads_batches_gates_and_checks() {
        let plan = rolled_out();
        assert_snapshot!(waves(&plan, &Graph::from_plan(&plan).unwrap()));
    }

    #[test]
    fn a_batch_without_selected_nodes_is_not_shown() {
        let plan = rolled_out();
        let nodes = ["alpha", "gamma"].map(str::to_owned).into();
        let graph = Graph::from_plan(&plan)
            .unwrap()
            .restrict(&plan.steps_of(&nodes));
        assert_snapshot!(waves(&plan, &graph));
    }

    #[test]
    fn what_a_gate_waits_for_outside_of_its_rollout_is_said() {
        let mut plan = rolled_out();
        let gate = plan.steps.get_mut("gate:web:3").unwrap();
        gate.after.push("migrate".to_owned());
        let text = waves(&plan, &Graph::from_plan(&plan).unwrap());
        assert!(
            text.contains("   └─ gate:web:3: after migrate, healthy"),
            "{text}"
        );
        assert!(text.contains("└─ gate:web:2: healthy"), "{text}");
    }
}
