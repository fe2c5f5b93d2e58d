//! Events as JSON, one object a line: what `netlib deploy --json` prints. Documented in docs/events.md.

use std::io::Write;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::readers::Reader;
use super::summary::Summary;
use crate::evaluate::CacheStatus;
use crate::event::{Event, StepResult, WalkStep};

/// Version of the events' schema. It grows when a reader of the old one would misunderstand the new one.
pub const SCHEMA: u64 = 1;

/// Writes one JSON object a line, flushed, so that a reader sees each event when it happens.
pub struct JsonLines<W> {
    to: W,
    clock: fn() -> SystemTime,
}

impl<W: Write + Send> JsonLines<W> {
    /// Writes the first event, which names the schema.
    #[must_use]
    pub fn begin(to: W, command: &str) -> Self {
        Self::with_clock(to, command, SystemTime::now)
    }

    fn with_clock(to: W, command: &str, clock: fn() -> SystemTime) -> Self {
        let mut lines = Self { to, clock };
        let version = env!("CARGO_PKG_VERSION");
        let fields = json!({ "schema": SCHEMA, "netlib": version, "command": command });
        lines.write("begin", &fields);
        lines
    }

    fn write(&mut self, name: &str, fields: &Value) {
        let time = humantime::format_rfc3339_millis((self.clock)()).to_string();
        let mut line = Map::new();
        line.insert("event".to_owned(), name.into());
        line.insert("time".to_owned(), time.into());
        line.extend(fields.as_object().cloned().unwrap_or_default());
        // A reader that went away must not stop the run.
        let _ = writeln!(self.to, "{}", Value::Object(line));
        let _ = self.to.flush();
    }
}

impl<W: Write + Send> Reader for JsonLines<W> {
    fn read(&mut self, event: &Event) {
        let (name, fields) = described(event);
        self.write(name, &fields);
    }
}

fn described(event: &Event) -> (&'static str, Value) {
    match event {
        Event::Phase(text) => ("phase", json!({ "text": text })),
        Event::Warning(text) => ("warning", json!({ "text": text })),
        Event::Online { node } => ("online", json!({ "node": node })),
        Event::Offline { node, message } => ("offline", json!({ "node": node, "message": message })),
        Event::Evaluated { node, status } => ("evaluated", evaluated(node, *status)),
        Event::NotEvaluated { node, message } => ("notEvaluated", json!({ "node": node, "message": message })),
        Event::WalkStarted { steps } => {
            let steps: Vec<Value> = steps.iter().map(walk_step).collect();
            ("walkStarted", json!({ "steps": steps }))
        }
        Event::StepStarted { step } => ("stepStarted", json!({ "step": step })),
        Event::StepOutput { step, line } => ("stepOutput", json!({ "step": step, "line": line })),
        Event::CommandOutput { step, stream, line } => {
            ("stepOutput", json!({ "step": step, "stream": stream.name(), "line": line }))
        }
        Event::StepFinished { step, result, elapsed } => {
            let mut fields = json!({ "step": step, "seconds": elapsed.as_secs_f64() });
            merge(&mut fields, result_fields(result));
            ("stepFinished", fields)
        }
        Event::Interrupted { activating } => ("interrupted", json!({ "activating": activating })),
        Event::Paused { rollout, digest, batch, seconds, approvers } => (
            "paused",
            json!({
                "rollout": rollout, "digest": digest, "batch": batch, "seconds": seconds, "approvers": approvers,
            }),
        ),
        Event::Resumed { rollout, detail } => ("resumed", json!({ "rollout": rollout, "detail": detail })),
        Event::TakenBack { rollout, node, detail } => {
            ("takenBack", json!({ "rollout": rollout, "node": node, "detail": detail }))
        }
        Event::Summary(summary) => ("summary", summary_fields(summary)),
        Event::Error(message) => ("error", json!({ "message": message })),
    }
}

/// What building takes is said where somebody looked.
fn evaluated(node: &str, status: CacheStatus) -> Value {
    let (status, build, fetch) = match status {
        CacheStatus::Unknown => return json!({ "node": node }),
        CacheStatus::Local => ("local", 0, 0),
        CacheStatus::Cached { fetch } => ("cached", 0, fetch),
        CacheStatus::NotBuilt { build, fetch } => ("notBuilt", build, fetch),
    };
    json!({ "node": node, "cacheStatus": status, "builds": build, "fetches": fetch })
}

fn walk_step(step: &WalkStep) -> Value {
    json!({ "id": step.id, "kind": step.kind, "node": step.node })
}

fn result_fields(result: &StepResult) -> Value {
    match result {
        StepResult::Done(detail) => json!({ "result": "done", "detail": detail }),
        StepResult::Skipped(why) => json!({ "result": "skipped", "detail": why }),
        StepResult::Failed(message) => json!({ "result": "failed", "message": message }),
        StepResult::Offline(message) => json!({ "result": "offline", "message": message }),
        StepResult::Blocked { by } => json!({ "result": "blocked", "by": by }),
        StepResult::NotStarted { because } => json!({ "result": "notStarted", "by": because }),
        StepResult::Aborted(why) => json!({ "result": "aborted", "detail": why }),
        StepResult::Cancelled => json!({ "result": "interrupted" }),
    }
}

fn summary_fields(summary: &Summary) -> Value {
    let nodes = summary.rows.iter().map(|row| {
        let fields = json!({ "result": row.result.word(), "detail": row.detail });
        (row.node.clone(), fields)
    });
    let rollouts = summary.rollouts.iter().map(|report| {
        let fields = json!({ "result": report.state.word(), "detail": report.detail });
        (report.id.clone(), fields)
    });
    json!({
        "success": summary.is_success(),
        "nodes": Value::Object(nodes.collect()),
        "rollouts": Value::Object(rollouts.collect()),
    })
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

#[cfg(test)]
mod tests;
