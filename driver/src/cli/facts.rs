//! `netlib facts gather`: what nodes know of themselves and others need, recorded beside the flake.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::common::{Display, FlakeArgs, SelectArgs, prepare, print};
use super::interrupt::Interrupts;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::evaluate::Attribute;
use crate::event::EventSink;
use crate::facts::{FactsError, GatherParts, Written, gather, local_folder, unknown_to_git};
use crate::host::{Hosts, answering};
use crate::steps::Settings;

/// Collect and record facts (public keys …) from nodes.
#[derive(Args, Debug)]
pub struct FactsArgs {
    #[command(subcommand)]
    command: FactsCommand,
}

#[derive(Debug, Subcommand)]
enum FactsCommand {
    Gather(GatherArgs),
}

/// Generate missing keys on the nodes and write the public keys to facts/NODE.json next to the flake.
///
/// Private keys never leave their nodes. Commit the files: evaluation reads them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  netlib facts gather\n  netlib facts gather --on beta\n  git add facts")]
pub struct GatherArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    sudo: SudoArgs,
}

/// Runs the subcommand.
pub async fn run(args: FactsArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let FactsCommand::Gather(args) = args.command;
    let display = Display::start(interrupts, Vec::new());
    let gathered = gathered(&args, display.events(), interrupts).await;
    display.end().await;
    let Gathered { folder, results } = gathered?;
    let files: Vec<PathBuf> = results.iter().filter_map(|(_, result)| file(result)).collect();
    let failed: Vec<&str> =
        results.iter().filter(|(_, result)| result.is_err()).map(|(node, _)| node.as_str()).collect();
    let mut text = format!("facts of {} of {} nodes are recorded", files.len(), results.len());
    if !failed.is_empty() {
        text.push_str(&format!(", {} failed: {}", failed.len(), failed.join(", ")));
    }
    if let Some(command) = unknown_to_git(&folder, &files).await {
        text = format!("Make the new files known to git, or the flake does not see them: {command}\n{text}");
    }
    print(&(text + "\n"))?;
    Ok(if failed.is_empty() { Exit::Good } else { Exit::NodeFailed })
}

struct Gathered {
    folder: PathBuf,
    results: Vec<(String, Result<Written, FactsError>)>,
}

async fn gathered(args: &GatherArgs, events: &EventSink, interrupts: &Interrupts) -> Result<Gathered, Error> {
    let prepared = prepare(&args.flake, args.select.request("facts"), events, interrupts).await?;
    let folder = local_folder(prepared.flake.sources.directory(), &prepared.flake.reference.place)?;
    let run_dir = prepared.run_dir.path().to_owned();
    let has_facts = |node: &&String| prepared.plan.nodes.get(*node).is_some_and(|node| !node.facts.is_empty());
    let nodes: BTreeSet<String> = prepared.nodes.iter().filter(has_facts).cloned().collect();
    let hosts = Arc::new(Hosts::new(&prepared.plan)?.asking(args.sudo.source(interrupts), &prepared.nodes));
    let answering = answering(&hosts, &nodes, events, interrupts.token());
    let gatherers = Arc::new(prepared.evaluated(answering, events)).of(Attribute::Gatherers);
    let parts = GatherParts {
        plan: prepared.plan.clone(),
        gatherers,
        nodes: prepared.nodes.clone(),
        hosts: hosts.clone(),
        folder: folder.clone(),
        settings: Settings::new(run_dir, interrupts.token().clone()),
        events: events.clone(),
    };
    let results = gather(&parts).await.into_iter().collect();
    hosts.close().await;
    Ok(Gathered { folder, results })
}

fn file(result: &Result<Written, FactsError>) -> Option<PathBuf> {
    match result {
        Ok(Written::Unchanged { path } | Written::Changed { path, .. }) => Some(path.clone()),
        Err(_) => None,
    }
}
