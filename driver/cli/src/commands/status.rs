//! `netlib status`: how the nodes stand, without changing any.

use clap::Args;
use serde_json::{Map, Value, json};

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};
use crate::members;
use netlib_core::host::script::rollout;
use netlib_core::plan::Network;
use netlib_core::status::ask;
use netlib_core::steps::coordinator;

/// Version of the JSON document.
const SCHEMA: u64 = 3;
/// For people: a table or a block for each node, and one last line that says it all.
const TABLE: &str = concat!(include_str!("notes.txt"), include_str!("status.txt"), include_str!("status-end.txt"));
const WIDE: &str = concat!(include_str!("notes.txt"), include_str!("status-wide.txt"), include_str!("status-end.txt"));

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

    /// Print a table, or all there is to say of each node
    #[arg(short, long, value_name = "FORMAT", value_parser = ["table", "wide"], default_value = "table")]
    output: String,

    /// Print one JSON document (docs/command-line.md)
    #[arg(long)]
    json: bool,
}

/// Asks, whether nodes answer or not.
pub async fn run(args: StatusArgs, session: &Session) -> Result<Output, Error> {
    let prepared = session.open(&args.on, "status").await?;
    let results = (!args.no_eval).then(|| prepared.evaluated_all(&session.events));
    let nodes = ask(&prepared.hosts, &prepared.plan, results.as_ref()).await;
    let mut rollouts = Map::new();
    for (id, planned) in &prepared.plan.rollouts {
        if let Ok(host) = coordinator(&prepared.hosts, planned).await
            && let Ok(state) = rollout::read(&*host, id).await
        {
            rollouts.extend(state.waiting.map(|waiting| (id.clone(), json!(waiting))));
        }
    }
    prepared.hosts.close().await;
    if let Some(results) = results {
        results.end().await;
    }
    let may_be_off = |name: &str, node: &Value| node["online"] == false && prepared.plan.nodes[name].may_be_offline;
    let is_good = nodes
        .iter()
        .all(|(name, node)| (node["error"].is_null() || may_be_off(name, node)) && node["planned"]["error"].is_null());
    let mut document = document(&prepared.plan.network, &nodes);
    document["rollouts"] = rollouts.into();
    document["removed"] =
        json!(members::folder().map(|folder| members::gone(&prepared.plan, &folder)).unwrap_or_default());
    let template = if args.output == "wide" { WIDE } else { TABLE };
    Ok(Output::document(&document, (!args.json).then_some(template), is_good))
}

/// For programs, as docs/command-line.md describes it.
fn document(network: &Network, nodes: &Map<String, Value>) -> Value {
    json!({ "version": SCHEMA, "network": network, "nodes": nodes })
}

#[cfg(test)]
mod tests;
