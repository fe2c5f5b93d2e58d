//! `netlib plan`: what a deploy would do, in which order.

use std::path::PathBuf;

use clap::Args;

use serde_json::Value;

use super::common::{Display, FlakeArgs, SelectArgs, prepare, print};
use super::interrupt::Interrupts;
use super::saved::present;
use super::status::evaluated;
use super::{Error, Exit};
use crate::event::EventSink;

/// Show the steps of a deploy and their order: nodes, rollouts with batches and gates, checks. Contacts no host, and evaluates no
/// NixOS system unless --out writes the plan.
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

    /// Also evaluate the systems and write the plan with them to this file, for `netlib deploy --plan`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[group(multiple = false)]
struct Format {
    /// Print a tree (default)
    #[arg(long)]
    tree: bool,
    /// Print the plan as JSON, schema version 2
    #[arg(long)]
    json: bool,
    /// Print a Graphviz graph
    #[arg(long)]
    dot: bool,
}

/// Prints the plan.
pub async fn run(args: PlanArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, Vec::new());
    let planned = planned(&args, display.events(), interrupts).await;
    display.end().await;
    print(&planned?)?;
    Ok(Exit::Good)
}

async fn planned(args: &PlanArgs, events: &EventSink, interrupts: &Interrupts) -> Result<String, Error> {
    let mut request = args.select.request("plan");
    request["show"] = args.format.show().into();
    let prepared = prepare(&args.flake, request, events, interrupts).await?;
    if let Some(path) = &args.out {
        let toplevels = evaluated(&prepared, events);
        let present = present(&prepared, &prepared.plan, &toplevels).await;
        toplevels.end().await;
        present?.write(path)?;
    }
    let plan = &prepared.plan;
    if let Some(text) = &plan.text {
        return Ok(text.clone());
    }
    let document: Value = serde_json::from_str(&plan.source)?;
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

impl Format {
    const fn show(&self) -> &'static str {
        match self {
            Self { json: true, .. } => "nothing",
            Self { dot: true, .. } => "dot",
            _ => "text",
        }
    }
}
