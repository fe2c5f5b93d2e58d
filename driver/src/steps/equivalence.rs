//! The selection, contraction, goals and reverts of the driver against those of the library: both leave the same of random networks
//! for random requests. checks/nix/equivalence.nix makes the cases; the unit tests of Nix keep the file as the library answers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::goal::Work;
use crate::graph::Graph;
use crate::plan::{Goal, Plan, Step, StepKind};
use crate::select::select;

#[derive(Deserialize)]
struct Network {
    plan: serde_json::Value,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Request {
    on: Vec<String>,
    goal: Option<Goal>,
}

#[derive(Deserialize)]
struct Answer {
    request: Request,
    refused: bool,
    nodes: BTreeSet<String>,
    steps: BTreeMap<String, AnsweredStep>,
    rollouts: BTreeMap<String, AnsweredRollout>,
}

#[derive(Deserialize)]
struct AnsweredStep {
    after: Vec<String>,
    #[serde(default)]
    settles: Vec<String>,
    #[serde(default)]
    barrier: bool,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
struct AnsweredRollout {
    nodes: Vec<String>,
    batches: Vec<Vec<String>>,
    reverts: Vec<Vec<String>>,
}

type Edges = BTreeMap<String, (Vec<String>, Vec<String>)>;

fn edges(graph: &Graph) -> Edges {
    let of = |id: &str| (graph.dependencies(id), graph.settled_before(id));
    graph.steps().map(|step| (step.id.clone(), of(&step.id))).collect()
}

impl Answer {
    /// Without barriers, which stand for every edge through them.
    fn graph(&self) -> Graph {
        let steps = self.steps.iter().map(|(id, answered)| {
            let step = Step {
                after: answered.after.clone(),
                settles: answered.settles.clone(),
                ..Step::bare(StepKind::Command)
            };
            (id.clone(), step)
        });
        let kept = self.steps.iter().filter(|(_, step)| !step.barrier);
        let whole = Graph::from_steps(&steps.collect()).unwrap();
        whole.restrict(&kept.map(|(id, _)| id.clone()).collect())
    }
}

/// What the driver would carry out.
fn carried_out(plan: &Plan, nodes: &BTreeSet<String>, goal: Option<Goal>) -> Graph {
    let whole = Graph::from_plan(plan).unwrap();
    let selected = plan.steps_of(nodes);
    let does_work = |id: &String| {
        let step = &plan.steps[id];
        let planned = match (&step.node, step.kind) {
            (Some(node), _) => plan.nodes[node].activation.goal,
            (None, _) => Goal::default(),
        };
        goal.unwrap_or(planned).work(step.kind) == Work::Do
    };
    // In two parts, as a run does it: what is skipped lets those pass that wait for it.
    let selected = whole.restrict(&selected);
    let done = selected.steps().map(|step| step.id.clone());
    selected.restrict(&done.filter(does_work).collect())
}

fn rollouts(plan: &Plan, nodes: &BTreeSet<String>, graph: &Graph) -> BTreeMap<String, AnsweredRollout> {
    let gates = graph.steps().filter_map(|step| plan.steps[&step.id].rollout.clone());
    let ids: BTreeSet<String> = gates.collect();
    let rollout = |id: String| {
        let rollout = plan.rollouts[&id].restricted(nodes);
        let answered = AnsweredRollout {
            reverts: waves(plan, &rollout.nodes),
            nodes: rollout.nodes,
            batches: rollout.batches.into_iter().map(|batch| batch.nodes).collect(),
        };
        (id, answered)
    };
    ids.into_iter().map(rollout).collect()
}

/// Each node before those that it came after, as many as possible at the same time.
fn waves(plan: &Plan, nodes: &[String]) -> Vec<Vec<String>> {
    let ids = nodes.iter().map(|node| format!("activate:{node}"));
    let graph = Graph::from_plan(plan).unwrap().restrict(&ids.collect());
    let mut wave_of: BTreeMap<&str, usize> = BTreeMap::new();
    let steps: Vec<_> = graph.steps().collect();
    for step in steps.into_iter().rev() {
        let later = graph.dependants(&step.id).into_iter();
        let later = later.chain(graph.settled_after(&step.id));
        let wave = later.map(|id| wave_of[id.as_str()] + 1).max();
        wave_of.insert(&step.id, wave.unwrap_or_default());
    }
    let mut waves: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for node in nodes {
        let wave = wave_of[format!("activate:{node}").as_str()];
        waves.entry(wave).or_default().push(node.clone());
    }
    waves.into_values().collect()
}

#[test]
fn the_library_leaves_of_a_network_what_the_driver_leaves() {
    let text = match std::env::var_os("NETLIB_REQUESTS") {
        // More of them than are kept beside the source.
        Some(path) => std::fs::read_to_string(path).unwrap(),
        None => include_str!("../../../checks/nix/expected/requests.json").to_owned(),
    };
    let networks: BTreeMap<String, Network> = serde_json::from_str(&text).unwrap();
    let (mut compared, mut barriers) = (0, 0);
    for (name, network) in &networks {
        let plan = Plan::parse(network.plan.to_string().as_bytes()).unwrap();
        for answer in &network.answers {
            let Request { on, goal } = &answer.request;
            let context = format!("network {name}, on {on:?}, goal {goal:?}");
            let selected = select(&plan, on);
            assert_eq!(selected.is_err(), answer.refused, "{context}: {selected:?}");
            let Ok(nodes) = selected else { continue };
            assert_eq!(nodes, answer.nodes, "{context}");
            let graph = carried_out(&plan, &nodes, *goal);
            assert_eq!(edges(&answer.graph()), edges(&graph), "{context}");
            assert_eq!(answer.rollouts, rollouts(&plan, &nodes, &graph), "{context}");
            compared += 1;
            barriers += answer.steps.values().filter(|step| step.barrier).count();
        }
    }
    assert!(compared > 50, "only {compared} requests were compared");
    assert!(barriers > 10, "only {barriers} barriers stood for edges");
}
