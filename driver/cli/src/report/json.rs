//! Events as JSON, one object a line: what `netlib deploy --json` prints. Documented in docs/events.md.

use std::io::Write;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::{Value, json};

use super::readers::{Reader, Steps};
use netlib_core::event::Event;

/// Version of the events' schema. It grows when a reader of the old one would misunderstand the new one.
pub const SCHEMA: u64 = 2;

/// Writes one JSON object a line, flushed, so that a reader sees each event when it happens.
pub struct JsonLines<W>(W);

impl<W: Write + Send> JsonLines<W> {
    /// Writes the first event, which names the schema.
    pub fn begin(to: W, command: &str) -> Self {
        let (mut lines, version) = (Self(to), env!("CARGO_PKG_VERSION"));
        lines.write(json!({ "event": "begin", "schema": SCHEMA, "netlib": version, "command": command }));
        lines
    }

    fn write(&mut self, event: impl Serialize) {
        let time = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        // Events have names of text only, so there is nothing that JSON could not hold.
        let Ok(Value::Object(mut line)) = serde_json::to_value(event) else { return };
        line.shift_insert(1, "time".to_owned(), time.into());
        // A reader that went away must not stop the run.
        let _ = writeln!(self.0, "{}", Value::Object(line));
        let _ = self.0.flush();
    }
}

impl<W: Write + Send> Reader for JsonLines<W> {
    fn read(&mut self, event: &Event, _: &Steps) {
        self.write(event);
    }
}

#[cfg(test)]
mod tests;
