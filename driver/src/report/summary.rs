//! What became of each node: a table, and one last line that says it all.

use std::collections::BTreeMap;
use std::fmt;

use crate::event::StepResult;
use crate::graph::Graph;
use crate::plan::StepKind;
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
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Offline => "offline",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the node is as it should be, or would be after a deploy.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Active | Self::UpToDate | Self::WouldChange)
    }

    const fn is_active(self) -> bool {
        matches!(self, Self::Active | Self::UpToDate)
    }

    fn styled(self, colours: Colours) -> console::StyledObject<String> {
        let word = console::Style::new().force_styling(colours == Colours::On);
        let word = match self {
            Self::Active => word.green(),
            Self::UpToDate | Self::Skipped => word.dim(),
            Self::WouldChange => word.cyan(),
            Self::Blocked => word.yellow(),
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
}

impl Summary {
    /// Sums up a run, one row for each node of the graph, sorted by name.
    #[must_use]
    pub fn of(graph: &Graph, run: &RunResult) -> Self {
        let mut nodes: BTreeMap<&str, Vec<(StepKind, &StepResult)>> = BTreeMap::new();
        for step in graph.steps() {
            if let (Some(node), Some(result)) = (&step.node, run.steps.get(&step.id)) {
                nodes.entry(node).or_default().push((step.kind, result));
            }
        }
        let rows = nodes.into_iter().map(|(node, steps)| row(node, &steps));
        Self {
            rows: rows.collect(),
        }
    }

    /// Whether no node needs a look.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.rows.iter().all(|row| row.result.is_good())
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
        self.rows.iter().map(line).collect::<String>() + &self.last_line() + "\n"
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
fn row(node: &str, steps: &[(StepKind, &StepResult)]) -> Row {
    let found = |wanted: fn(&StepKind, &StepResult) -> Option<(NodeResult, String)>| {
        steps.iter().find_map(|(kind, result)| wanted(kind, result))
    };
    let (result, detail) = found(failure)
        .or_else(|| found(not_started))
        .or_else(|| found(activation))
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

fn failure(kind: &StepKind, result: &StepResult) -> Option<(NodeResult, String)> {
    match result {
        StepResult::Failed(message) => Some((
            NodeResult::Failed,
            format!("{}: {}", kind.name(), first_line(message)),
        )),
        StepResult::Offline(message) => Some((NodeResult::Offline, first_line(message).to_owned())),
        _ => None,
    }
}

fn not_started(_: &StepKind, result: &StepResult) -> Option<(NodeResult, String)> {
    match result {
        StepResult::Blocked { by } => Some((NodeResult::Blocked, format!("by {by}"))),
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

fn activation(kind: &StepKind, result: &StepResult) -> Option<(NodeResult, String)> {
    match (kind, result) {
        (StepKind::Activate, StepResult::Done(detail)) => {
            Some((NodeResult::Active, detail.clone()))
        }
        (StepKind::Activate, StepResult::Skipped(why))
            if why.starts_with(NodeResult::WouldChange.word()) =>
        {
            let change = why[NodeResult::WouldChange.word().len()..]
                .trim_start_matches(':')
                .trim();
            Some((NodeResult::WouldChange, change.to_owned()))
        }
        (StepKind::Activate, StepResult::Skipped(why)) => {
            let why = if why == NodeResult::UpToDate.word() {
                ""
            } else {
                why
            };
            Some((NodeResult::UpToDate, why.to_owned()))
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
