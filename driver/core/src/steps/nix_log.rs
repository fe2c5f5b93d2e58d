//! What Nix says on its way (`--log-format bar-with-logs`, without a terminal): progress for people, and what went wrong.

use super::failure::{StepFailure, indented};
use crate::process::{End, ProcessError, Tail, quote_argv};
use crate::table;
use crate::text::clean_text;

/// How Nix is asked for such a log.
pub(super) const FORMAT: [&str; 2] = ["--log-format", "bar-with-logs"];

/// Most characters of the first error: a host may have Nix say anything, without end.
const LONGEST_ERROR: usize = 4096;

/// What a call of Nix has said so far.
#[derive(Debug, Default)]
pub(super) struct NixLog {
    /// How many paths are to be copied to a host.
    paths: usize,
    /// How many were.
    pub(super) copied_paths: usize,
    error: String,
    tail: Tail,
}

impl NixLog {
    /// Takes one line of stderr; returns what is worth showing.
    pub(super) fn read(&mut self, line: &str) -> Option<String> {
        let line = clean_text(line).trim_end().to_owned();
        // Hosts in a network of their own are no reason to warn once for every command, and each build is told when it begins.
        let is_noise = line.contains("you don't have Internet access") || line.starts_with("  /nix/store/");
        if line.is_empty() || is_noise {
            return None;
        }
        if line.starts_with("copying path '") {
            return self.progress();
        }
        if let Some(count) = line.strip_prefix("copying ").and_then(|rest| rest.strip_suffix(" paths...")) {
            self.paths = count.parse().unwrap_or_default();
        }
        self.tail.push(&line);
        if let Some(error) = line.strip_prefix("error: ").filter(|_| self.error.is_empty()) {
            self.error = error.chars().take(LONGEST_ERROR).collect();
        }
        // The failure tells errors; what is indented belongs to one.
        (!line.starts_with("error: ") && !line.starts_with("  ")).then_some(line)
    }

    /// One line for every tenth of the way.
    fn progress(&mut self) -> Option<String> {
        self.copied_paths += 1;
        let (copied, paths) = (self.copied_paths, self.paths);
        let tenths = |copied: usize| copied.saturating_mul(10).checked_div(paths);
        (tenths(copied)? > tenths(copied - 1)?).then(|| format!("copying path {copied} of {paths}"))
    }

    /// The end of what Nix and the programs that it ran said.
    pub(super) fn complaint(&self) -> String {
        self.tail.text()
    }

    /// Why Nix failed.
    pub(super) fn failure(&self, doing: &str, error: ProcessError) -> StepFailure {
        let ProcessError { argv, end: End::Status(status), .. } = &error else {
            return error.into();
        };
        let said = self.complaint();
        let first = if self.error.is_empty() { String::new() } else { format!(": {}", self.error) };
        let command = format!("{} ({status})", quote_argv(argv));
        let advice = table::said(include_str!("nix_log.txt"), |words| said.contains(words));
        let advice = if advice.is_empty() { String::new() } else { format!("\n  {advice}") };
        let text = format!("{doing} failed{first}{}\n  command: {command}{advice}", indented(&said));
        StepFailure::Nix(text)
    }
}

#[cfg(test)]
mod tests;
