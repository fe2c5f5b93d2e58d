//! `netlib facts gather`: what nodes know of themselves and others need, recorded beside the flake.

use clap::Subcommand;

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};
use crate::facts::{file, gather, local_folder, unknown_to_git};
use netlib_core::event::{Skip, StepResult, WalkStep};

/// How many nodes are asked at the same time.
const AT_ONCE: usize = 8;

/// Collect and record facts (public keys …) from nodes.
#[derive(Debug, Subcommand)]
pub enum FactsCommand {
    /// Generate missing keys on the nodes and write the public keys to facts/NODE.json next to the flake.
    ///
    /// Private keys never leave their nodes. Commit the files: evaluation reads them.
    #[command(after_help = include_str!("help/facts.txt"))]
    Gather(HostArgs),
}

/// Gathers, each node for itself, and says what is left to do.
pub async fn run(FactsCommand::Gather(on): FactsCommand, session: &Session) -> Result<Output, Error> {
    let prepared = session.open(&on, "facts").await?;
    let folder = local_folder(prepared.flake.sources.directory(), &prepared.flake.reference.place)?;
    let parts = session.parts(&prepared, prepared.evaluated(session));
    let work = |node: String, step: String| {
        let (parts, path) = (&parts, file(&folder, &node));
        async move {
            let names = gather(parts, &path, (&node, &step)).await?;
            Ok(match names.as_slice() {
                [] => StepResult::Skipped(Skip::Because(format!("{} is unchanged", path.display()))),
                names => StepResult::Done(format!("wrote {} to {}", names.join(", "), path.display())),
            })
        }
    };
    let result = session.walk_each(&prepared, AT_ONCE, work).await;
    let is_recorded = |step: &&WalkStep| result.get(&step.id).is_some_and(StepResult::is_success);
    let failed: Vec<&str> =
        prepared.graph.steps().filter(|step| !is_recorded(step)).filter_map(|step| step.node.as_deref()).collect();
    let mut text = format!("facts of {} of {} nodes are recorded", result.len() - failed.len(), result.len());
    if !failed.is_empty() {
        text += &format!(", {} failed: {}", failed.len(), failed.join(", "));
    }
    if let Some(command) = unknown_to_git(&folder).await {
        text = format!("New files must be tracked by git, or the flake does not see them: {command}\n{text}");
    }
    Ok(Output::new(text + "\n", failed.is_empty()))
}
