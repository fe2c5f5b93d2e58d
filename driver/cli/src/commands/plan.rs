//! `netlib plan`: what a deploy would do, in which order.

use std::path::PathBuf;

use clap::Args;

use serde_json::Value;

use super::args::{FlakeArgs, SelectArgs};
use super::saved::present;
use super::session::Session;
use super::sudo::SudoArgs;
use super::{Error, Output};

/// Show the steps of a deploy and their order: nodes, rollouts with batches and gates, checks. Contacts no host, and evaluates no
/// NixOS system unless --out writes the plan.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/plan.txt"))]
pub struct PlanArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Print all steps, gates and checks as a tree, instead of waves and what is out of the ordinary
    #[arg(long, visible_alias = "tree", group = "format")]
    full: bool,
    /// Print the plan as JSON, schema version 3
    #[arg(long, group = "format")]
    json: bool,
    /// Print a Graphviz graph
    #[arg(long, group = "format")]
    dot: bool,

    /// Also evaluate the systems and write the plan with them to this file, for `netlib deploy --plan`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Prints the plan.
pub async fn run(args: PlanArgs, session: &Session) -> Result<Output, Error> {
    let mut request = args.select.request("plan");
    request["show"] = match args {
        PlanArgs { json: true, .. } => "nothing",
        PlanArgs { dot: true, .. } => "dot",
        PlanArgs { full: true, .. } => "full",
        _ => "text",
    }
    .into();
    let prepared = session.prepare((&args.flake, &SudoArgs::default()), request, None).await?;
    let plan = &prepared.plan;
    if let Some(path) = &args.out {
        let results = prepared.evaluated_all(&session.events);
        let present = present(&prepared, plan, &results).await;
        results.end().await;
        present?.write(path)?;
    }
    let text = match &plan.text {
        Some(text) => text.clone(),
        None => format!("{:#}\n", serde_json::from_str::<Value>(&plan.source)?),
    };
    Ok(Output::new(text, true))
}
