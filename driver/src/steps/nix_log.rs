//! Nix's machine-readable log (`--log-format internal-json`): progress for people, and what is needed to explain a failure.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde_json::Value;

use crate::process::Tail;
use crate::text::clean_text;

const COPY_PATH: u64 = 100;
const COPY_PATHS: u64 = 103;
const BUILD: u64 = 105;
const LOG_LINE: u64 = 101;
const POST_BUILD_LINE: u64 = 107;
const PROGRESS: u64 = 105;

/// Logs of this many ended builds are kept: enough to find the one that failed.
const KEPT: usize = 32;
/// So many builds may run at a time, and so many errors are kept: a host may have Nix say anything, without end.
const MOST: usize = 1024;
const MOST_ERRORS: usize = 64;
/// Most characters of one error.
const LONGEST_ERROR: usize = 64 * 1024;

/// What a call of Nix has said so far.
#[derive(Debug, Default)]
pub(super) struct NixLog {
    builds: BTreeMap<u64, BuildLog>,
    ended: VecDeque<BuildLog>,
    copies: Option<u64>,
    shown_percent: u64,
    copied_paths: usize,
    errors: Vec<String>,
    plain: Tail,
}

#[derive(Debug)]
struct BuildLog {
    drv: String,
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
            self.plain.push(line);
            return (!line.trim().is_empty()).then(|| clean_text(line));
        };
        let record: Record = serde_json::from_str(json).ok()?;
        match record.action.as_str() {
            "start" => self.start(&record),
            "stop" => self.stop(record.id),
            "result" => self.result(&record),
            "msg" => self.message(record),
            _ => None,
        }
    }

    fn start(&mut self, record: &Record) -> Option<String> {
        let subject = record.fields.first().and_then(Value::as_str);
        match (record.kind, subject) {
            (BUILD, Some(drv)) => {
                let drv = clean_text(drv);
                let shown = format!("building {}", short_name(&drv));
                let build = BuildLog { drv, tail: Tail::default() };
                if self.builds.len() < MOST {
                    self.builds.insert(record.id, build);
                }
                Some(shown)
            }
            (COPY_PATH, Some(_)) => {
                self.copied_paths += 1;
                None
            }
            (COPY_PATHS, _) => {
                self.copies = Some(record.id);
                None
            }
            _ => None,
        }
    }

    fn stop(&mut self, id: u64) -> Option<String> {
        self.ended.extend(self.builds.remove(&id));
        if self.ended.len() > KEPT {
            self.ended.pop_front();
        }
        None
    }

    fn result(&mut self, record: &Record) -> Option<String> {
        match record.kind {
            LOG_LINE | POST_BUILD_LINE => {
                let line = clean_text(record.fields.first()?.as_str()?);
                let build = self.builds.get_mut(&record.id)?;
                build.tail.push(&line);
                Some(format!("{}> {line}", short_name(&build.drv)))
            }
            PROGRESS if self.copies == Some(record.id) => self.progress(&record.fields),
            _ => None,
        }
    }

    /// One line for every tenth of the way.
    fn progress(&mut self, fields: &[Value]) -> Option<String> {
        let (done, expected) = (fields.first()?.as_u64()?, fields.get(1)?.as_u64()?);
        let percent = done.saturating_mul(100).checked_div(expected)?;
        if done == 0
            || (percent < self.shown_percent.saturating_add(10) && done < expected)
            || percent == self.shown_percent
        {
            return None;
        }
        self.shown_percent = percent;
        Some(format!("copied {done} of {expected} paths"))
    }

    fn message(&mut self, record: Record) -> Option<String> {
        let text = record.raw_msg.or(record.msg)?;
        let text = clean_text(&text).trim().to_owned();
        if record.level == 0 {
            if self.errors.len() < MOST_ERRORS {
                self.errors.push(text.chars().take(LONGEST_ERROR).collect());
            }
            return None;
        }
        // Hosts in a network of their own are no reason to warn once for every command.
        let is_shown = record.level == 1 && !text.is_empty() && !text.contains("you don't have Internet access");
        is_shown.then_some(text)
    }

    /// How many paths were copied.
    pub(super) fn copied_paths(&self) -> usize {
        self.copied_paths
    }

    /// The derivation whose builder failed first; none when Nix failed for another reason.
    pub(super) fn failed_derivation(&self) -> Option<String> {
        let blamed = self.errors.iter().find(|error| error.contains("builder"))?;
        quoted_derivation(blamed)
    }

    /// The end of a build's log, as far as it came by here.
    pub(super) fn build_log(&self, drv: &str) -> Option<String> {
        let all = self.builds.values().chain(&self.ended);
        all.filter(|build| build.drv == drv).map(|build| build.tail.text()).find(|text| !text.is_empty())
    }

    /// What Nix and the programs that it ran said went wrong.
    pub(super) fn complaint(&self) -> String {
        let mut parts = self.errors.clone();
        parts.push(self.plain.text());
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    /// The first line of the error that names a derivation, without the log that Nix repeats below it.
    pub(super) fn headline(&self, drv: &str) -> Option<String> {
        let error = self.errors.iter().find(|error| error.contains(drv))?;
        let lines = error.lines().map(str::trim);
        let lines = lines.take_while(|line| !is_log_excerpt(line));
        let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        Some(text.trim_start_matches("error: ").trim_end_matches(';').to_owned())
    }
}

fn is_log_excerpt(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.starts_with("last ") && line.contains("log lines") || line.starts_with("output paths:")
}

fn quoted_derivation(text: &str) -> Option<String> {
    text.split('\'').find(|word| word.starts_with('/') && word.ends_with(".drv")).map(str::to_owned)
}

/// `hello-1.0` of `/nix/store/<hash>-hello-1.0.drv`.
fn short_name(drv: &str) -> &str {
    let name = drv.rsplit('/').next().unwrap_or(drv);
    let name = name.split_once('-').map_or(name, |(_, name)| name);
    name.strip_suffix(".drv").unwrap_or(name)
}

#[cfg(test)]
mod tests;
