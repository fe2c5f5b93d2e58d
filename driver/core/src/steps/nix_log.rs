//! Nix's machine-readable log (`--log-format internal-json`): progress for people, and what went wrong.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::failure::{StepFailure, indented};
use crate::process::{ProcessError, Tail, quote_argv};
use crate::text::clean_text;

const COPY_PATH: u64 = 100;
const LOG_LINE: u64 = 101;
const COPY_PATHS: u64 = 103;
const BUILD: u64 = 105;
const PROGRESS: u64 = 105;
const POST_BUILD_LINE: u64 = 107;

/// So many builds may run at a time, and so many errors are kept: a host may have Nix say anything, without end.
const MOST: usize = 1024;
const MOST_ERRORS: usize = 64;
/// Most characters of one error.
const LONGEST_ERROR: usize = 64 * 1024;

/// What a call of Nix has said so far.
#[derive(Debug, Default)]
pub(super) struct NixLog {
    /// The names of what is built now.
    builds: BTreeMap<u64, String>,
    copies: Option<u64>,
    shown_tenths: u64,
    copied_paths: usize,
    errors: Vec<String>,
    tail: Tail,
}

#[derive(Deserialize)]
struct Record {
    action: String,
    #[serde(default)]
    id: u64,
    #[serde(rename = "type", default)]
    kind: u64,
    #[serde(default)]
    level: u64,
    #[serde(default)]
    fields: Vec<Value>,
    raw_msg: Option<String>,
    msg: Option<String>,
}

impl NixLog {
    /// Takes one line of stderr; returns what is worth showing.
    pub(super) fn read(&mut self, line: &str) -> Option<String> {
        let Some(json) = line.strip_prefix("@nix ") else {
            let line = Some(clean_text(line)).filter(|line| !line.trim().is_empty())?;
            self.tail.push(&line);
            return Some(line);
        };
        let record: Record = serde_json::from_str(json).ok()?;
        let subject = record.fields.first().and_then(Value::as_str);
        let mut shown = None;
        match (record.action.as_str(), record.kind) {
            ("start", BUILD) => {
                let name = short_name(&clean_text(subject?)).to_owned();
                shown = Some(format!("building {name}"));
                if self.builds.len() < MOST {
                    self.builds.insert(record.id, name);
                }
            }
            ("start", COPY_PATH) => self.copied_paths += 1,
            ("start", COPY_PATHS) => self.copies = Some(record.id),
            ("stop", _) => drop(self.builds.remove(&record.id)),
            ("result", LOG_LINE | POST_BUILD_LINE) => {
                let line = format!("{}> {}", self.builds.get(&record.id)?, clean_text(subject?));
                self.tail.push(&line);
                shown = Some(line);
            }
            ("result", PROGRESS) if self.copies == Some(record.id) => shown = self.progress(&record.fields),
            ("msg", _) => shown = self.message(record.level, &record.raw_msg.or(record.msg)?),
            _ => {}
        }
        shown
    }

    /// One line for every tenth of the way.
    fn progress(&mut self, fields: &[Value]) -> Option<String> {
        let (done, expected) = (fields.first()?.as_u64()?, fields.get(1)?.as_u64()?);
        let tenths = done.saturating_mul(10).checked_div(expected)?;
        if tenths <= self.shown_tenths {
            return None;
        }
        self.shown_tenths = tenths;
        Some(format!("copied {done} of {expected} paths"))
    }

    fn message(&mut self, level: u64, text: &str) -> Option<String> {
        let text = clean_text(text).trim().to_owned();
        if level == 0 && self.errors.len() < MOST_ERRORS {
            self.errors.push(text.chars().take(LONGEST_ERROR).collect());
        }
        // Hosts in a network of their own are no reason to warn once for every command.
        let is_shown = level == 1 && !text.is_empty() && !text.contains("you don't have Internet access");
        is_shown.then_some(text)
    }

    /// How many paths were copied.
    pub(super) fn copied_paths(&self) -> usize {
        self.copied_paths
    }

    /// What Nix and the programs that it ran said went wrong: errors, and the end of what was built.
    pub(super) fn complaint(&self) -> String {
        let mut parts = self.errors.clone();
        parts.push(self.tail.text());
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    /// Why Nix failed.
    pub(super) fn failure(&self, doing: &str, error: ProcessError) -> StepFailure {
        let ProcessError::Failed { argv, status, stderr_tail } = &error else {
            return error.into();
        };
        let said = Some(self.complaint()).filter(|said| !said.is_empty()).unwrap_or_else(|| stderr_tail.clone());
        let first = self.errors.first().and_then(|error| error.lines().next());
        let first = first.map(|first| format!(": {first}")).unwrap_or_default();
        let command = format!("{} ({status})", quote_argv(argv));
        let text = format!("{doing} failed{first}{}\n  command: {command}{}", indented(&said), advice(&said));
        StepFailure::Nix(text)
    }
}

/// What to do about complaints of Nix that have one remedy: in the words of 2.26 and of 2.34.
fn advice(said: &str) -> &'static str {
    let has = |words: &str| said.contains(words);
    if has("is required to build") || has("Required system:") {
        "\n  what to do: this machine cannot build for that system; correct `nodes.<name>.system`, or give this machine a remote builder or emulation for it"
    } else if has("builder") {
        "\n  the whole log: nix log, with the derivation that failed"
    } else {
        ""
    }
}

/// `hello-1.0` of `/nix/store/<hash>-hello-1.0.drv`.
fn short_name(drv: &str) -> &str {
    let name = drv.rsplit('/').next().unwrap_or(drv);
    let name = name.split_once('-').map_or(name, |(_, name)| name);
    name.strip_suffix(".drv").unwrap_or(name)
}

#[cfg(test)]
mod tests;
