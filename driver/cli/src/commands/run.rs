//! `netlib run`: a plan of the network, one request after the other.

use clap::{Arg, Args};
use serde_json::json;

use super::args::SelectArgs;
use super::deploy::{DeployArgs, carry_out, request};
use super::session::Session;
use super::{Error, Output};

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
    carry_out(&args.deploy, (request, None), session).await
}
