//! Takes nodes back at a gate: those that came last first, and those that came together at the same time.

use std::collections::{BTreeMap, BTreeSet};

use super::Gate;
use crate::event::Event;
use crate::graph::Graph;
use crate::plan::{Plan, StepKind};
use crate::steps::StepFailure;
use crate::steps::revert::take_back;

/// What became of the nodes that were to go back.
#[derive(Default)]
pub(super) struct Reverted {
    /// They run again what they ran before.
    pub done: Vec<String>,
    /// The way back failed.
    pub failed: Vec<(String, StepFailure)>,
    /// They were not tried.
    pub left: Vec<String>,
}

impl Gate<'_> {
    /// Takes these nodes back, the last one first. Nothing more is begun after a failure or an interrupt.
    pub(super) async fn take_back(&self, nodes: &[String]) -> Reverted {
        let settings = &self.runner.parts.settings;
        let width = self.width();
        let waves = waves(&self.runner.parts.plan, nodes);
        let mut reverted = Reverted::default();
        for together in waves.iter().flat_map(|wave| wave.chunks(width)) {
            if !reverted.failed.is_empty() || settings.cancel.is_cancelled() {
                reverted.left.extend_from_slice(together);
                continue;
            }
            let ended = together.iter().map(|node| self.take_back_one(node));
            let ended = futures::future::join_all(ended).await;
            for (node, result) in together.iter().zip(ended) {
                match result {
                    Ok(()) => reverted.done.push(node.clone()),
                    Err(failure) => reverted.failed.push((node.clone(), failure)),
                }
            }
        }
        reverted
    }

    /// No more at a time than on the way there.
    fn width(&self) -> usize {
        let rollout = self.rollout;
        let at_once = self.runner.parts.settings.activations;
        let limits = [rollout.max_parallel, rollout.max_unavailable, Some(at_once)];
        let width = limits.into_iter().flatten().min();
        width.unwrap_or_default().max(1)
    }

    async fn take_back_one(&self, node: &str) -> Result<(), StepFailure> {
        self.say(format!("taking back {node}"));
        let what = take_back(self.runner, self.step, node, self.id).await?;
        self.runner.parts.events.send(Event::TakenBack {
            rollout: self.id.to_owned(),
            node: node.to_owned(),
            detail: what.clone(),
        });
        let what = format!("taken back with the rollout {}: {what}", self.id);
        self.with_course(|course| course.taken_back(node, what));
        Ok(())
    }
}

/// Nodes that may go back at the same time, one wave after the other: each before those that it came after.
fn waves(plan: &Plan, nodes: &[String]) -> Vec<Vec<String>> {
    let Ok(graph) = Graph::from_plan(plan) else {
        return nodes.iter().map(|node| vec![node.clone()]).collect();
    };
    let wanted: BTreeSet<&String> = nodes.iter().collect();
    let is_meant = |node: &Option<String>| node.as_ref().is_some_and(|it| wanted.contains(it));
    let activations = graph.steps().filter(|step| step.kind == StepKind::Activate && is_meant(&step.node));
    let graph = graph.restrict(&activations.map(|step| step.id.clone()).collect());
    let mut wave_of: BTreeMap<&str, usize> = BTreeMap::new();
    let steps: Vec<_> = graph.steps().collect();
    for step in steps.into_iter().rev() {
        let later = graph.dependants(&step.id).into_iter();
        let later = later.chain(graph.settled_after(&step.id));
        let later = later.filter_map(|id| wave_of.get(graph.node(&id)?).copied());
        let wave = later.max().map_or(0, |wave| wave + 1);
        wave_of.insert(step.node.as_deref().unwrap_or_default(), wave);
    }
    let mut waves: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for node in nodes {
        let wave = wave_of.get(node.as_str()).copied().unwrap_or_default();
        waves.entry(wave).or_default().push(node.clone());
    }
    waves.into_values().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// `a`, then `b`, `c` and `d` together, of which `c` comes after `b`, then `e`.
    fn plan() -> Plan {
        let node = json!({ "target": { "host": "h", "user": null, "port": null }, "system": "s" });
        let activate = |node, after: &[&str]| json!({ "kind": "activate", "node": node, "after": after });
        let gate = |batch: usize, after: &[&str], settles: &[&str]| json!({ "kind": "gate", "rollout": "r", "batch": batch, "after": after, "settles": settles });
        let document = json!({
            "version": 1, "network": { "name": "n", "id": "i" },
            "nodes": { "a": node, "b": node, "c": node, "d": node, "e": node },
            "rollouts": { "r": {
                "role": "r", "nodes": ["a", "b", "c", "d", "e"], "coordinator": "a",
                "batches": [{ "nodes": ["a"] }, { "nodes": ["b", "c", "d"] }, { "nodes": ["e"] }],
            } },
            "steps": {
                "gate:r:0": gate(0, &[], &[]),
                "activate:a": activate("a", &["gate:r:0"]),
                "gate:r:1": gate(1, &["gate:r:0"], &["activate:a"]),
                "activate:b": activate("b", &["gate:r:1"]),
                "migrate": { "kind": "command", "on": "deployer", "program": "p", "after": ["activate:b"] },
                "activate:c": activate("c", &["gate:r:1", "migrate"]),
                "activate:d": activate("d", &["gate:r:1"]),
                "gate:r:2": gate(2, &["gate:r:1"], &["activate:b", "activate:c", "activate:d"]),
                "activate:e": activate("e", &["gate:r:2"]),
            },
        });
        Plan::parse(document.to_string().as_bytes()).unwrap()
    }

    fn reverse(nodes: &[&str]) -> String {
        let nodes: Vec<String> = nodes.iter().map(|node| (*node).to_owned()).collect();
        let waves = waves(&plan(), &nodes);
        let waves: Vec<String> = waves.iter().map(|wave| wave.join("+")).collect();
        waves.join(" ")
    }

    #[test]
    fn batches_go_back_one_after_the_other_and_order_within_them_is_kept() {
        assert_eq!(reverse(&["e", "d", "c", "b", "a"]), "e d+c b a");
        assert_eq!(reverse(&["d", "b"]), "d+b");
        assert_eq!(reverse(&["e", "a"]), "e a");
        assert_eq!(reverse(&[]), "");
    }
}
