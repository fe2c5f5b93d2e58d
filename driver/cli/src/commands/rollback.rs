//! `netlib rollback`: brings nodes back to an earlier generation, with everything that protects a deploy.

use std::collections::BTreeMap;

use clap::Args;

use super::args::{FlakeArgs, RecordArgs, SelectArgs};
use super::session::Session;
use super::sudo::SudoArgs;
use super::{Error, Output};
use crate::report::summary::Summary;
use netlib_core::event::StepResult;
use netlib_core::steps::rollback;

/// How many hosts go back at the same time.
const AT_ONCE: usize = 16;

/// Roll nodes back to an earlier generation of their system profile.
///
/// Works like a deploy: in a unit on the host, with confirmation; if it fails, the host keeps the system it ran before. Evaluates
/// only the plan; builds and copies nothing.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/rollback.txt"))]
pub struct RollbackArgs {
    /// Nodes: names, `@TAG`, or patterns
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,

    /// Generation to roll back to, for one node only [default: the previous one]
    #[arg(long, value_name = "GENERATION", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,

    #[command(flatten)]
    flake: FlakeArgs,

    #[command(flatten)]
    sudo: SudoArgs,

    #[command(flatten)]
    record: RecordArgs,
}

/// Rolls back, and says what became of each node.
pub async fn run(args: RollbackArgs, session: &Session) -> Result<Output, Error> {
    session.record(&args.record, "rollback")?;
    let request = SelectArgs { on: args.nodes }.request("rollback");
    let prepared = session.prepare((&args.flake, &args.sudo), request).await?;
    if let Some(number) = args.to.filter(|_| prepared.nodes.len() != 1) {
        let names: Vec<&str> = prepared.nodes.iter().map(String::as_str).collect();
        return Err(format!(
            "--to {number} is a generation of one node, and these are {}: {}.\n\
             Each host counts its own generations: roll back one node at a time, or leave out --to.",
            names.len(),
            names.join(", ")
        )
        .into());
    }
    let (all, events) = (&prepared, &session.events);
    let work = |node: String, step: String| async move {
        let host = all.hosts.get(&node).await?;
        let options = all.plan.nodes.get(&node).map(|node| node.activation.clone()).unwrap_or_default();
        let to = (&all.plan.network, args.to);
        rollback(&*host, to, &options, &|line| events.show(&step, line)).await.map(StepResult::Done)
    };
    let result = session.walk_each(&prepared, AT_ONCE, work).await;
    Ok(Output::summary("", Summary::of(&prepared.graph, &result, &BTreeMap::new()), args.record.json))
}
