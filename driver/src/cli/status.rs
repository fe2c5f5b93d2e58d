//! `netlib status`: how the nodes stand, without changing any.

use clap::Args;

use super::common::{Display, FlakeArgs, Prepared, SelectArgs, prepare, print};
use super::interrupt::Interrupts;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::evaluate::{Results, Toplevels};
use crate::event::EventSink;
use crate::host::Hosts;
use crate::report::status::{json, text};
use crate::status::{NodeStatus, ask};

/// Show the state of each node: reachability, running system, next boot, planned system, deploys in progress or unfinished.
/// Builds and changes nothing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib status\n  \
    netlib status --on alpha --no-eval\n  \
    netlib status --json | jq -r '.nodes | to_entries[] | select(.value.upToDate == false) | .key'\n\n\
    Exit status: 0 all nodes answered, 1 some did not or do not evaluate, 2 usage or evaluation error, 130 interrupted.")]
pub struct StatusArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    sudo: SudoArgs,

    /// Do not evaluate the nodes' configurations; omits the planned system
    #[arg(long)]
    no_eval: bool,

    /// Print one JSON document (docs/command-line.md)
    #[arg(long)]
    json: bool,
}

/// Asks and prints.
pub async fn run(args: StatusArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, Vec::new());
    let asked = asked(&args, display.events(), interrupts).await;
    display.end().await;
    let (prepared, nodes) = asked?;
    let network = &prepared.plan.network;
    print(&if args.json {
        serde_json::to_string_pretty(&json(network, &nodes))? + "\n"
    } else {
        text(network, &nodes)
    })?;
    let is_known = nodes.iter().all(NodeStatus::is_known);
    Ok(if is_known { Exit::Good } else { Exit::NodeFailed })
}

async fn asked(
    args: &StatusArgs,
    events: &EventSink,
    interrupts: &Interrupts,
) -> Result<(Prepared, Vec<NodeStatus>), Error> {
    let prepared = prepare(&args.flake, args.select.request("status"), events, interrupts).await?;
    let hosts = Hosts::new(&prepared.plan)?.asking(args.sudo.source(interrupts), &prepared.nodes);
    let results = (!args.no_eval).then(|| evaluated(&prepared, events));
    let toplevels = results.as_ref().map(|results| results as &dyn Toplevels);
    let nodes = ask(&hosts, &prepared.plan, toplevels).await;
    hosts.close().await;
    if let Some(results) = results {
        results.end().await;
    }
    Ok((prepared, nodes))
}

/// Evaluates all selected nodes, whether they answer or not.
pub fn evaluated(prepared: &Prepared, events: &EventSink) -> Results {
    prepared.evaluated(futures::stream::iter(prepared.nodes.clone()), events)
}
