//! `netlib check`: the health checks of the nodes, without deploying anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use futures::StreamExt;

use super::common::{Display, FlakeArgs, SelectArgs, prepare, print};
use super::deploy::programs;
use super::interrupt::Interrupts;
use super::status::evaluated;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::event::EventSink;
use crate::host::Hosts;
use crate::report::check::{json, text};
use crate::steps::{Checker, Seen, Settings};

/// How many nodes are looked at at the same time.
const AT_ONCE: usize = 16;

/// Run each node's health checks once and print the results.
///
/// The programs of the checks are built and copied to the machines where they run; nothing else is changed on any host.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib check\n  \
    netlib check --on @edge --json\n\n\
    Exit status: 0 all healthy, 1 some check failed or could not be made, 2 usage or evaluation error, 130 interrupted.")]
pub struct CheckArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    sudo: SudoArgs,

    /// Print one JSON document (docs/command-line.md)
    #[arg(long)]
    json: bool,
}

/// What was seen of each node that has checks.
type AllSeen = BTreeMap<String, Vec<Seen>>;

/// Looks and prints.
pub async fn run(args: CheckArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, Vec::new());
    let seen = seen(&args, display.events(), interrupts).await;
    display.end().await;
    let (network, seen) = seen?;
    print(&if args.json { serde_json::to_string_pretty(&json(&network, &seen))? + "\n" } else { text(&seen) })?;
    let is_good = seen.values().flatten().all(Seen::is_healthy);
    Ok(if is_good { Exit::Good } else { Exit::NodeFailed })
}

async fn seen(
    args: &CheckArgs,
    events: &EventSink,
    interrupts: &Interrupts,
) -> Result<(crate::plan::Network, AllSeen), Error> {
    let prepared = prepare(&args.flake, args.select.request("check"), events, interrupts).await?;
    let hosts = Hosts::new(&prepared.plan)?;
    let hosts = Arc::new(hosts.asking(args.sudo.source(interrupts), &prepared.nodes));
    let settings = Settings::new(prepared.run_dir.path().to_owned(), interrupts.token().clone());
    let results = Arc::new(evaluated(&prepared, events));
    let checker = Checker::new(prepared.plan.clone(), programs(&results), hosts.clone(), settings);
    let checked = |node: &&String| {
        let planned = prepared.plan.nodes.get(*node);
        planned.is_some_and(|node| !node.checks.is_empty())
    };
    let seen = futures::stream::iter(prepared.nodes.iter().filter(checked))
        .map(async |node| (node.clone(), checker.look(node, events).await))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    hosts.close().await;
    Ok((prepared.plan.network.clone(), seen))
}
