//! `netlib check`: the health checks of the nodes, without deploying anything.

use std::collections::BTreeMap;

use clap::Args;
use futures::StreamExt;
use serde_json::{Map, Value, json};

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};
use netlib_core::plan::Network;
use netlib_core::steps::{Programs, Seen};

/// How many nodes are looked at at the same time.
const AT_ONCE: usize = 16;

/// For people: lines, and a last one that says it all.
const TEXT: &str = include_str!("check.txt");

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
    Ok(Output::document(&document(&prepared.plan.network, &seen), (!args.json).then_some(TEXT), is_good))
}

/// For programs, as docs/command-line.md describes it.
fn document(network: &Network, seen: &BTreeMap<String, Vec<Seen>>) -> Value {
    let nodes: Map<String, Value> =
        seen.iter().map(|(node, seen)| (node.clone(), seen.iter().map(of_place).collect())).collect();
    let is_healthy = seen.values().flatten().all(Seen::is_healthy);
    json!({ "version": 1, "network": network, "healthy": is_healthy, "nodes": nodes })
}

fn of_place(seen: &Seen) -> Value {
    match &seen.result {
        Err(failure) => json!({ "from": seen.place.to_string(), "error": failure.to_string() }),
        Ok(verdict) => json!({ "from": seen.place.to_string(), "checks": verdict.checks }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::shown;
    use netlib_core::host::script::{CheckVerdict, Verdict};
    use netlib_core::plan::RunsOn;
    use netlib_core::steps::StepFailure;

    fn network() -> Network {
        Network { name: "home".to_owned(), id: "home-1".to_owned() }
    }

    fn seen() -> BTreeMap<String, Vec<Seen>> {
        let check = |name: &str, is_healthy, reason: &str| CheckVerdict {
            name: name.to_owned(),
            is_healthy,
            reason: reason.to_owned(),
        };
        let verdict = Verdict {
            is_healthy: false,
            why: "check http: connection refused".to_owned(),
            checks: vec![check("disk", true, ""), check("http", false, "connection refused")],
        };
        let of_itself = Seen { place: RunsOn::Subject, result: Ok(verdict) };
        let of_beta = Seen {
            place: RunsOn::Node("beta".to_owned()),
            result: Err(StepFailure::Because("no programs\nat all".to_owned())),
        };
        [("alpha".to_owned(), vec![of_itself, of_beta])].into()
    }

    #[test]
    fn people_read_a_line_a_check() {
        insta::assert_snapshot!(shown(&document(&network(), &seen()), TEXT), @r"
        alpha  healthy    disk from self
        alpha  unhealthy  http from self: connection refused
        alpha  unknown    from node:beta: no programs
          at all
        1 of 3 checks healthy
        ");
        insta::assert_snapshot!(shown(&document(&network(), &BTreeMap::new()), TEXT), @"0 of 0 checks healthy");
    }

    #[test]
    fn programs_read_one_document() {
        let document = document(&network(), &seen());
        assert_eq!(document["healthy"], false);
        assert_eq!(document["nodes"]["alpha"][0]["from"], "self");
        assert_eq!(document["nodes"]["alpha"][0]["checks"][1]["reason"], "connection refused");
        assert_eq!(document["nodes"]["alpha"][1]["error"], "no programs\nat all");
    }
}
