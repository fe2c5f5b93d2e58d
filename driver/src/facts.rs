//! Gathers what nodes know about themselves and others need when they are evaluated, such as public keys.
//!
//! Knows how a node is asked and where the answers are kept; what is asked for is the plan's affair.

mod file;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;

use crate::evaluate::{EvaluateError, Toplevels};
use crate::event::{Event, EventSink, Skip, StepResult};
use crate::host::{HostCommand, HostError, Hosts, script};
use crate::plan::Plan;
use crate::process::Command;
use crate::steps::{Build, Settings, StepFailure, build, copy};

pub use file::{FactsFileError, Written};
pub use value::BadValue;

/// How long making one fact may take on a host.
const FACT: Duration = Duration::from_secs(120);
/// How many nodes are asked at the same time.
const AT_ONCE: usize = 8;
/// How long git may take to answer.
const GIT: Duration = Duration::from_secs(20);

/// What gathering works with.
pub struct GatherParts {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The selected nodes; those that have no facts to gather are passed over.
    pub nodes: BTreeSet<String>,
    /// Where the derivations of the nodes' gatherers are found.
    pub gatherers: Arc<dyn Toplevels>,
    /// The machines.
    pub hosts: Arc<Hosts>,
    /// The folder of `flake.nix`: see [`local_folder`].
    pub folder: PathBuf,
    /// Limits, cancellation, and whose machines may be asked.
    pub settings: Settings,
    /// Where lines of output go; steps are named `facts:NODE`.
    pub events: EventSink,
}

/// Why a node's facts could not be gathered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FactsError {
    /// There is no folder to write to.
    #[error(
        "facts are kept in files beside the flake, but `{reference}` is not a folder on this machine\n  what to do: clone it, and run netlib there, or name the folder: --flake path/to/clone"
    )]
    NotLocal {
        /// The flake, as the user named it.
        reference: String,
    },
    /// The folder is in the Nix store, where every change corrupts.
    #[error(
        "facts are kept in files beside the flake, but `{reference}` is in the Nix store, which nobody may change\n  what to do: name the folder that it was copied from: --flake path/to/folder"
    )]
    InStore {
        /// The flake, as the user named it.
        reference: String,
    },
    /// The gatherer does not evaluate.
    #[error("{0}")]
    Evaluate(Arc<EvaluateError>),
    /// The host or the way to it.
    #[error("{0}")]
    Host(HostError),
    /// Building or copying the gatherer failed.
    #[error("{0}")]
    Gatherer(Box<StepFailure>),
    /// What the node answered is no fact.
    #[error("the fact {fact:?} of node `{node}`: {problem}\n  it is printed by {program} on the node")]
    Value {
        /// Node name.
        node: String,
        /// Fact name.
        fact: String,
        /// What is wrong with it.
        problem: Box<BadValue>,
        /// The program.
        program: String,
    },
    /// The file of facts.
    #[error("{0}")]
    File(Arc<FactsFileError>),
}

impl From<HostError> for FactsError {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

/// The folder where facts are kept, or why there is none.
pub fn local_folder(folder: Option<PathBuf>, reference: &str) -> Result<PathBuf, FactsError> {
    let folder = folder.ok_or_else(|| FactsError::NotLocal { reference: reference.to_owned() })?;
    // Root could write there, and every later evaluation would see it.
    if folder.starts_with("/nix/store") {
        return Err(FactsError::InStore { reference: reference.to_owned() });
    }
    Ok(folder)
}

/// Gathers, each node for itself: one that fails does not stop the others. Nodes without facts are not in the result.
pub async fn gather(parts: &GatherParts) -> BTreeMap<String, Result<Written, FactsError>> {
    let nodes = parts.plan.nodes.iter();
    let wanted = nodes.filter(|(name, node)| parts.nodes.contains(*name) && !node.facts.is_empty());
    futures::stream::iter(wanted.map(|(name, _)| name.clone()))
        .map(async |node| {
            let result = observed(parts, &node).await;
            (node, result)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

async fn observed(parts: &GatherParts, node: &str) -> Result<Written, FactsError> {
    let step = format!("facts:{node}");
    let since = Instant::now();
    parts.events.send(Event::StepStarted { step: step.clone() });
    let result = one(parts, node, &step).await;
    let told = match &result {
        Ok(Written::Unchanged { path }) => {
            StepResult::Skipped(Skip::Because(format!("{} is unchanged", path.display())))
        }
        Ok(Written::Changed { path, facts }) => {
            StepResult::Done(format!("wrote {} to {}", facts.join(", "), path.display()))
        }
        Err(FactsError::Host(error)) if error.is_offline() => StepResult::Offline(told(node, &step, error)),
        Err(error) => StepResult::Failed(told(node, &step, error)),
    };
    parts.events.send(Event::StepFinished { step, result: told, elapsed: since.elapsed() });
    result
}

fn told(node: &str, step: &str, error: &dyn std::fmt::Display) -> String {
    format!("node `{node}`, step `{step}`: {error}")
}

async fn one(parts: &GatherParts, node: &str, step: &str) -> Result<Written, FactsError> {
    let settings = &parts.settings;
    let show = |line| parts.events.send(Event::StepOutput { step: step.to_owned(), line });
    let host = parts.hosts.get(node).await?;
    let gatherer = parts.gatherers.toplevel(node).await.map_err(FactsError::Evaluate)?;
    script::admit(&*host, &parts.plan.network, settings.policy).await?;
    let what = Build {
        toplevel: gatherer,
        link: settings.run_dir.join(format!("gatherer-{node}")),
        limit: settings.build_limit,
        cancel: settings.cancel.clone(),
    };
    build(&what, show).await.map_err(|failure| FactsError::Gatherer(Box::new(failure)))?;
    let out = &what.toplevel.out_path;
    let limits = (settings.copy_limit, &settings.cancel);
    copy(&*host, out, limits, show).await.map_err(|failure| FactsError::Gatherer(Box::new(failure)))?;
    let mut facts = BTreeMap::new();
    let requests = parts.plan.nodes.get(node).map(|node| &node.facts);
    for (fact, request) in requests.into_iter().flatten() {
        let program = format!("{out}/bin/{fact}");
        let output = host.run(HostCommand::new([program.clone()]).timeout(FACT)).await?;
        let value = value::checked(&output.stdout, &request.pattern).map_err(|problem| FactsError::Value {
            node: node.to_owned(),
            fact: fact.clone(),
            problem: Box::new(problem),
            program,
        })?;
        facts.insert(fact.clone(), value);
    }
    file::merge(&parts.folder, node, facts).map_err(|error| FactsError::File(Arc::new(error)))
}

/// The command that makes git know files that it does not know yet; none when there is nothing to do.
///
/// A flake in a git work tree does not see such files, and netlib adds nothing to git by itself.
pub async fn unknown_to_git(folder: &Path, files: &[PathBuf]) -> Option<String> {
    let git = |words: &[&str]| Command::new("git").arg("-C").arg(folder).args(words).timeout(GIT);
    git(&["rev-parse", "--is-inside-work-tree"]).output().await.ok()?;
    let mut unknown = Vec::new();
    for file in files {
        let known = git(&["ls-files", "--error-unmatch", "--"]).arg(file).output().await;
        if known.is_err() {
            unknown.push(file.strip_prefix(folder).unwrap_or(file).display().to_string());
        }
    }
    if unknown.is_empty() {
        return None;
    }
    let words = ["git", "-C"].map(str::to_owned).into_iter();
    let words = words.chain([folder.display().to_string(), "add".to_owned(), "--".to_owned()]);
    Some(crate::process::quote_argv(&words.chain(unknown).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests;
