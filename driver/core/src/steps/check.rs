//! Looks whether a node is healthy, from wherever its checks are made.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;

use super::programs::{Programs, Ready};
use super::{Show, StepFailure, Tried};
use crate::event::EventSink;
use crate::host::HostError;
use crate::host::script::{self, Health, HealthMode, Verdict};
use crate::plan::{Node, RunsOn};

/// What one place says of a node.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The place.
    pub place: RunsOn,
    /// What it found, or why it could not look.
    pub result: Tried<Verdict>,
}

impl Seen {
    /// Whether the place looked, and all was well.
    pub fn is_healthy(&self) -> bool {
        self.result.as_ref().is_ok_and(|verdict| verdict.is_healthy)
    }
}

impl Programs {
    /// Makes the checks of a node once, from all their places. Steps are named `check:NODE`.
    pub async fn look(&self, node: &str, events: &EventSink) -> Vec<Seen> {
        let asked = Look { node, from: |_| true, mode: HealthMode::Once };
        look(self, asked, &|line| events.show(&format!("check:{node}"), line)).await
    }
}

/// A look at a node.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    /// Whom to look at.
    pub node: &'a str,
    /// Only from these places.
    pub from: fn(&RunsOn) -> bool,
    /// Until when.
    pub mode: HealthMode,
}

impl<'a> Look<'a> {
    /// As the node sees itself.
    pub(super) fn by_itself(node: &'a str, mode: HealthMode) -> Self {
        Self { node, from: |place| *place == RunsOn::Subject, mode }
    }

    /// As all others see it.
    pub(super) fn from_elsewhere(node: &'a str, mode: HealthMode) -> Self {
        Self { node, from: |place| *place != RunsOn::Subject, mode }
    }
}

/// Makes the checks of a node from all their places at the same time.
pub(super) async fn look(programs: &Programs, look: Look<'_>, show: Show<'_>) -> Vec<Seen> {
    let Some(planned) = programs.parts.plan.nodes.get(look.node) else {
        return Vec::new();
    };
    let places = planned.checks.values().flat_map(|check| &check.from);
    let places: BTreeSet<&RunsOn> = places.filter(|place| (look.from)(place)).collect();
    let asked = places.into_iter().map(async |place| {
        let show = |line| show(format!("from {place}: {line}"));
        Seen { place: place.clone(), result: ask(programs, (planned, place, look), &show).await }
    });
    join_all(asked).await
}

async fn ask(programs: &Programs, (planned, on, look): (&Node, &RunsOn, Look<'_>), show: Show<'_>) -> Tried<Verdict> {
    let ready = programs.at(&on.seen_from(look.node)).await?;
    let health = health(planned, on, &ready, look.mode);
    let asked = script::check(&*ready.host, look.mode, &health, show);
    let asked = programs.parts.settings.cancel.run_until_cancelled(asked).await;
    Ok(asked.ok_or(StepFailure::Interrupted)??)
}

/// What a machine has to look at, by the paths that it has there.
pub(super) fn health(planned: &Node, place: &RunsOn, ready: &Ready, mode: HealthMode) -> Health {
    let (settles, made_there) = (mode == HealthMode::Settle, || planned.checks_from(place));
    let checks = made_there().map(|(name, check)| {
        // Where nothing was started a moment ago, there is nothing to wait for.
        let words = if settles { &check.settle } else { &check.glance };
        format!("{} {words} {name}", ready.program(&check.program))
    });
    let longest = made_there().map(|(_, check)| check.longest).max().unwrap_or_default();
    let deadline = if mode == HealthMode::Once { longest } else { planned.health.healthy_deadline };
    let healthy_time = if settles { planned.health.min_healthy_time } else { 0 };
    let [deadline, healthy_time] = [deadline, healthy_time].map(Duration::from_secs);
    Health { checks: checks.collect(), healthy_time, deadline }
}

/// Whether the node is healthy. A place that does not answer itself says nothing, as long as another one looked.
pub(super) fn judge(node: &str, seen: &[Seen]) -> Tried<String> {
    let mut bad = Vec::new();
    let mut silent = Vec::new();
    let mut checks = BTreeSet::new();
    for Seen { place, result } in seen {
        match result {
            Ok(verdict) if verdict.is_healthy => {
                checks.extend(verdict.checks.iter().map(|check| check.name.clone()));
            }
            Ok(verdict) => bad.push(format!("seen from {}: {}", describe(place), verdict.why)),
            Err(StepFailure::Interrupted) => return Err(StepFailure::Interrupted),
            Err(StepFailure::Host(error) | StepFailure::Connect(error)) if is_silent(error) => {
                silent.push(format!("{} could not look: {error}", describe(place)));
            }
            Err(error) => bad.push(format!("{} could not look: {error}", describe(place))),
        }
    }
    if bad.is_empty() && (silent.is_empty() || !checks.is_empty()) {
        let checks: Vec<String> = checks.into_iter().collect();
        let without = if silent.is_empty() { String::new() } else { format!(" ({})", silent.join("; ")) };
        return Ok(format!("healthy: {}{without}", checks.join(", ")));
    }
    bad.extend(silent);
    let why = bad.join("\n  ");
    Err(StepFailure::Because(format!(
        "node `{node}` is not healthy\n  {why}\n  help: correct the cause and deploy again; to look again: netlib check --on {node}"
    )))
}

fn is_silent(error: &HostError) -> bool {
    error.is_offline() || matches!(error, HostError::Disconnected(_))
}

/// The place, for people.
pub(super) fn describe(place: &RunsOn) -> String {
    match place {
        RunsOn::Subject => "the node itself".to_owned(),
        RunsOn::Deployer => "the deployer".to_owned(),
        RunsOn::Node(node) => format!("node `{node}`"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_was_left_alone_is_not_waited_for() {
        let planned: Node = serde_json::from_value(serde_json::json!({
            "checks": { "one": { "program": "check-a.one", "from": ["self"], "settle": "9 2 5 2 3", "glance": "0 2 5 1 3",
                                 "longest": 38 } },
            "health": { "minHealthyTime": 7, "healthyDeadline": 60 },
        }))
        .unwrap();
        let ready = Ready {
            host: Arc::new(crate::host::Deployer::new(std::path::Path::new("/run"))),
            path: "/programs".to_owned(),
        };
        let asked = |mode| {
            let Health { checks, healthy_time, deadline } = health(&planned, &RunsOn::Subject, &ready, mode);
            (checks.concat(), healthy_time.as_secs(), deadline.as_secs())
        };
        let line = |words: &str| format!("/programs/bin/check-a.one {words} one");
        assert_eq!(asked(HealthMode::Settle), (line("9 2 5 2 3"), 7, 60));
        assert_eq!(asked(HealthMode::Glance), (line("0 2 5 1 3"), 0, 60));
        assert_eq!(asked(HealthMode::Once), (line("0 2 5 1 3"), 0, 38));
    }
}
