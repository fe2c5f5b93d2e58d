//! Gathers what nodes know about themselves and others need when they are evaluated, such as public keys.
//!
//! Knows how a node is asked and where the answers are kept; what is asked for is the plan's affair.

mod file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use netlib_core::evaluation::Attribute;
use netlib_core::host::{HostCommand, script};
use netlib_core::process::{Command, quote_argv};
use netlib_core::steps::{StepFailure, StepRunnerParts, build, copy};
use netlib_core::value::checked;

pub use file::file;

/// How long making one fact may take on a host.
const FACT: Duration = Duration::from_secs(120);
/// How long git may take to answer.
const GIT: Duration = Duration::from_secs(20);

/// The folder where facts are kept, or why there is none.
pub fn local_folder(folder: Option<PathBuf>, reference: &str) -> Result<PathBuf, String> {
    let why = match folder {
        // Root could write there, and every later evaluation would see it.
        Some(folder) if folder.starts_with("/nix/store") => {
            "in the Nix store, which nobody may change\n  help: name the folder that it was copied from: --flake path/to/folder"
        }
        Some(folder) => return Ok(folder),
        None => {
            "not a folder on this machine\n  help: clone it, and run netlib there, or name the folder: --flake path/to/clone"
        }
    };
    Err(format!("facts are kept in files beside the flake, but `{reference}` is {why}"))
}

/// Gathers the facts of a node and writes them to this file; returns the names of those that are new or changed.
pub async fn gather(
    parts: &StepRunnerParts,
    file: &Path,
    (node, step): (&str, &str),
) -> Result<Vec<String>, StepFailure> {
    let settings = &parts.settings;
    let show = |line| parts.events.show(step, line);
    let host = parts.hosts.get(node).await?;
    let toplevel = parts.results.get(Attribute::Gatherers.of(node)).await?;
    script::admit(&*host, &parts.plan.network, settings.policy).await?;
    let what = settings.build(toplevel, &format!("gatherer-{node}"));
    build(&what, &show).await?;
    let out = &what.toplevel.out_path;
    copy(&*host, out, &settings.cancel, &show).await?;
    let mut facts = BTreeMap::new();
    let requests = parts.plan.nodes.get(node).map(|node| &node.facts);
    for (fact, request) in requests.into_iter().flatten() {
        let program = format!("{out}/bin/{fact}");
        let output = host.run(HostCommand::new([program.clone()]).timeout(FACT)).await?;
        let value = checked(&output.stdout, &request.pattern).map_err(|problem| bad_value(fact, &problem, &program))?;
        facts.insert(fact.clone(), value);
    }
    file::merge(file, facts).map_err(StepFailure::Because)
}

fn bad_value(fact: &str, problem: &str, program: &str) -> StepFailure {
    StepFailure::Because(format!("the fact `{fact}`: {problem}\n  it is printed by {program} on the node"))
}

/// The command that makes git know files of facts that it does not know yet; none when there is nothing to do.
///
/// A flake in a git work tree does not see such files, and netlib adds nothing to git by itself.
pub async fn unknown_to_git(folder: &Path) -> Option<String> {
    let words = ["ls-files", "--others", "--", "facts"];
    let unknown = Command::new("git").arg("-C").arg(folder).args(words).timeout(GIT).output().await.ok()?;
    let argv = ["git", "-C", &folder.to_string_lossy(), "add", "facts"].map(str::to_owned);
    (!unknown.stdout.is_empty()).then(|| quote_argv(&argv))
}

#[cfg(test)]
mod tests;
