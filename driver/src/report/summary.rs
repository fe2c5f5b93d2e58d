//! What became of each node: a table, and one last line that says it all.

use std::collections::BTreeMap;
use std::fmt;

use crate::event::{StepResult, WalkStep};
use crate::graph::Graph;
use crate::plan::{Goal, StepKind};
use crate::rollout::{RolloutReport, RolloutState};
use crate::schedule::RunResult;

/// What became of a node.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum NodeResult {
    /// It was switched to its new system.
    Active,
    /// It was running its system already.
    UpToDate,
    /// A deploy would switch it to another system.
    WouldChange,
    /// It is as far as the goal of the run goes, which is not the whole way.
    Done,
    /// It was switched, and its rollout took it back to the system from before.
    RolledBack,
    /// One of its steps failed.
    Failed,
    /// Something that it depends on failed.
    Blocked,
    /// It does not answer.
    Offline,
    /// Nothing was done, because the run ended before.
    Skipped,
}

impl NodeResult {
    /// The word of the table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::UpToDate => "up to date",
            Self::WouldChange => "would change",
            Self::Done => "done",
            Self::RolledBack => "rolled back",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Offline => "offline",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the node is as it should be, or would be after a deploy.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(
            self,
            Self::Active | Self::UpToDate | Self::WouldChange | Self::Done
        )
    }

    const fn is_active(self) -> bool {
        matches!(self, Self::Active | Self::UpToDate)
    }

    fn styled(self, colours: Colours) -> console::StyledObject<String> {
        let word = console::Style::new().force_styling(colours == Colours::On);
        let word = match self {
            Self::Active | Self::Done => word.green(),
            Self::UpToDate | Self::Skipped => word.dim(),
            Self::WouldChange => word.cyan(),
            Self::Blocked | Self::RolledBack => word.yellow(),
            Self::Failed | Self::Offline => word.red(),
        };
        word.apply_to(format!(
            "{:width$}",
            self.word(),
            width = Self::WouldChange.word().len()
        ))
    }
}

/// Whether a text may have colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colours {
    /// For a terminal.
    On,
    /// For files, pipes and `NO_COLOR`.
    Off,
}

/// One line of the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Node name.
    pub node: String,
    /// What became of it.
    pub result: NodeResult,
    /// Why, in one line.
    pub detail: String,
}

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
        let rows = nodes
            .into_iter()
            .map(|(node, steps)| row(node, &steps, goal(node)));
        let others = graph.steps().filter(|step| step.node.is_none());
        let is_good = |step: &WalkStep| {
            let result = run.steps.get(&step.id);
            matches!(result, Some(StepResult::Done(_) | StepResult::Skipped(_)))
        };
        Self {
            rows: rows.collect(),
            is_rest_good: others.into_iter().all(is_good),
            rollouts: Vec::new(),
        }
    }

    /// Adds how rollouts ended; a node that was taken back is told as such.
    #[must_use]
    pub fn with_rollouts(mut self, reports: &[RolloutReport]) -> Self {
        for report in reports {
            for (node, what) in &report.taken_back {
                if let Some(row) = self.rows.iter_mut().find(|row| row.node == *node) {
                    row.result = NodeResult::RolledBack;
                    row.detail.clone_from(what);
                }
            }
        }
        self.rollouts = reports.to_vec();
        self
    }

    /// Whether nothing needs a look.
    #[must_use]
    pub fn is_success(&self) -> bool {
        let is_well = |report: &RolloutReport| report.state == RolloutState::Healthy;
        self.is_rest_good
            && self.rows.iter().all(|row| row.result.is_good())
            && self.rollouts.iter().all(is_well)
    }

    /// Whether nothing failed, and something waits for a person.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        let may_be = |row: &Row| {
            row.result.is_good()
                || row.result == NodeResult::Skipped
                || row.result == NodeResult::Blocked
        };
        let is_well = |report: &RolloutReport| {
            matches!(report.state, RolloutState::Healthy | RolloutState::Paused)
        };
        self.rows.iter().all(may_be)
            && self.rollouts.iter().all(is_well)
            && self
                .rollouts
                .iter()
                .any(|report| report.state == RolloutState::Paused)
    }

    /// The table and the last line.
    #[must_use]
    pub fn render(&self, colours: Colours) -> String {
        let width = self
            .rows
            .iter()
            .map(|row| row.node.len())
            .max()
            .unwrap_or_default();
        let line = |row: &Row| {
            let line = format!(
                "{:width$}  {}  {}",
                row.node,
                row.result.styled(colours),
                row.detail
            );
            line.trim_end().to_owned() + "\n"
        };
        let rollout = |report: &RolloutReport| {
            format!(
                "rollout {}  {}  {}\n",
                report.id,
                report.state.word(),
                report.detail
            )
        };
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
        let active = self
            .rows
            .iter()
            .filter(|row| row.result.is_active())
            .count();
        let others = counts.iter().filter(|(result, _)| !result.is_active());
        let others: String = others
            .map(|(result, count)| format!(", {count} {}", result.word()))
            .collect();
        format!("{active} of {} nodes active{others}", self.rows.len())
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colours::Off))
    }
}

/// The step that says most about a node decides: first what went wrong, then how its activation ended.
fn row(node: &str, steps: &[(&WalkStep, &StepResult)], goal: Goal) -> Row {
    let found = |wanted: fn(&WalkStep, &StepResult) -> Option<(NodeResult, String)>| {
        steps.iter().find_map(|(step, result)| wanted(step, result))
    };
    let (result, detail) = found(failure)
        .or_else(|| found(not_started))
        .or_else(|| found(previewed))
        .or_else(|| activation(steps, goal))
        .unwrap_or((
            NodeResult::Skipped,
            "the plan has no activation for it".to_owned(),
        ));
    Row {
        node: node.to_owned(),
        result,
        detail,
    }
}

/// The step's name without its node, which the table names already.
fn label(step: &WalkStep) -> &str {
    let node = step.node.as_deref().unwrap_or_default();
    let what = step.id.strip_suffix(node);
    let what = what.and_then(|what| what.strip_suffix(':'));
    what.unwrap_or(&step.id)
}

fn failure(step: &WalkStep, result: &StepResult) -> Option<(NodeResult, String)> {
    match result {
        StepResult::Failed(message) => Some((
            NodeResult::Failed,
            format!("{}: {}", label(step), first_line(message)),
        )),
        StepResult::Offline(message) => Some((NodeResult::Offline, first_line(message).to_owned())),
        _ => None,
    }
}

fn not_started(_: &WalkStep, result: &StepResult) -> Option<(NodeResult, String)> {
    match result {
        StepResult::Blocked { by } => Some((NodeResult::Blocked, format!("by {by}"))),
        StepResult::Aborted(why) => Some((NodeResult::Skipped, why.clone())),
        StepResult::NotStarted { because } => Some((
            NodeResult::Skipped,
            format!("not started after the failure of {because}"),
        )),
        StepResult::Cancelled => Some((
            NodeResult::Skipped,
            "interrupted before it was done".to_owned(),
        )),
        _ => None,
    }
}

fn previewed(step: &WalkStep, result: &StepResult) -> Option<(NodeResult, String)> {
    let StepResult::Skipped(why) = result else {
        return None;
    };
    let change = why.strip_prefix(NodeResult::WouldChange.word())?;
    let change = change.trim_start_matches(':').trim().to_owned();
    (step.kind == StepKind::Activate).then_some((NodeResult::WouldChange, change))
}

fn activation(steps: &[(&WalkStep, &StepResult)], goal: Goal) -> Option<(NodeResult, String)> {
    let (_, result) = steps
        .iter()
        .find(|(step, _)| step.kind == StepKind::Activate)?;
    match result {
        StepResult::Done(detail) if goal == Goal::Switch => {
            Some((NodeResult::Active, detail.clone()))
        }
        StepResult::Done(detail) => Some((NodeResult::Done, detail.clone())),
        StepResult::Skipped(why) if why == NodeResult::UpToDate.word() => {
            Some((NodeResult::UpToDate, String::new()))
        }
        // The goal ends before the activation: what was done last is what there is to say.
        StepResult::Skipped(why) => {
            let done = steps.iter().rev().find_map(|(_, result)| match result {
                StepResult::Done(detail) => Some(detail.as_str()),
                _ => None,
            });
            let done = done.map(|done| format!("{done}; ")).unwrap_or_default();
            Some((NodeResult::Done, format!("{done}{why}")))
        }
        _ => None,
    }
}

/// The line of a message that fits a table.
#[must_use]
pub fn first_line(message: &str) -> &str {
    let line = message
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
        .trim();
    // The table names the node already.
    let about = line
        .strip_prefix("node `")
        .and_then(|rest| rest.split_once("`: "));
    about.map_or(line, |(_, about)| about).trim_end_matches(':')
}

#[cfg(test)]
mod tests;
