//! Events as lines of text, for logs, pipes and above the progress bars of a terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::evaluate::CacheStatus;
use crate::event::{Event, StepResult, WalkStep};

/// Turns events into lines; remembers which steps there are and which warnings were shown.
#[derive(Debug, Default)]
pub struct Lines {
    steps: BTreeMap<String, WalkStep>,
    warnings: BTreeSet<String>,
    offline: BTreeSet<String>,
    not_evaluated: BTreeSet<String>,
}

impl Lines {
    /// The lines of an event; none for events that only move progress.
    pub fn of(&mut self, event: &Event) -> Option<String> {
        match event {
            Event::Phase(text) => Some(text.clone()),
            Event::Warning(text) => self.warnings.insert(text.clone()).then(|| format!("warning: {text}")),
            Event::Online { .. } | Event::Summary(_) | Event::Error(_) => None,
            Event::Offline { node, message } => {
                self.offline.insert(node.clone());
                Some(format!("{node}: offline\n{}", indented(message)))
            }
            Event::Evaluated { node, status: CacheStatus::Unknown } => Some(format!("{node}: evaluated")),
            Event::Evaluated { node, status } => Some(format!("{node}: evaluated: {status}")),
            Event::NotEvaluated { node, message } => {
                self.not_evaluated.insert(node.clone());
                Some(format!("{node}: not evaluated\n{}", indented(message)))
            }
            Event::Paused { rollout, digest, batch, seconds, approvers } => {
                let how = match approvers.as_slice() {
                    [] => format!(
                        "to go on: netlib approve {rollout} (on the terminal of this deploy: {rollout} and Enter)"
                    ),
                    names => format!(
                        "to go on, by {}: netlib approve {rollout} --digest {digest} --batch {batch}",
                        names.join(" or ")
                    ),
                };
                Some(format!(
                    "rollout {rollout}: paused after batch {batch}, for {seconds} s at most (plan {digest})\n  {how}"
                ))
            }
            Event::Resumed { rollout, detail } => Some(format!("rollout {rollout}: goes on: {detail}")),
            Event::TakenBack { rollout, node, detail } => {
                Some(format!("rollout {rollout}: took back {node}: {detail}"))
            }
            Event::Interrupted { activating } => Some(interrupted(activating)),
            Event::WalkStarted { steps } => {
                self.steps = steps.iter().map(|step| (step.id.clone(), step.clone())).collect();
                None
            }
            Event::StepStarted { step } => Some(format!("{}: started", self.name(step))),
            Event::StepOutput { step, line } | Event::CommandOutput { step, line, .. } => {
                Some(format!("{} | {line}", self.owner(step)))
            }
            Event::StepFinished { step, result, elapsed } => self.finished(step, result, *elapsed),
        }
    }

    /// For example `alpha: build`; the id of a step that is named in another way.
    #[must_use]
    pub fn name(&self, step: &str) -> String {
        match self.node(step) {
            Some(node) => {
                let what = step.strip_suffix(node);
                let what = what.and_then(|what| what.strip_suffix(':'));
                format!("{node}: {}", what.unwrap_or(step))
            }
            None => step.to_owned(),
        }
    }

    /// How many steps the walk has.
    #[must_use]
    pub fn total(&self) -> usize {
        self.steps.len()
    }

    /// The node that a step concerns.
    #[must_use]
    pub fn node(&self, step: &str) -> Option<&str> {
        self.steps.get(step)?.node.as_deref()
    }

    fn owner<'a>(&'a self, step: &'a str) -> &'a str {
        self.node(step).unwrap_or(step)
    }

    fn finished(&self, step: &str, result: &StepResult, elapsed: Duration) -> Option<String> {
        let name = self.name(step);
        let took = took(elapsed);
        match result {
            StepResult::Done(detail) if detail.is_empty() => Some(format!("{name}: done in {took}")),
            StepResult::Done(detail) => Some(format!("{name}: done in {took}: {detail}")),
            StepResult::Skipped(why) => Some(format!("{name}: {why}")),
            // Said already, as soon as it was known.
            StepResult::Failed(message)
                if message.contains("does not evaluate: ") && self.not_evaluated.contains(self.owner(step)) =>
            {
                Some(format!("{name}: failed: it does not evaluate"))
            }
            StepResult::Failed(message) => Some(format!("{name}: failed after {took}\n{}", indented(message))),
            // Said already, when the node was found to be so.
            StepResult::Offline(_) if self.offline.contains(self.owner(step)) => None,
            StepResult::Offline(message) => Some(format!("{name}: offline\n{}", indented(message))),
            StepResult::Aborted(why) => Some(format!("{name}: not started: {why}")),
            StepResult::Blocked { by } => Some(format!("{name}: blocked by {by}")),
            StepResult::NotStarted { .. } | StepResult::Cancelled => None,
        }
    }
}

/// What an interrupt means, in one or two lines.
#[must_use]
pub fn interrupted(activating: &[String]) -> String {
    let waiting = match activating {
        [] => "No host is being activated.".to_owned(),
        hosts => format!("Waiting for activations to reach a safe state: {}.", hosts.join(", ")),
    };
    format!("interrupted: nothing new is started. {waiting}\nCtrl-C once more leaves at once.")
}

fn indented(message: &str) -> String {
    let lines: Vec<String> = message.trim_end().lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

fn took(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Skip;
    use crate::graph::Graph;
    use crate::plan::tests::example;
    use insta::assert_snapshot;

    fn finished(step: &str, result: StepResult, seconds: u64) -> Event {
        Event::StepFinished { step: step.to_owned(), result, elapsed: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_whole_run() {
        let graph = Graph::from_plan(&example()).unwrap();
        let output = Event::StepOutput { step: "build:alpha".to_owned(), line: "building…".to_owned() };
        let events = [
            Event::Phase("reading the plan".to_owned()),
            Event::Warning("old".to_owned()),
            Event::Warning("old".to_owned()),
            Event::WalkStarted { steps: graph.steps().cloned().collect() },
            Event::Evaluated { node: "alpha".to_owned(), status: CacheStatus::NotBuilt { build: 2, fetch: 3 } },
            Event::NotEvaluated {
                node: "beta".to_owned(),
                message: "node `beta` does not evaluate: boom\nat once".to_owned(),
            },
            finished("copy:beta", StepResult::Failed("node `beta` does not evaluate: boom\nat once".to_owned()), 1),
            Event::StepStarted { step: "build:alpha".to_owned() },
            output,
            finished("build:alpha", StepResult::Done(String::new()), 3),
            finished("activate:alpha", StepResult::Done("new system".to_owned()), 75),
            finished("activate:beta", StepResult::Skipped(Skip::UpToDate), 0),
            finished("build:gamma", StepResult::Failed("node gamma\nerror: boom\n".to_owned()), 1),
            finished("copy:gamma", StepResult::Blocked { by: "build:gamma".to_owned() }, 0),
            finished("build:beta", StepResult::Offline("no route".to_owned()), 0),
            finished("copy:beta", StepResult::Cancelled, 0),
            Event::Paused {
                rollout: "web".to_owned(),
                digest: "0123456789abcdef".to_owned(),
                batch: 1,
                seconds: 600,
                approvers: Vec::new(),
            },
            Event::Resumed { rollout: "web".to_owned(), detail: "approved by ann@desk".to_owned() },
            Event::TakenBack {
                rollout: "web".to_owned(),
                node: "beta".to_owned(),
                detail: "runs the old system again".to_owned(),
            },
            finished("gate:web:2", StepResult::Aborted("1 node failed (beta), 0 allowed".to_owned()), 0),
            Event::Online { node: "alpha".to_owned() },
            Event::Offline { node: "delta".to_owned(), message: "cannot connect\nat all".to_owned() },
            Event::Interrupted { activating: vec!["alpha".to_owned(), "gamma".to_owned()] },
            Event::Interrupted { activating: Vec::new() },
        ];
        let mut lines = Lines::default();
        let text: Vec<String> = events.iter().filter_map(|event| lines.of(event)).collect();
        assert_snapshot!(text.join("\n"));
    }
}
