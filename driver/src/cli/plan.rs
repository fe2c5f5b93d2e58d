//! `netlib plan`: what a deploy would do, in which order.

use std::path::PathBuf;

use clap::Args;

use serde_json::json;

use super::common::{Display, FlakeArgs, SelectArgs, asking, drawn, prepare, print};
use super::interrupt::Interrupts;
use super::saved::present;
use super::status::evaluated;
use super::{Error, Exit};
use crate::event::EventSink;

/// Show the steps of a deploy and their order: nodes, rollouts with their batches and gates, checks. Reaches no host, and
/// evaluates no NixOS system unless the plan is written with --out.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  netlib plan\n  netlib plan --on @edge --json\n  netlib plan --dot | dot -Tsvg > plan.svg\n  netlib plan --out plan.json        then: netlib deploy --plan plan.json"
)]
pub struct PlanArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    format: Format,

    /// Also write the plan with the systems that it would bring to this file, for `netlib deploy --plan`; evaluates them
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
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
    let mut text = None;
    if args.out.is_some() || args.format.json {
        let display = Display::start(interrupts, Vec::new());
        let planned = planned(&args, display.events(), interrupts).await;
        display.end().await;
        text = planned?;
    }
    let text = match text {
        Some(text) => text,
        None => {
            let show = if args.format.dot { "dot" } else { "text" };
            let request = json!({ "command": "plan", "on": args.select.on, "show": show });
            asking(&args.flake, interrupts, async |flake, events| drawn(&args.flake, flake, &request, events).await)
                .await?
        }
    };
    print(&text)?;
    Ok(Exit::Good)
}

/// Writes it where that is wanted; the document, if that is what to print.
async fn planned(args: &PlanArgs, events: &EventSink, interrupts: &Interrupts) -> Result<Option<String>, Error> {
    let prepared = prepare(&args.flake, &args.select, events, interrupts).await?;
    if let Some(path) = &args.out {
        let toplevels = evaluated(&prepared, events);
        let present = present(&prepared, &toplevels).await;
        toplevels.end().await;
        present?.write(path)?;
    }
    if !args.format.json {
        return Ok(None);
    }
    let plan = prepared.plan.restricted(&prepared.nodes, &prepared.graph);
    Ok(Some(serde_json::to_string_pretty(&plan)? + "\n"))
}
