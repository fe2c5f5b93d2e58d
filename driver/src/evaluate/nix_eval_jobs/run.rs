//! One process: its arguments, its records as they come, and how it ended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::record::{Record, Said};
use super::said::{Death, StdErr};
use super::{Features, PROGRAM, Results, send};
use crate::diagnose::{Diagnosis, Kind};
use crate::evaluate::command::TIMEOUT;
use crate::evaluate::evaluation::Parts;
use crate::evaluate::roots::protect;
use crate::evaluate::{EvaluateError, NixError, Toplevel};
use crate::event::Event;
use crate::process::{Command, ProcessError, Stream, line_channel};

/// One run.
pub(super) struct Run<'a> {
    parts: &'a Parts,
    features: Features,
    workers: usize,
    /// Nodes without a record so far.
    pub left: BTreeSet<String>,
    /// Nodes whose workers were killed while the run went on, and how.
    pub killed: BTreeMap<String, String>,
    warnings: BTreeSet<String>,
}

/// How a run ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// To its end; whoever is left has no derivation.
    Well,
    /// A worker was killed, and with it the run.
    WorkerKilled(Death),
    /// Otherwise; this is what it said.
    Failed(NixError),
    /// It did not run, or not to an end of its own.
    NotRun(Diagnosis),
}

impl<'a> Run<'a> {
    pub(super) const fn new(parts: &'a Parts, features: Features, workers: usize) -> Self {
        Self { parts, features, workers, left: BTreeSet::new(), killed: BTreeMap::new(), warnings: BTreeSet::new() }
    }

    /// Evaluates these nodes.
    pub(super) async fn of(&mut self, nodes: BTreeSet<String>, results: &Results) -> Ended {
        let command = self.command(&nodes);
        self.left = nodes;
        tracing::debug!(command = crate::process::quote_argv(&command.argv()), "calling nix-eval-jobs");
        let (lines, mut coming) = line_channel();
        let running = async move {
            let ended = command.stream_lines(&lines).await;
            drop(lines);
            ended
        };
        let mut said = StdErr::default();
        let reading = async {
            while let Some((stream, line)) = coming.recv().await {
                match stream {
                    Stream::Stdout => self.read(&line, results).await,
                    Stream::Stderr => said.read(&line),
                }
            }
        };
        let (ended, ()) = tokio::join!(running, reading);
        self.warn(&said);
        judge(ended.map(|_| ()), &said, &self.left)
    }

    async fn read(&mut self, line: &str, results: &Results) {
        let Some((node, said)) = Record::parse(line) else {
            tracing::warn!(line, "nix-eval-jobs wrote something that is no record");
            return;
        };
        if !self.left.remove(&node) {
            return;
        }
        let result = match said {
            Said::Derivation(toplevel) => self.rooted(&node, toplevel).await,
            Said::Error(text) => Err(self.explained(&node, &text)),
            Said::Odd(text) => Err(EvaluateError::plain(&node, &text)),
            Said::Killed(how) => {
                self.killed.insert(node, how);
                return;
            }
        };
        send(&node, result, results);
    }

    /// It roots what it evaluates, if it can; otherwise that is done here.
    async fn rooted(&mut self, node: &str, found: Toplevel) -> Result<Toplevel, EvaluateError> {
        self.warnings.extend(found.warnings.iter().cloned());
        if !self.features.gc_roots {
            let link = self.roots().with_file_name(format!("jobs-{node}.drv"));
            let rooted = protect(self.parts.flake.nix(), &link, &[&found.drv_path]).await;
            rooted.map_err(|error| EvaluateError::unexplained(node, &error))?;
        }
        Ok(found)
    }

    fn explained(&self, node: &str, text: &str) -> EvaluateError {
        let attribute = self.parts.attribute.of(node);
        let error = NixError::from_text(text);
        let diagnosis = self.parts.flake.explain_message(&error, &attribute);
        EvaluateError::explained(node, diagnosis)
    }

    /// What is on stderr belongs to no node; what a node's record says as well is told with its name.
    fn warn(&self, said: &StdErr) {
        let is_told = |warning: &str| {
            self.warnings.iter().any(|known| known.lines().next().is_some_and(|line| line.trim() == warning))
        };
        for warning in said.warnings.iter().filter(|warning| !is_told(warning)) {
            let warning = self.parts.flake.sources().map(warning);
            self.parts.events.send(Event::Warning(warning));
        }
    }

    fn roots(&self) -> PathBuf {
        self.parts.run_dir.join(format!("{}-roots", self.parts.attribute.name()))
    }

    fn command(&self, nodes: &BTreeSet<String>) -> Command {
        let flake = &self.parts.flake;
        let attribute = flake.attribute(self.parts.attribute.name());
        let (settings, config) = flake.nix().for_others(attribute.is_flake);
        let root = if attribute.is_flake {
            vec!["--flake".to_owned(), format!("{}#{}", attribute.root, attribute.path)]
        } else {
            vec!["--impure".to_owned(), attribute.root.clone()]
        };
        let path = (!attribute.is_flake).then_some(attribute.path.as_str());
        let mut command = Command::new(PROGRAM)
            .args(settings)
            .args(["--workers", &self.workers.to_string()])
            .args(["--select", &selection(nodes, path)]);
        if self.features.memory {
            let memory = self.parts.resources.memory.to_string();
            command = command.args(["--max-memory-size", &memory]);
        }
        if self.features.gc_roots {
            command = command.arg("--gc-roots-dir").arg(self.roots());
        }
        for (has, option) in [
            (self.features.meta, "--meta"),
            (self.features.cache_status, "--check-cache-status"),
            (self.features.show_trace, "--show-trace"),
        ] {
            if has {
                command = command.arg(option);
            }
        }
        command.args(root).env("NIX_CONFIG", config).timeout(TIMEOUT).cancel_on(flake.nix().cancel())
    }
}

/// The function that leaves only these nodes. Their names are words that Nix strings need no escapes for.
fn selection(nodes: &BTreeSet<String>, path: Option<&str>) -> String {
    let names: String = nodes.iter().map(|node| format!("\"{node}\" = null; ")).collect();
    let all = match path {
        // A file may be a function whose arguments all have defaults.
        Some(path) => format!("(if builtins.isFunction all then all {{ }} else all).{path}"),
        None => "all".to_owned(),
    };
    format!("all: builtins.intersectAttrs {{ {names}}} {all}")
}

fn judge(ended: Result<(), ProcessError>, said: &StdErr, left: &BTreeSet<String>) -> Ended {
    match ended {
        Ok(()) => Ended::Well,
        // Some versions end so after all records.
        Err(ProcessError::Failed { .. }) if left.is_empty() => Ended::Well,
        Err(error @ ProcessError::Failed { .. }) => match said.killed() {
            Some(death) if death.node.as_ref().is_none_or(|node| left.contains(node)) => {
                Ended::WorkerKilled(death.clone())
            }
            _ => {
                let mut found = said.error();
                if found.headline.is_empty() {
                    found.headline = error.to_string();
                }
                Ended::Failed(found)
            }
        },
        Err(error) => {
            let kind = match error {
                ProcessError::Cancelled { .. } => Kind::Interrupted,
                _ => Kind::Other,
            };
            Ended::NotRun(Diagnosis { kind, ..Diagnosis::plain(&error.to_string()) })
        }
    }
}
