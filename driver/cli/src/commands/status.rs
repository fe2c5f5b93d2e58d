//! `netlib status`: how the nodes stand, without changing any.

use clap::Args;
use serde_json::{Map, Value, json};

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};
use netlib_core::plan::Network;
use netlib_core::status::ask;

/// Version of the JSON document.
const SCHEMA: u64 = 2;
/// For people: a block for each node, and one last line that says it all.
const TEXT: &str = include_str!("status.txt");

/// Show the state of each node: reachability, running system, next boot, planned system, deploys in progress or unfinished.
/// Builds and changes nothing.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/status.txt"))]
pub struct StatusArgs {
    #[command(flatten)]
    on: HostArgs,

    /// Do not evaluate the nodes' configurations; omits the planned system
    #[arg(long)]
    no_eval: bool,

    /// Print one JSON document (docs/command-line.md)
    #[arg(long)]
    json: bool,
}

/// Asks, whether nodes answer or not.
pub async fn run(args: StatusArgs, session: &Session) -> Result<Output, Error> {
    let prepared = session.open(&args.on, "status").await?;
    let results = (!args.no_eval).then(|| prepared.evaluated_all(&session.events));
    let nodes = ask(&prepared.hosts, &prepared.plan, results.as_ref()).await;
    prepared.hosts.close().await;
    if let Some(results) = results {
        results.end().await;
    }
    let may_be_off = |name: &str, node: &Value| node["online"] == false && prepared.plan.nodes[name].may_be_offline;
    let is_good = nodes
        .iter()
        .all(|(name, node)| (node["error"].is_null() || may_be_off(name, node)) && node["planned"]["error"].is_null());
    Ok(Output::document(&document(&prepared.plan.network, &nodes), (!args.json).then_some(TEXT), is_good))
}

/// For programs, as docs/command-line.md describes it.
fn document(network: &Network, nodes: &Map<String, Value>) -> Value {
    json!({ "version": SCHEMA, "network": network, "nodes": nodes })
}

#[cfg(test)]
mod tests;
