//! One line of the table: what became of a node and why, from how its steps ended.

use super::node_result::NodeResult;
use crate::event::{Skip, StepResult, WalkStep};
use crate::plan::{Goal, StepKind};

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

/// The step that says most about a node decides: first what went wrong, then how its activation ended.
pub(super) fn row(node: &str, steps: &[(&WalkStep, &StepResult)], goal: Goal) -> Row {
    let found = |wanted: fn(&WalkStep, &StepResult) -> Option<(NodeResult, String)>| {
        steps.iter().find_map(|(step, result)| wanted(step, result))
    };
    let (result, detail) = found(failure)
        .or_else(|| found(not_started))
        .or_else(|| found(previewed))
        .or_else(|| activation(steps, goal))
        .unwrap_or((NodeResult::Skipped, "the plan has no activation for it".to_owned()));
    Row { node: node.to_owned(), result, detail }
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
        StepResult::Failed(message) => Some((NodeResult::Failed, format!("{}: {}", label(step), first_line(message)))),
        StepResult::Offline(message) => Some((NodeResult::Offline, first_line(message).to_owned())),
        _ => None,
    }
}

fn not_started(_: &WalkStep, result: &StepResult) -> Option<(NodeResult, String)> {
    match result {
        StepResult::Blocked { by } => Some((NodeResult::Blocked, format!("by {by}"))),
        StepResult::Aborted(why) => Some((NodeResult::Skipped, why.clone())),
        StepResult::NotStarted { because } => {
            Some((NodeResult::Skipped, format!("not started after the failure of {because}")))
        }
        StepResult::Cancelled => Some((NodeResult::Skipped, "interrupted before it was done".to_owned())),
        _ => None,
    }
}

fn previewed(step: &WalkStep, result: &StepResult) -> Option<(NodeResult, String)> {
    match result {
        StepResult::Skipped(Skip::WouldChange(change)) if step.kind == StepKind::Activate => {
            Some((NodeResult::WouldChange, change.clone()))
        }
        _ => None,
    }
}

fn activation(steps: &[(&WalkStep, &StepResult)], goal: Goal) -> Option<(NodeResult, String)> {
    let is_activation = |(step, _): &&(&WalkStep, &StepResult)| step.kind == StepKind::Activate;
    let found = steps.iter().find(is_activation);
    // A goal that ends before the activation: what was done last is what there is to say.
    let (_, result) = found.or_else(|| steps.last())?;
    match result {
        StepResult::Done(detail) if found.is_none() => {
            let detail = format!("{detail}; the goal is {}", goal.word());
            Some((NodeResult::Done, detail))
        }
        StepResult::Done(detail) if goal == Goal::Switch => Some((NodeResult::Active, detail.clone())),
        StepResult::Done(detail) => Some((NodeResult::Done, detail.clone())),
        StepResult::Skipped(Skip::UpToDate) => Some((NodeResult::UpToDate, String::new())),
        StepResult::Skipped(why) => Some((NodeResult::Done, why.to_string())),
        _ => None,
    }
}

/// The line of a message that fits a table.
#[must_use]
pub fn first_line(message: &str) -> &str {
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    // The table names the node already.
    let about = line.strip_prefix("node `").and_then(|rest| rest.split_once("`: "));
    about.map_or(line, |(_, about)| about).trim_end_matches(':')
}
