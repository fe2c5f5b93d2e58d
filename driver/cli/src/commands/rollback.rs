//! `netlib rollback`: brings nodes back to an earlier generation, with everything that protects a deploy.

use clap::Args;

use super::args::{FlakeArgs, RecordArgs, SelectArgs};
use super::session::Session;
use super::sudo::SudoArgs;
use super::{Error, Output};

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
    let mut request = SelectArgs { on: args.nodes }.request("rollback");
    request["to"] = args.to.into();
    let prepared = session.prepare((&args.flake, &args.sudo), request).await?;
    let summary = session.carry_out(&prepared, prepared.evaluated_all(&session.events), AT_ONCE).await;
    Ok(Output::summary("", summary, args.record.json))
}
