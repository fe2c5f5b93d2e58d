//! What nix-eval-jobs writes to stderr: errors of the whole run, killed workers, warnings that belong to no node.

use std::collections::VecDeque;

use super::record::death;
use crate::evaluate::NixError;
use crate::text::clean_text;

/// Most lines that are kept: the trace of one error of the whole.
const LINES: usize = 4000;

/// How a warning of the configuration begins.
const WARNING: &str = "evaluation warning:";

/// What it has said so far.
#[derive(Debug, Default)]
pub(super) struct StdErr {
    lines: VecDeque<String>,
    /// Warnings of the configurations, in the order in which they came.
    pub warnings: Vec<String>,
    killed: Option<Death>,
}

/// The end of a worker before its time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Death {
    /// What it evaluated; none if it was about to begin.
    pub node: Option<String>,
    /// For example `got killed by SIGKILL, …`.
    pub how: String,
}

impl StdErr {
    /// Takes in a line.
    pub(super) fn read(&mut self, line: &str) {
        let line = clean_text(line);
        let text = line.trim().trim_start_matches("trace: ");
        if let Some(warning) = text.strip_prefix(WARNING) {
            self.warnings.push(warning.trim().to_owned());
        }
        if let Some(how) = death(&line) {
            self.killed = Some(Death { node: attribute(&line).map(str::to_owned), how: how.to_owned() });
        }
        self.lines.push_back(line);
        if self.lines.len() > LINES {
            self.lines.pop_front();
        }
    }

    /// The worker that was killed.
    pub(super) fn killed(&self) -> Option<&Death> {
        self.killed.as_ref()
    }

    /// The error that ended the run.
    pub(super) fn error(&self) -> NixError {
        // Each worker says it, and the main process repeats it in one line.
        let repeats = |line: &&String| !line.starts_with("error: worker error:");
        let lines: Vec<&str> = self.lines.iter().filter(repeats).map(String::as_str).collect();
        let text = if lines.iter().any(|line| line.starts_with("error")) {
            lines.join("\n")
        } else {
            let all: Vec<&str> = self.lines.iter().map(String::as_str).collect();
            all.join("\n").replace("error: worker error: ", "")
        };
        NixError::from_text(&text)
    }
}

/// For example `alpha` of `… result for attrPath 'alpha', evaluation worker …`.
fn attribute(line: &str) -> Option<&str> {
    let (_, from) = line.split_once("attrPath '")?;
    let (name, _) = from.split_once('\'')?;
    (!name.is_empty()).then_some(name)
}
