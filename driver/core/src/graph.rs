//! The steps of a plan as a directed acyclic graph.
//!
//! Knows steps and their edges; knows nothing of how steps are carried out.

use std::collections::{BTreeMap, HashMap};

use petgraph::Direction;
use petgraph::algo::{Cycle, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::event::WalkStep;
use crate::plan::Step;

/// Name of a step, such as `activate:alpha`.
pub type StepId = String;

/// A graph that is known to have no cycle, with its steps in an order that respects every edge.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    inner: DiGraph<WalkStep, Edge>,
    order: Vec<NodeIndex>,
    /// Where each vertex stands in the order.
    places: Vec<usize>,
}

/// What a step asks of one that comes before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Edge {
    /// That it has ended, however.
    AfterCompletion,
    /// That it has succeeded.
    After,
}

impl Graph {
    /// The graph of these steps; an error where they have no order.
    pub fn from_steps(steps: &BTreeMap<StepId, Step>) -> Result<Self, String> {
        let mut inner = DiGraph::new();
        let mut add = |(id, step): (&StepId, &Step)| {
            let node = step.node.clone();
            inner.add_node(WalkStep { id: id.clone(), kind: step.kind, node })
        };
        // Of steps that could come next in any order, those that were added last come first.
        let index: HashMap<&StepId, NodeIndex> = steps.iter().rev().map(|step| (step.0, add(step))).collect();
        for (id, step) in steps {
            // Of two edges between the same steps, the later one replaces the other: it asks for more.
            let after_completion = step.after_completion.iter().map(|before| (before, Edge::AfterCompletion));
            let all = after_completion.chain(step.after.iter().map(|before| (before, Edge::After)));
            let (at, all) = (index[id], all.collect::<BTreeMap<_, _>>());
            for (before, edge) in all {
                let unknown =
                    || format!("step `{id}` of the plan comes after `{before}`, which the plan does not have");
                inner.add_edge(*index.get(before).ok_or_else(unknown)?, at, edge);
            }
        }
        let waits =
            |cycle: Cycle<NodeIndex>| format!("step `{}` of the plan waits for itself", inner[cycle.node_id()].id);
        let order = toposort(&inner, None).map_err(waits)?;
        let mut places = vec![0; order.len()];
        for (place, at) in order.iter().enumerate() {
            places[at.index()] = place;
        }
        Ok(Self { inner, order, places })
    }

    /// All steps, each after those it depends on; what does not depend on each other is mostly sorted by name.
    pub fn steps(&self) -> impl Iterator<Item = &WalkStep> {
        self.order.iter().map(|at| &self.inner[*at])
    }

    /// The step at this place of the order.
    pub fn step(&self, place: usize) -> &WalkStep {
        &self.inner[self.order[place]]
    }

    /// For how many steps each one waits, in their order.
    pub fn counts_before(&self) -> Vec<usize> {
        self.order.iter().map(|at| self.inner.edges_directed(*at, Direction::Incoming).count()).collect()
    }

    /// The steps that wait for this one, and for what of it, by their places.
    pub fn next(&self, place: usize) -> impl Iterator<Item = (usize, Edge)> {
        let edges = self.inner.edges(self.order[place]);
        edges.map(|edge| (self.places[edge.target().index()], *edge.weight()))
    }
}

#[cfg(test)]
mod tests;
