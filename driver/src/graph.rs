//! The steps of a plan as a directed acyclic graph.
//!
//! Knows steps and their edges, selection and cycles; knows nothing of how steps are carried out.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::event::WalkStep;
use crate::plan::{Plan, Step, StepKind};

/// Name of a step, such as `activate:alpha`.
pub type StepId = String;

/// A graph that is known to have no cycle, with its steps in an order that respects every edge.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    inner: DiGraph<WalkStep, Edge>,
    index: BTreeMap<StepId, NodeIndex>,
    order: Vec<NodeIndex>,
    /// Where each vertex stands in the order.
    places: Vec<usize>,
}

/// What a step asks of one that comes before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Edge {
    /// That it has ended, however.
    Settles,
    /// That it has succeeded.
    After,
}

/// Why a plan has no order to walk it in.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// Steps wait for each other.
    #[error("the steps of the plan wait for each other: {}", steps.join(", "))]
    Cycle {
        /// Those on a cycle, or behind one.
        steps: Vec<StepId>,
    },
    /// A step waits for one that the plan does not have.
    #[error("step `{step}` of the plan comes after `{after}`, which the plan does not have")]
    UnknownStep {
        /// The step that waits.
        step: StepId,
        /// What it waits for.
        after: StepId,
    },
}

impl Graph {
    /// The graph of all steps of a plan.
    pub fn from_plan(plan: &Plan) -> Result<Self, GraphError> {
        Self::from_steps(&plan.steps)
    }

    /// The graph of these steps.
    pub fn from_steps(steps: &BTreeMap<StepId, Step>) -> Result<Self, GraphError> {
        let vertices = steps.iter().map(|(id, step)| WalkStep {
            id: id.clone(),
            kind: step.kind,
            node: step.owner().map(str::to_owned),
        });
        let edges = steps.iter().flat_map(|(id, step)| {
            let edge = move |kind| move |before: &StepId| (before.clone(), id.clone(), kind);
            let after = step.after.iter().map(edge(Edge::After));
            after.chain(step.settles.iter().map(edge(Edge::Settles)))
        });
        Self::build(vertices, edges)
    }

    fn build(
        vertices: impl Iterator<Item = WalkStep>,
        edges: impl Iterator<Item = (StepId, StepId, Edge)>,
    ) -> Result<Self, GraphError> {
        let mut graph = Self::default();
        for step in vertices {
            let id = step.id.clone();
            graph.index.insert(id, graph.inner.add_node(step));
        }
        // Of two edges between the same steps, the one that asks for more stays.
        let mut strongest: BTreeMap<(NodeIndex, NodeIndex), Edge> = BTreeMap::new();
        for (before, step, edge) in edges {
            let (Some(from), Some(to)) = (graph.index.get(&before), graph.index.get(&step)) else {
                return Err(GraphError::UnknownStep { step, after: before });
            };
            let known = strongest.entry((*from, *to)).or_insert(edge);
            *known = edge.max(*known);
        }
        for ((from, to), edge) in strongest {
            graph.inner.add_edge(from, to, edge);
        }
        graph.order = graph.sorted()?;
        graph.places = vec![0; graph.order.len()];
        for (place, index) in graph.order.iter().enumerate() {
            graph.places[index.index()] = place;
        }
        Ok(graph)
    }

    /// All steps, each after those it depends on; steps that could come next in any order are sorted by name.
    pub fn steps(&self) -> impl Iterator<Item = &WalkStep> {
        self.order.iter().map(|index| &self.inner[*index])
    }

    /// How many steps this one waits for.
    #[must_use]
    pub fn count_before(&self, step: &str) -> usize {
        let edges = |index: &NodeIndex| self.inner.edges_directed(*index, Direction::Incoming);
        self.index.get(step).map_or(0, |index| edges(index).count())
    }

    /// The steps that need the success of this one, sorted.
    #[must_use]
    pub fn dependants(&self, step: &str) -> Vec<StepId> {
        self.neighbours(step, Direction::Outgoing, Edge::After)
    }

    /// The steps that wait for the end of this one, however it comes, sorted.
    #[must_use]
    pub fn settled_after(&self, step: &str) -> Vec<StepId> {
        self.neighbours(step, Direction::Outgoing, Edge::Settles)
    }

    /// What the step does, if it is one of the graph.
    #[must_use]
    pub fn kind(&self, step: &str) -> Option<StepKind> {
        Some(self.inner[*self.index.get(step)?].kind)
    }

    /// Where the step stands in [`Graph::steps`]; at the end when it is not one of the graph.
    #[must_use]
    pub fn position(&self, step: &str) -> usize {
        let index = self.index.get(step);
        index.map_or(self.order.len(), |index| self.places[index.index()])
    }

    fn neighbours(&self, step: &str, direction: Direction, edge: Edge) -> Vec<StepId> {
        let Some(index) = self.index.get(step) else {
            return Vec::new();
        };
        let edges = self.inner.edges_directed(*index, direction);
        let mut ids: Vec<StepId> = edges
            .filter(|found| *found.weight() == edge)
            .map(|found| match direction {
                Direction::Incoming => self.inner[found.source()].id.clone(),
                Direction::Outgoing => self.inner[found.target()].id.clone(),
            })
            .collect();
        ids.sort();
        ids
    }

    fn sorted(&self) -> Result<Vec<NodeIndex>, GraphError> {
        let incoming = |of| self.inner.neighbors_directed(of, Direction::Incoming).count();
        let mut left: BTreeMap<NodeIndex, usize> = self.inner.node_indices().map(|at| (at, incoming(at))).collect();
        let mut ready: BTreeSet<(&str, NodeIndex)> =
            left.iter().filter(|(_, count)| **count == 0).map(|(at, _)| (self.inner[*at].id.as_str(), *at)).collect();
        let mut order = Vec::with_capacity(left.len());
        while let Some((_, at)) = ready.pop_first() {
            order.push(at);
            for next in self.inner.neighbors_directed(at, Direction::Outgoing) {
                if let Some(count) = left.get_mut(&next) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert((&self.inner[next].id, next));
                    }
                }
            }
        }
        if order.len() == self.inner.node_count() {
            return Ok(order);
        }
        let ordered: BTreeSet<NodeIndex> = order.into_iter().collect();
        let left = self.inner.node_indices().filter(|at| !ordered.contains(at));
        Err(GraphError::Cycle { steps: left.map(|at| self.inner[at].id.clone()).collect() })
    }
}

#[cfg(test)]
mod tests;
