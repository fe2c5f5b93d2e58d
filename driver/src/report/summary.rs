//! What became of each node: a table, and one last line that says it all.

mod node_result;
mod row;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::json;

use crate::event::{Event, StepResult, WalkStep};
use crate::graph::Graph;
use crate::plan::Goal;
use crate::rollout::{RolloutReport, RolloutState};
use crate::schedule::RunResult;

pub use node_result::{Colours, NodeResult};
use row::row;
pub use row::{Row, first_line};

/// What became of all nodes of a run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// One line a node.
    pub rows: Vec<Row>,
    /// Whether all that concerns no node, such as commands of the deployer, went well.
    pub is_rest_good: bool,
    /// One line a rollout.
    pub rollouts: Vec<RolloutReport>,
}

impl Summary {
    /// Sums up a run, one row for each node of the graph, sorted by name. Nodes without a goal are to be switched.
    #[must_use]
    pub fn of(graph: &Graph, run: &RunResult, goals: &BTreeMap<String, Goal>) -> Self {
        let mut nodes: BTreeMap<&str, Vec<(&WalkStep, &StepResult)>> = BTreeMap::new();
        for step in graph.steps() {
            if let (Some(node), Some(result)) = (&step.node, run.steps.get(&step.id)) {
                nodes.entry(node).or_default().push((step, result));
            }
        }
        let goal = |node: &str| goals.get(node).copied().unwrap_or_default();
        let rows = nodes.into_iter().map(|(node, steps)| row(node, &steps, goal(node)));
        let others = graph.steps().filter(|step| step.node.is_none());
        let is_good = |step: &WalkStep| {
            let result = run.steps.get(&step.id);
            matches!(result, Some(StepResult::Done(_) | StepResult::Skipped(_)))
        };
        Self { rows: rows.collect(), is_rest_good: others.into_iter().all(is_good), rollouts: Vec::new() }
    }

    /// Adds how rollouts ended; a node that was taken back is told as such.
    #[must_use]
    pub fn with_rollouts(mut self, reports: &[RolloutReport]) -> Self {
        for report in reports {
            for (node, what) in &report.taken_back {
                if let Some(row) = self.rows.iter_mut().find(|row| row.node == *node) {
                    row.detail = match row.result {
                        NodeResult::Failed => format!("{}; {what}", row.detail),
                        _ => what.clone(),
                    };
                    row.result = NodeResult::RolledBack;
                }
            }
        }
        self.rollouts = reports.to_vec();
        self
    }

    /// What readers of the stream get of it.
    #[must_use]
    pub fn event(&self) -> Event {
        Event::Summary(json!(self))
    }

    /// Whether nothing needs a look.
    #[must_use]
    pub fn is_success(&self) -> bool {
        let is_well = |report: &RolloutReport| report.state == RolloutState::Healthy;
        self.is_rest_good && self.rows.iter().all(|row| row.result.is_good()) && self.rollouts.iter().all(is_well)
    }

    /// Whether nothing failed, and something waits for a person.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        let may_be =
            |row: &Row| row.result.is_good() || row.result == NodeResult::Skipped || row.result == NodeResult::Blocked;
        let is_well = |report: &RolloutReport| matches!(report.state, RolloutState::Healthy | RolloutState::Paused);
        self.rows.iter().all(may_be)
            && self.rollouts.iter().all(is_well)
            && self.rollouts.iter().any(|report| report.state == RolloutState::Paused)
    }

    /// The table and the last line.
    #[must_use]
    pub fn render(&self, colours: Colours) -> String {
        let width = self.rows.iter().map(|row| row.node.len()).max().unwrap_or_default();
        let line = |row: &Row| {
            let line = format!("{:width$}  {}  {}", row.node, row.result.styled(colours), row.detail);
            line.trim_end().to_owned() + "\n"
        };
        let rollout =
            |report: &RolloutReport| format!("rollout {}  {}  {}\n", report.id, report.state.word(), report.detail);
        let rollouts: String = self.rollouts.iter().map(rollout).collect();
        self.rows.iter().map(line).collect::<String>() + &rollouts + &self.last_line() + "\n"
    }

    /// For example `2 of 4 nodes active, 1 failed, 1 blocked`.
    #[must_use]
    pub fn last_line(&self) -> String {
        let mut counts: BTreeMap<NodeResult, usize> = BTreeMap::new();
        for row in &self.rows {
            *counts.entry(row.result).or_default() += 1;
        }
        let active = self.rows.iter().filter(|row| row.result.is_active()).count();
        let others = counts.iter().filter(|(result, _)| !result.is_active());
        let others: String = others.map(|(result, count)| format!(", {count} {}", result.word())).collect();
        format!("{active} of {} nodes active{others}", self.rows.len())
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let line = |result: &str, detail: &str| json!({ "result": result, "detail": detail });
        let rows = self.rows.iter().map(|row| (row.node.clone(), line(row.result.word(), &row.detail)));
        let rollouts = self.rollouts.iter().map(|it| (it.id.clone(), line(it.state.word(), &it.detail)));
        let parts = [("nodes", rows.collect()), ("rollouts", rollouts.collect())];
        to.collect_map([("success", json!(self.is_success()))].into_iter().chain(parts))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colours::Off))
    }
}

#[cfg(test)]
mod tests;
