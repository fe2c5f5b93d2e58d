//! Events as lines of text, for logs, pipes and above the progress bars of a terminal.

use std::collections::{BTreeMap, BTreeSet};

use super::readers::Steps;
use netlib_core::event::{CacheStatus, Event, Skip, StepResult};

/// Turns events into lines; remembers what was said already.
#[derive(Debug, Default)]
pub struct Lines {
    warnings: BTreeSet<String>,
    /// Why nodes do not answer or do not evaluate.
    messages: BTreeMap<String, String>,
    /// Why nodes do not evaluate and steps failed, without the name of the node, and the node that had it first.
    reasons: BTreeMap<String, String>,
}

impl Lines {
    /// The lines of an event; none for events that only move progress.
    pub fn of(&mut self, event: &Event, steps: &Steps) -> Option<String> {
        Some(match event {
            Event::Phase(text) => text.clone(),
            Event::Warning(text) => self.warnings.insert(text.clone()).then(|| format!("warning: {text}"))?,
            Event::Online { .. } | Event::WalkStarted { .. } | Event::Summary(_) | Event::Error(_) => return None,
            Event::Offline { node, message } => format!("{node}: offline\n{}", self.news(node, message)?),
            Event::NotEvaluated { node, message } => {
                let text = self.news(node, message)?;
                // Who else has an error of an evaluation is in the summary.
                self.first(node, message).is_none().then(|| format!("{node}: not evaluated\n{text}"))?
            }
            Event::Evaluated { node, status: CacheStatus::Unknown } => format!("{node}: evaluated"),
            Event::Evaluated { node, status } => format!("{node}: evaluated: {status}"),
            Event::Paused { rollout, digest, batch, seconds, approvers } => {
                let what = match approvers.join(" or ") {
                    none if none.is_empty() => String::new(),
                    names => format!(" --digest {digest} --batch {batch}, by {names}"),
                };
                format!(
                    "rollout {rollout}: paused after batch {batch}, for {seconds} s at most (plan {digest})\n  help: to go on, netlib approve {rollout}{what}"
                )
            }
            Event::Resumed { rollout, detail } => format!("rollout {rollout}: goes on: {detail}"),
            Event::Reverted { rollout, node, detail } => format!("rollout {rollout}: reverted {node}: {detail}"),
            Event::Interrupted { activating } => interrupted(activating),
            Event::StepStarted { step } => format!("{}: started", steps.name(step)),
            Event::StepOutput { step, line, .. } => format!("{} | {line}", steps.owner(step)),
            // The same words whoever finds out first.
            Event::StepFinished { step, result: StepResult::Offline(message), .. } => {
                format!("{0}: offline\n{1}", steps.owner(step), self.news(steps.owner(step), message)?)
            }
            Event::StepFinished { step, result, seconds } => {
                format!("{}: {}", steps.name(step), self.ended((result, *seconds), steps.owner(step))?)
            }
        })
    }

    /// A message about a node, unless it was said: the node's own comes as soon as it is known, and its steps fail with it.
    fn news(&mut self, node: &str, message: &str) -> Option<String> {
        let is_same = |told: &String| message.ends_with(told.as_str()) || told.ends_with(message);
        if self.messages.get(node).is_some_and(is_same) {
            return None;
        }
        self.messages.insert(node.to_owned(), message.to_owned());
        Some(indented(message))
    }

    /// Another node for which the same was said before, but for the name.
    fn first(&mut self, node: &str, message: &str) -> Option<String> {
        let first = self.reasons.entry(message.replace(node, "")).or_insert_with(|| node.to_owned());
        (first != node).then(|| first.clone())
    }

    fn ended(&mut self, (result, seconds): (&StepResult, f64), node: &str) -> Option<String> {
        let took = took(seconds);
        Some(match result {
            StepResult::Done(detail) if detail.is_empty() => format!("done in {took}"),
            StepResult::Done(detail) => format!("done in {took}: {detail}"),
            StepResult::Skipped(Skip::MayBeOffline(_)) => return None,
            StepResult::Skipped(why) => why.to_string(),
            StepResult::Failed(message) => {
                let text = self.news(node, message)?;
                match self.first(node, message) {
                    Some(first) => format!("failed after {took}, as {first}"),
                    None => format!("failed after {took}\n{text}"),
                }
            }
            StepResult::Aborted(why) => format!("not started: {why}"),
            StepResult::Blocked(by) => format!("blocked by {by}"),
            StepResult::Offline(_) | StepResult::NotStarted(_) | StepResult::Cancelled => return None,
        })
    }
}

/// What an interrupt means, in one or two lines.
pub fn interrupted(activating: &[String]) -> String {
    let waiting = match activating {
        [] => "No host is being activated.".to_owned(),
        hosts => format!("Waiting for activations to reach a safe state: {}.", hosts.join(", ")),
    };
    format!("Interrupted: no new steps. {waiting}\nCtrl-C again leaves at once.")
}

fn indented(message: &str) -> String {
    let lines: Vec<String> = message.trim_end().lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

fn took(seconds: f64) -> String {
    let whole = seconds as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        _ => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::example;
    use insta::assert_snapshot;
    use netlib_core::event::Skip;
    use netlib_core::graph::Graph;

    fn finished(step: &str, result: StepResult, seconds: u32) -> Event {
        Event::StepFinished { step: step.to_owned(), result, seconds: seconds.into() }
    }

    #[test]
    fn a_whole_run() {
        let graph = Graph::from_steps(&example().steps).unwrap();
        let output = Event::StepOutput { step: "build:alpha".to_owned(), stream: None, line: "building…".to_owned() };
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
            finished(
                "copy:beta",
                StepResult::Failed("step `copy:beta`: node `beta` does not evaluate: boom\nat once".to_owned()),
                1,
            ),
            Event::StepStarted { step: "build:alpha".to_owned() },
            output,
            finished("build:alpha", StepResult::Done(String::new()), 3),
            finished("activate:alpha", StepResult::Done("new system".to_owned()), 75),
            finished("activate:beta", StepResult::Skipped(Skip::UpToDate), 0),
            finished("build:gamma", StepResult::Failed("node gamma\nerror: boom\n".to_owned()), 1),
            finished("copy:gamma", StepResult::Blocked("build:gamma".to_owned()), 0),
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
            Event::Reverted {
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
        let steps = Steps::new(graph.steps());
        let text: Vec<String> = events.iter().filter_map(|event| lines.of(event, &steps)).collect();
        assert_snapshot!(text.join("\n"));
    }
}
