//! `netlib rollback`: brings nodes back to an earlier generation, with everything that protects a deploy.

use clap::Args;
use serde_json::json;

use super::args::{FlakeArgs, RecordArgs, SelectArgs};
use super::session::Session;
use super::sudo::SudoArgs;
use super::{Error, Output};
use netlib_core::status::ask;

/// How many hosts roll back at the same time.
const AT_ONCE: usize = 16;

/// Those of each node, for people.
const GENERATIONS: &str = include_str!("generations.txt");

/// Roll nodes back to an earlier generation of their system profile.
///
/// Works like a deploy: in a unit on the host, with confirmation; if it fails, the host keeps the system it ran before. Evaluates
/// only the plan, and what `plans.deploy` ends with; builds and copies nothing else.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/rollback.txt"), mut_arg("words", |words| words.required_unless_present("on")))]
pub struct RollbackArgs {
    #[command(flatten)]
    select: SelectArgs,

    /// Generation to roll back to, for one node only [default: the one confirmed last before the present one]
    #[arg(long, value_name = "GENERATION", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,

    /// List the generations of these nodes with date and result, and change nothing
    #[arg(long, conflicts_with = "to")]
    list: bool,

    #[command(flatten)]
    flake: FlakeArgs,

    #[command(flatten)]
    sudo: SudoArgs,

    #[command(flatten)]
    record: RecordArgs,
}

/// Rolls back, and says what became of each node.
pub async fn run(args: RollbackArgs, session: &Session) -> Result<Output, Error> {
    if !args.list {
        session.record(&args.record, "rollback")?;
    }
    let mut request = args.select.request("rollback");
    request["to"] = args.to.into();
    let prepared = session.prepare((&args.flake, &args.sudo), request, None).await?;
    if args.list {
        let nodes = ask(&prepared.hosts, &prepared.plan, None).await;
        prepared.hosts.close().await;
        let is_good = nodes.values().all(|node| node["error"].is_null());
        return Ok(Output::document(&json!({ "nodes": nodes }), (!args.record.json).then_some(GENERATIONS), is_good));
    }
    let summary = session.carry_out(&prepared, prepared.evaluated_all(&session.events), (AT_ONCE, false)).await;
    Ok(Output::summary("", summary, args.record.json))
}
