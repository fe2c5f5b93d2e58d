//! `netlib facts gather`: what nodes know of themselves and others need, recorded beside the flake.

use clap::Subcommand;

use super::args::HostArgs;
use super::session::Session;
use super::{Error, Output};

/// How many nodes are asked at the same time.
const AT_ONCE: usize = 8;

/// Collect and record facts (public keys …) from nodes.
#[derive(Debug, Subcommand)]
pub enum FactsCommand {
    /// Generate missing keys on the nodes and write the public keys to facts/NODE.json next to the flake.
    ///
    /// Private keys never leave their nodes. Commit the files: evaluation reads them.
    #[command(after_help = include_str!("help/facts.txt"))]
    Gather {
        #[command(flatten)]
        on: HostArgs,

        /// Take facts also from hosts that belong to another network
        #[arg(long)]
        adopt: bool,
    },
}

/// Asks each node for itself, then writes what they said; the steps are the library's.
pub async fn run(FactsCommand::Gather { on, adopt }: FactsCommand, session: &Session) -> Result<Output, Error> {
    let prepared = session.open(&on, "facts").await?;
    let results = prepared.evaluated(prepared.coming(session), &session.events);
    Ok(Output::summary("", session.carry_out(&prepared, results, (AT_ONCE, adopt)).await, false))
}
