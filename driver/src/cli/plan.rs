//! `netlib plan`: what a deploy would do, in which order.

use clap::Args;

use super::common::{Display, FlakeArgs, Prepared, SelectArgs, prepare, print};
use super::interrupt::Interrupts;
use super::{Error, Exit};
use crate::report::dot::dot;
use crate::report::tree::tree;

/// Show the steps of a deploy and their order. Evaluates no NixOS system and reaches no host.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  netlib plan\n  netlib plan --on @edge --json\n  netlib plan --dot | dot -Tsvg > plan.svg"
)]
pub struct PlanArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    format: Format,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct Format {
    /// A tree for reading (the default)
    #[arg(long)]
    tree: bool,
    /// The plan as a JSON document, schema version 1
    #[arg(long)]
    json: bool,
    /// A graph in the language of Graphviz
    #[arg(long)]
    dot: bool,
}

/// Prints the plan.
pub async fn run(args: PlanArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, Vec::new());
    let prepared = prepare(&args.flake, &args.select, display.events(), interrupts).await;
    display.end().await;
    print(&rendered(&args.format, &prepared?)?)?;
    Ok(Exit::Good)
}

fn rendered(format: &Format, prepared: &Prepared) -> Result<String, Error> {
    let Prepared {
        plan, nodes, graph, ..
    } = prepared;
    if format.json {
        return Ok(serde_json::to_string_pretty(&plan.restricted(nodes, graph))? + "\n");
    }
    if format.dot {
        return Ok(dot(&plan.network.name, graph));
    }
    Ok(tree(plan, graph))
}
