//! The evaluator that needs nothing but `nix`: one process a node, as many at a time as cores and memory allow.

use std::path::PathBuf;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;

use super::{EvaluateError, Evaluated, Evaluator, Messages, NixCallError, Scope, Toplevel};
use crate::diagnose::{Diagnosis, Kind};
use crate::event::{Event, EventSink};
use crate::flake::Flake;
use crate::process::ProcessError;

/// Memory that the evaluation of one real NixOS system may take, with room to spare.
const MEMORY_OF_ONE: u64 = 2_500_000_000;

/// What of a derivation the driver wants to know. The result of a node without one is an error of that node alone.
// Not named outPath: Nix writes a set that has one as that string.
const FIELDS: &str = "d: { drvPath = d.drvPath; out = d.outPath; }";

/// Which derivation of each node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attribute {
    /// The NixOS system.
    Toplevels,
    /// The programs that gather the node's facts.
    Gatherers,
    /// The programs that checks and commands run on the node.
    Programs,
    /// The same for the deployer, by its Nix system instead of a node.
    DeployerPrograms,
}

impl Attribute {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Toplevels => "toplevels",
            Self::Gatherers => "gatherers",
            Self::Programs => "programs",
            Self::DeployerPrograms => "deployerPrograms",
        }
    }
}

/// Evaluates each node in a process of its own.
#[derive(Clone, Debug)]
pub struct NixEvaluator {
    flake: Arc<Flake>,
    attribute: Attribute,
    run_dir: PathBuf,
    events: EventSink,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    drv_path: String,
    out: String,
}

impl NixEvaluator {
    /// Keeps garbage collector roots of what it evaluated in the run directory.
    #[must_use]
    pub fn new(
        flake: Arc<Flake>,
        attribute: Attribute,
        run_dir: PathBuf,
        events: EventSink,
    ) -> Self {
        Self {
            flake,
            attribute,
            run_dir,
            events,
        }
    }

    async fn one(self, node: String) -> Evaluated {
        let result = self.derivation(&node).await;
        Evaluated { node, result }
    }

    async fn derivation(&self, node: &str) -> Result<Toplevel, EvaluateError> {
        let path = format!("{}.{node}", self.attribute.name());
        let installable = self.flake.attribute(&path);
        let words = [installable.as_str(), "--apply", FIELDS];
        let call = self.flake.nix().call(["eval", "--json"], words).await;
        let answer = call.map_err(|error| self.explained(node, error, &path))?;
        self.warn(node, &answer.messages);
        let record: Record = serde_json::from_slice(&answer.stdout).map_err(|error| {
            let text = format!("`nix eval` answered something netlib does not understand: {error}");
            EvaluateError {
                scope: Scope::Node(node.to_owned()),
                diagnosis: Diagnosis::plain(&text),
            }
        })?;
        self.protect(node, &record.drv_path, &path).await?;
        Ok(Toplevel {
            drv_path: record.drv_path,
            out_path: record.out,
        })
    }

    /// Keeps the garbage collector from taking the derivation before it is built.
    async fn protect(&self, node: &str, drv_path: &str, path: &str) -> Result<(), EvaluateError> {
        let link = self
            .run_dir
            .join(format!("{}-{node}.drv", self.attribute.name()));
        let link = link.to_string_lossy();
        // Without `^*` this builds nothing: the derivation itself is the result.
        let call = self
            .flake
            .nix()
            .call(["build"], ["--out-link", link.as_ref(), drv_path])
            .await;
        call.map(|_| ())
            .map_err(|error| self.explained(node, error, path))
    }

    fn warn(&self, node: &str, messages: &Messages) {
        for warning in &messages.evaluation_warnings {
            self.events.send(Event::Warning(format!(
                "{node}: {}",
                self.flake.sources().map(warning)
            )));
        }
    }

    fn explained(&self, node: &str, error: NixCallError, path: &str) -> EvaluateError {
        match self.flake.explain(error, path) {
            Ok(diagnosis) => {
                // What fails before any node is looked at fails for each of them.
                let scope = match diagnosis.kind {
                    Kind::Assertion | Kind::Input => Scope::All,
                    _ => Scope::Node(node.to_owned()),
                };
                EvaluateError { scope, diagnosis }
            }
            Err(error) => EvaluateError {
                scope: Scope::Node(node.to_owned()),
                diagnosis: unexplained(&error),
            },
        }
    }
}

fn unexplained(error: &NixCallError) -> Diagnosis {
    let kind = match error {
        NixCallError::Process(ProcessError::Cancelled { .. }) => Kind::Interrupted,
        _ => Kind::Other,
    };
    Diagnosis {
        kind,
        ..Diagnosis::plain(&error.to_string())
    }
}

impl Evaluator for NixEvaluator {
    fn evaluate(&self, nodes: BoxStream<'static, String>) -> BoxStream<'static, Evaluated> {
        let this = self.clone();
        nodes
            .map(move |node| this.clone().one(node))
            .buffer_unordered(workers())
            .boxed()
    }
}

/// How many evaluations fit this machine at the same time.
#[must_use]
pub fn workers() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    fitting(cores, available_memory(&meminfo))
}

fn fitting(cores: usize, memory: Option<u64>) -> usize {
    let by_memory =
        memory.map(|bytes| usize::try_from(bytes / MEMORY_OF_ONE).unwrap_or(usize::MAX));
    cores.min(by_memory.unwrap_or(cores)).max(1)
}

fn available_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_bounds_the_workers() {
        let memory = available_memory("MemTotal: 1 kB\nMemAvailable:    6000000 kB\n");
        assert_eq!(memory, Some(6_144_000_000));
        assert_eq!(fitting(8, memory), 2);
        assert_eq!(fitting(8, Some(1)), 1);
        assert_eq!(fitting(3, None), 3);
        assert_eq!(available_memory("nothing"), None);
    }
}
