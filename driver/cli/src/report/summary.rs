//! What became of each node: a table, and one last line that says it all.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use super::document::shown;
use netlib_core::event::{Skip, StepResult, WalkStep};
use netlib_core::graph::Graph;
use netlib_core::plan::{Goal, Node, StepKind};
use netlib_core::rollout::RolloutReport;
use netlib_core::schedule::RunResult;

/// What became of all nodes of a run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// One line a node, by its name.
    pub nodes: BTreeMap<String, Row>,
    /// Whether something failed that concerns no node, such as a command of the deployer.
    pub has_failed_elsewhere: bool,
    /// One line a rollout.
    pub rollouts: Vec<RolloutReport>,
}

/// One line of the table.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Row {
    /// What became of the node: a word that docs/events.md explains.
    pub result: &'static str,
    /// Why, in one line.
    pub detail: String,
}

/// Words for nodes that are as they should be, or would be after a deploy.
const GOOD: [&str; 5] = ["changed", "upToDate", "wouldChange", "done", "mayBeOffline"];

impl Summary {
    /// Sums up a run, one row for each node of the graph. What is activated without a goal is to be switched.
    pub fn of(graph: &Graph, run: &RunResult, plan: &BTreeMap<String, Node>) -> Self {
        let mut nodes: BTreeMap<&str, Vec<(&WalkStep, &StepResult)>> = BTreeMap::new();
        let mut has_failed_elsewhere = false;
        for step in graph.steps() {
            match (&step.node, run.get(&step.id)) {
                (Some(node), Some(result)) => nodes.entry(node).or_default().push((step, result)),
                (Some(_), None) | (None, Some(StepResult::Done(_) | StepResult::Skipped(_))) => {}
                (None, _) => has_failed_elsewhere = true,
            }
        }
        let rows = nodes.into_iter().filter_map(|(node, steps)| {
            let goal = plan.get(node).map(|node| node.activation.goal);
            Some((node.to_owned(), row(&steps, goal)?))
        });
        Self { nodes: rows.collect(), has_failed_elsewhere, rollouts: Vec::new() }
    }

    /// Adds how rollouts ended; a node that was reverted is told as such.
    pub fn with_rollouts(mut self, reports: &[RolloutReport]) -> Self {
        for (node, what) in reports.iter().flat_map(|report| &report.reverted) {
            if let Some(row) = self.nodes.get_mut(node) {
                row.detail = match row.result {
                    "failed" => format!("{}; {what}", row.detail),
                    _ => what.clone(),
                };
                row.result = "rolledBack";
            }
        }
        self.rollouts = reports.to_vec();
        self
    }

    /// What programs get of it.
    pub fn document(&self) -> Value {
        let rollouts: BTreeMap<_, _> = self.rollouts.iter().map(|report| (&report.id, report)).collect();
        json!({ "success": self.is_success(), "nodes": self.nodes, "rollouts": rollouts })
    }

    /// Whether nothing needs a look.
    pub fn is_success(&self) -> bool {
        !self.has_failed_elsewhere
            && self.nodes.values().all(|row| GOOD.contains(&row.result))
            && self.rollouts.iter().all(|report| report.state == "healthy")
    }

    /// Whether nothing failed, and something waits for a person.
    pub fn is_paused(&self) -> bool {
        let may_be = |row: &Row| GOOD.contains(&row.result) || matches!(row.result, "skipped" | "blocked");
        let is_well = |report: &RolloutReport| matches!(report.state, "healthy" | "paused");
        self.nodes.values().all(may_be)
            && self.rollouts.iter().all(is_well)
            && self.rollouts.iter().any(|report| report.state == "paused")
    }
}

/// The table and a last line such as `2 of 4 nodes active, 1 failed, 1 blocked`; with colours where stdout is a terminal.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.document(), include_str!("summary.txt")))
    }
}

/// The step that says most about a node decides: first what went wrong, then what did not start, then how its activation ended.
/// Under a goal that ends before, what was done last is what there is to say.
fn row(steps: &[(&WalkStep, &StepResult)], goal: Option<Goal>) -> Option<Row> {
    let is_failure = |result: &StepResult| matches!(result, StepResult::Failed(_) | StepResult::Offline(_));
    let wrong = steps.iter().find(|(_, result)| is_failure(result));
    let wrong = wrong.or_else(|| steps.iter().find(|(_, result)| !result.is_success()));
    let is_activation = |step: &WalkStep| step.kind == StepKind::Activate;
    let decisive = wrong.or_else(|| steps.iter().find(|(step, _)| is_activation(step))).or(steps.last())?;
    let (step, is_last) = (decisive.0, is_activation(decisive.0));
    let (result, detail) = match (decisive.1, goal) {
        (StepResult::Failed(message), _) if steps.len() > 1 && !message.contains("` does not evaluate: ") => {
            let label = if message.contains("step `connect`: ") { "connect" } else { step.label() };
            ("failed", format!("{label}: {}", first_line(message)))
        }
        (StepResult::Failed(message), _) => ("failed", first_line(message).to_owned()),
        (StepResult::Offline(message), _) => ("offline", first_line(message).to_owned()),
        (StepResult::Blocked(by), _) => ("blocked", format!("by {by}")),
        (StepResult::Aborted(why), _) => ("skipped", why.clone()),
        (StepResult::NotStarted(by), _) => ("skipped", format!("not started after the failure of {by}")),
        (StepResult::Cancelled, _) => ("skipped", "interrupted before it was done".to_owned()),
        (StepResult::Done(what), Some(goal @ (Goal::Build | Goal::Copy))) if !is_last => {
            ("done", format!("{what}; the goal is {goal}"))
        }
        (StepResult::Done(what), None | Some(Goal::Switch)) if is_last => ("changed", what.clone()),
        (StepResult::Done(what), _) => ("done", what.clone()),
        (StepResult::Skipped(Skip::UpToDate), _) => ("upToDate", String::new()),
        (StepResult::Skipped(Skip::WouldChange(what)), _) if is_last => ("wouldChange", what.clone()),
        (StepResult::Skipped(Skip::MayBeOffline(message)), _) => ("mayBeOffline", first_line(message).to_owned()),
        (StepResult::Skipped(why), _) => ("done", why.to_string()),
    };
    Some(Row { result, detail })
}

/// The line of a message that fits a table.
fn first_line(message: &str) -> &str {
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    // The table names the node already.
    let about = line.strip_prefix("node `").and_then(|rest| rest.split_once("`: "));
    about.map_or(line, |(_, about)| about).trim_end_matches(':').trim_end_matches(". Definition values")
}

#[cfg(test)]
mod tests;
