//! `netlib run`: a plan of the network, one request after the other.

use std::sync::Arc;

use clap::{Arg, Args};
use serde_json::{Value, json};

use super::args::SelectArgs;
use super::deploy::{DeployArgs, carry_out, request};
use super::session::{Prepared, Session};
use super::{Error, Output};
use crate::report::summary::Summary;
use netlib_core::steps::{Records, StepRunner};

/// Carry out a plan of the network: what its modules or its owners define beside `deploy`, with the same limits, events and log.
///
/// netlib's own options come before the plan's name; what comes after it is the plan's, and `--on`, `--goal` and `--reboot`.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/run.txt"), mut_arg("words", plan_and_arguments))]
pub struct RunArgs {
    #[command(flatten)]
    deploy: DeployArgs,
}

/// What others take for selectors.
fn plan_and_arguments(words: Arg) -> Arg {
    let words = words.value_name("PLAN [ARGUMENT]").help("The plan, and what it takes").conflicts_with("plan");
    words.trailing_var_arg(true).allow_hyphen_values(true)
}

/// Carries it out, and says what became of each node.
pub async fn run(args: RunArgs, session: &Session) -> Result<Output, Error> {
    session.record(&args.deploy.record, "run")?;
    let SelectArgs { on, words } = args.deploy.on.select.clone();
    let mut request = request(&args.deploy, &SelectArgs { on, words: Vec::new() }, "run");
    request["plan"] = json!(words.first());
    request["words"] = json!(words.get(1..).unwrap_or_default());
    let mut last = None;
    let result = stages(&args, request, &mut last, session).await;
    if let Some((_prepared, runner)) = &last {
        runner.end().await;
    }
    let (text, summary) = result?;
    // Only `--help` of a plan carries out nothing.
    if last.is_none() {
        return Ok(Output::new(text, true));
    }
    Ok(Output::summary(&text, summary, args.deploy.record.json))
}

/// One request after the other, each evaluated when the one before it is over. What was walked last is in `last`.
async fn stages(
    args: &RunArgs,
    mut request: Value,
    last: &mut Option<(Prepared, StepRunner)>,
    session: &Session,
) -> Result<(String, Summary), Error> {
    let records = Arc::new(Records::default());
    let mut flake = args.deploy.on.flake.clone();
    let mut text = String::new();
    for stage in 0.. {
        request["stage"] = json!(stage);
        let prepared = session.prepare((&flake, &args.deploy.on.sudo), request.clone()).await?;
        let stages = prepared.plan.run.as_ref().map_or(0, |run| run.stages);
        let (before, summary, runner) = carry_out(&args.deploy, (&prepared, None), records.clone(), session).await?;
        text += &before;
        *last = (stages > 0).then_some((prepared, runner));
        if stage + 1 >= stages || !summary.is_success() || session.cancel.is_cancelled() {
            return Ok((text, summary));
        }
        text += &format!("{summary}\n");
        if let Some(reference) = records.flake() {
            flake = flake.replaced(&reference)?;
        }
    }
    Err("a plan has no end".into())
}
