//! Tests of graphs.

use super::*;
use crate::plan::StepKind;

impl Graph {
    /// The steps that must have succeeded before this one, sorted.
    #[must_use]
    pub fn dependencies(&self, step: &str) -> Vec<StepId> {
        self.before(step, Edge::After)
    }

    /// The steps that must have ended before this one, however, sorted.
    #[must_use]
    pub fn settled_before(&self, step: &str) -> Vec<StepId> {
        self.before(step, Edge::AfterCompletion)
    }

    fn before(&self, step: &str, edge: Edge) -> Vec<StepId> {
        let at = self.inner.node_indices().find(|at| self.inner[*at].id == step).unwrap();
        let edges = self.inner.edges_directed(at, Direction::Incoming).filter(|found| *found.weight() == edge);
        let mut ids: Vec<StepId> = edges.map(|found| self.inner[found.source()].id.clone()).collect();
        ids.sort();
        ids
    }
}

fn graph(edges: &[(&str, &[&str])]) -> Result<Graph, String> {
    let step = |after: &[&str]| Step {
        after: after.iter().map(|id| (*id).to_owned()).collect(),
        ..Step::bare(StepKind::Build)
    };
    Graph::from_steps(&edges.iter().map(|(id, after)| ((*id).to_owned(), step(after))).collect())
}

fn order(graph: &Graph) -> Vec<&str> {
    graph.steps().map(|step| step.id.as_str()).collect()
}

#[test]
fn steps_come_after_what_they_depend_on() {
    let graph = graph(&[("a", &["c", "b"]), ("b", &["c"]), ("c", &[]), ("d", &[])]).unwrap();
    assert_eq!(order(&graph), ["c", "b", "a", "d"]);
    assert_eq!(graph.dependencies("a"), ["b", "c"]);
}

#[test]
fn an_edge_given_twice_is_one_edge() {
    let graph = graph(&[("a", &["b", "b"]), ("b", &[])]).unwrap();
    assert_eq!(graph.dependencies("a"), ["b"]);
}

#[test]
fn a_step_that_waits_for_itself_is_named() {
    let error = graph(&[("a", &["c"]), ("b", &["a"]), ("c", &["b"]), ("d", &["c"]), ("0", &[])]).unwrap_err();
    assert!(["a", "b", "c"].iter().any(|id| error == format!("step `{id}` of the plan waits for itself")), "{error}");
    let own = graph(&[("a", &["a"])]).unwrap_err();
    assert_eq!(own, "step `a` of the plan waits for itself");
}

#[test]
fn an_unknown_step_is_an_error() {
    let error = graph(&[("a", &["x"])]).unwrap_err();
    assert_eq!(error, "step `a` of the plan comes after `x`, which the plan does not have");
}

/// `a` -after completion-> `gate` -> `b` -> `c`, and a second gate that waits for `b` as well as for its end.
fn gated() -> Graph {
    let named = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let step = |after: &[&str], after_completion: &[&str]| Step {
        after: named(after),
        after_completion: named(after_completion),
        ..Step::bare(StepKind::Build)
    };
    let steps = [
        ("a", step(&[], &[])),
        ("gate", step(&[], &["a"])),
        ("b", step(&["gate"], &[])),
        ("c", step(&["b"], &[])),
        ("gate2", step(&["gate", "b"], &["b", "c"])),
        ("d", step(&["gate2"], &[])),
    ];
    Graph::from_steps(&steps.map(|(id, step)| (id.to_owned(), step)).into()).unwrap()
}

#[test]
fn an_edge_that_asks_for_the_end_only_is_told_apart() {
    let graph = gated();
    assert_eq!(graph.settled_before("gate"), ["a"]);
    assert_eq!(graph.dependencies("gate"), Vec::<String>::new());
    // Success is more than an end.
    assert_eq!(graph.dependencies("gate2"), ["b", "gate"]);
    assert_eq!(graph.settled_before("gate2"), ["c"]);
}
