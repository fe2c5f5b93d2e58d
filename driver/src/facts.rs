//! Gathers what nodes know about themselves and others need when they are evaluated, such as public keys.
//!
//! Knows how a node is asked and where the answers are kept; what is asked for is the plan's affair.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;

use crate::evaluate::Toplevels;
use crate::event::{Event, EventSink, Skip, StepResult};
use crate::host::{HostCommand, Hosts, script};
use crate::plan::Plan;
use crate::process::Command;
use crate::steps::{Build, Settings, StepFailure, build, copy};
use crate::value::{BadValue, checked};

pub use file::{FactsFileError, Written};

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
    /// Reaching the node, or evaluating, building or copying the gatherer failed.
    #[error("{0}")]
    Step(Box<StepFailure>),
    /// There is no folder for them, or what the node answered is no fact, or the file of facts cannot be changed.
    #[error("{0}")]
    Facts(String),
}

impl<E: Into<StepFailure>> From<E> for FactsError {
    fn from(error: E) -> Self {
        Self::Step(Box::new(error.into()))
    }
}

/// The folder where facts are kept, or why there is none.
pub fn local_folder(folder: Option<PathBuf>, reference: &str) -> Result<PathBuf, FactsError> {
    let why = match folder {
        // Root could write there, and every later evaluation would see it.
        Some(folder) if folder.starts_with("/nix/store") => {
            "in the Nix store, which nobody may change\n  \
             what to do: name the folder that it was copied from: --flake path/to/folder"
        }
        Some(folder) => return Ok(folder),
        None => {
            "not a folder on this machine\n  \
             what to do: clone it, and run netlib there, or name the folder: --flake path/to/clone"
        }
    };
    Err(FactsError::Facts(format!("facts are kept in files beside the flake, but `{reference}` is {why}")))
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
        Err(error) => {
            let is_offline = matches!(error, FactsError::Step(failure) if matches!(&**failure, StepFailure::Host(error) if error.is_offline()));
            let told = format!("node `{node}`, step `{step}`: {error}");
            if is_offline { StepResult::Offline(told) } else { StepResult::Failed(told) }
        }
    };
    parts.events.send(Event::StepFinished { step, result: told, elapsed: since.elapsed() });
    result
}

async fn one(parts: &GatherParts, node: &str, step: &str) -> Result<Written, FactsError> {
    let settings = &parts.settings;
    let show = |line| parts.events.send(Event::StepOutput { step: step.to_owned(), line });
    let host = parts.hosts.get(node).await?;
    let gatherer = parts.gatherers.toplevel(node).await.map_err(StepFailure::Evaluate)?;
    script::admit(&*host, &parts.plan.network, settings.policy).await?;
    let what = Build {
        toplevel: gatherer,
        link: settings.run_dir.join(format!("gatherer-{node}")),
        limit: settings.build_limit,
        cancel: settings.cancel.clone(),
    };
    build(&what, show).await?;
    let out = &what.toplevel.out_path;
    copy(&*host, out, (settings.copy_limit, &settings.cancel), show).await?;
    let mut facts = BTreeMap::new();
    let requests = parts.plan.nodes.get(node).map(|node| &node.facts);
    for (fact, request) in requests.into_iter().flatten() {
        let program = format!("{out}/bin/{fact}");
        let output = host.run(HostCommand::new([program.clone()]).timeout(FACT)).await?;
        let value = checked(&output.stdout, &request.pattern);
        let value = value.map_err(|problem| bad_value((node, fact), &problem, &program))?;
        facts.insert(fact.clone(), value);
    }
    file::merge(&parts.folder, node, facts).map_err(|error| FactsError::Facts(error.to_string()))
}

fn bad_value((node, fact): (&str, &str), problem: &BadValue, program: &str) -> FactsError {
    let by = format!("it is printed by {program} on the node");
    FactsError::Facts(format!("the fact {fact:?} of node `{node}`: {problem}\n  {by}"))
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
