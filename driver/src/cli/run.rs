//! `netlib run`: a plan of the network, one request after the other.

use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::common::{Prepared, prepare, stdout_colours};
use super::deploy::{DeployArgs, carry_out, request, shown};
use super::interrupt::Interrupts;
use super::{Error, Exit};
use crate::event::EventSink;
use crate::report::summary::Summary;
use crate::steps::{Records, StepRunner};

/// Carry out a plan of the network: what its modules or its owners define beside `deploy`, with the same limits, events and log.
///
/// netlib's own options come before the plan's name; what comes after it is the plan's, and `--on`, `--goal` and `--reboot`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib run release v1.2 --on @edge\n  \
    netlib run --dry-run release v1.2\n  \
    netlib run release --help          what a plan takes\n\n\
    Exit status: 0 all well, 1 some node failed, 2 bad usage or evaluation, 3 a rollout waits for approval, 130 interrupted.")]
pub struct RunArgs {
    #[command(flatten)]
    deploy: DeployArgs,

    /// The plan, and what it takes
    #[arg(
        value_name = "PLAN [ARGUMENT]",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        conflicts_with = "plan"
    )]
    words: Vec<String>,
}

/// Carries it out, and prints what became of each node.
pub async fn run(args: RunArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    shown(&args.deploy.record, "run", interrupts, async |events| stages(&args, events, interrupts).await).await
}

async fn stages(args: &RunArgs, events: &EventSink, interrupts: &Interrupts) -> Result<(String, Summary), Error> {
    let mut request = request(&args.deploy, &args.deploy.select, "run");
    request["plan"] = json!(args.words.first());
    request["words"] = json!(args.words.get(1..).unwrap_or_default());
    let mut last = None;
    let result = walked(args, request, &mut last, (events, interrupts)).await;
    if let Some((_prepared, runner)) = &last
        && !args.deploy.dry_run
    {
        runner.end().await;
    }
    result
}

/// One request after the other, each evaluated when the one before it is over. What was walked last is in `last`.
async fn walked(
    args: &RunArgs,
    mut request: Value,
    last: &mut Option<(Prepared, StepRunner)>,
    (events, interrupts): (&EventSink, &Interrupts),
) -> Result<(String, Summary), Error> {
    let records = Arc::new(Records::default());
    let mut flake = args.deploy.flake.clone();
    let mut text = String::new();
    for stage in 0.. {
        request["stage"] = json!(stage);
        let prepared = prepare(&flake, request.clone(), events, interrupts).await?;
        let stages = prepared.plan.run.as_ref().map_or(0, |run| run.stages);
        let (said, summary, runner) =
            carry_out(&args.deploy, (&prepared, None), records.clone(), events, interrupts).await?;
        text += &said;
        *last = (stages > 0).then_some((prepared, runner));
        if stage + 1 >= stages || !summary.is_success() || interrupts.happened() {
            return Ok((text, summary));
        }
        text += &(summary.render(stdout_colours()) + "\n");
        if let Some(reference) = records.flake() {
            flake = flake.replaced(&reference)?;
        }
    }
    Err("a plan has no end".into())
}
