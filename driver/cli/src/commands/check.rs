//! `netlib check`: the health checks of the nodes, without deploying anything.

use std::collections::BTreeMap;

use clap::Args;
use futures::StreamExt;

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};
use crate::report::check::{TEXT, json};
use netlib_core::steps::{Programs, Seen};

/// How many nodes are looked at at the same time.
const AT_ONCE: usize = 16;

/// Run each node's health checks once and print the results.
///
/// The programs of the checks are built and copied to the machines where they run; nothing else is changed on any host.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/check.txt"))]
pub struct CheckArgs {
    #[command(flatten)]
    on: HostArgs,

    /// Print one JSON document (docs/command-line.md)
    #[arg(long)]
    json: bool,
}

/// Looks and prints.
pub async fn run(args: CheckArgs, session: &Session) -> Result<Output, Error> {
    let prepared = session.open(&args.on, "check").await?;
    let parts = session.parts(&prepared, prepared.evaluated_all(&session.events));
    let programs = Programs::new(parts.into());
    let checked = prepared.plan.nodes.iter().filter(|(_, node)| node.selected && !node.checks.is_empty());
    let seen: BTreeMap<String, Vec<Seen>> = futures::stream::iter(checked)
        .map(async |(node, _)| (node.clone(), programs.look(node, &session.events).await))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    prepared.hosts.close().await;
    let is_good = seen.values().flatten().all(Seen::is_healthy);
    Ok(Output::document(&json(&prepared.plan.network, &seen), (!args.json).then_some(TEXT), is_good))
}
