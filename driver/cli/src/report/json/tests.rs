//! Tests of the JSON lines: one event of each sort.

use insta::assert_snapshot;

use super::*;
use crate::report::summary::{Row, Summary};
use crate::report::tests::example;
use netlib_core::event::{CacheStatus, Skip, StepResult};
use netlib_core::graph::Graph;
use netlib_core::process::Stream;
use netlib_core::rollout::RolloutReport;

fn finished(step: &str, result: StepResult) -> Event {
    Event::StepFinished { step: step.to_owned(), result, seconds: 1.5 }
}

fn events() -> Vec<Event> {
    let graph = Graph::from_steps(&example().steps).unwrap();
    let by = || "build:gamma".to_owned();
    let row = Row { result: "changed", detail: "switched".to_owned() };
    vec![
        Event::Phase("reading .".to_owned()),
        Event::Warning("old\n\"quoted\"".to_owned()),
        Event::Online { node: "alpha".to_owned() },
        Event::Offline { node: "beta".to_owned(), message: "cannot connect".to_owned() },
        Event::Evaluated { node: "alpha".to_owned(), status: CacheStatus::NotBuilt { build: 2, fetch: 3 } },
        Event::NotEvaluated { node: "beta".to_owned(), message: "boom".to_owned() },
        Event::WalkStarted { steps: graph.steps().take(2).cloned().collect() },
        Event::StepStarted { step: "build:alpha".to_owned() },
        Event::StepOutput { step: "build:alpha".to_owned(), stream: None, line: "building…".to_owned() },
        Event::StepOutput {
            step: "exec:alpha".to_owned(),
            stream: Some(Stream::Stderr),
            line: "no such file".to_owned(),
        },
        finished("build:alpha", StepResult::Done("built".to_owned())),
        finished("copy:alpha", StepResult::Skipped(Skip::UpToDate)),
        finished("build:gamma", StepResult::Failed("boom".to_owned())),
        finished("build:beta", StepResult::Offline("silence".to_owned())),
        finished("copy:gamma", StepResult::Blocked(by())),
        finished("copy:delta", StepResult::NotStarted(by())),
        finished("activate:alpha", StepResult::Cancelled),
        Event::Interrupted { activating: vec!["alpha".to_owned()] },
        Event::Paused {
            rollout: "web".to_owned(),
            digest: "0123456789abcdef".to_owned(),
            batch: 1,
            seconds: 600,
            approvers: vec!["anna".to_owned()],
        },
        Event::Resumed { rollout: "web".to_owned(), detail: "approved by ann@desk".to_owned() },
        Event::Reverted {
            rollout: "web".to_owned(),
            node: "beta".to_owned(),
            detail: "runs the old system again".to_owned(),
        },
        finished("gate:web:2", StepResult::Aborted("1 node failed".to_owned())),
        Event::Summary(
            Summary {
                nodes: [("alpha".to_owned(), row)].into(),
                has_failed_elsewhere: false,
                rollouts: vec![RolloutReport {
                    id: "web".to_owned(),
                    state: "rolledBack",
                    detail: "0 of 1 node healthy".to_owned(),
                    reverted: std::collections::BTreeMap::new(),
                }],
            }
            .document(),
        ),
        Event::Error("the network does not evaluate".to_owned()),
    ]
}

#[test]
fn every_event_is_one_line() {
    let mut text = Vec::new();
    let mut lines = JsonLines::begin(&mut text, "deploy");
    for event in events() {
        lines.read(&event, &Steps::default());
    }
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), events().len() + 1);
    let timeless = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        assert!(value["event"].is_string());
        humantime::parse_rfc3339(value["time"].as_str().unwrap()).unwrap();
        value["time"] = json!("TIME");
        value.to_string()
    };
    let lines: Vec<String> = text.lines().map(timeless).collect();
    assert_snapshot!(lines.join("\n").replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn the_documentation_names_every_event() {
    let documented = include_str!("../../../../../docs/events.md");
    for event in events() {
        let fields = serde_json::to_value(&event).unwrap();
        let name = fields["event"].as_str().unwrap();
        assert!(documented.contains(&format!("| `{name}` |")), "{name}");
        for field in fields.as_object().unwrap().keys() {
            assert!(documented.contains(&format!("`{field}`")), "{name}: {field}");
        }
    }
}
