//! `netlib approve`: lets a paused rollout go on.

use clap::Args;

use super::common::{Display, FlakeArgs, SelectArgs, prepare, print};
use super::interrupt::Interrupts;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::event::EventSink;
use crate::host::script::rollout::{self, Waiting};
use crate::host::{Host, Hosts};
use crate::plan::Plan;
use crate::select::one_of;
use crate::steps::{Settings, coordinator};

/// Approve that a paused rollout goes on, from any machine that reaches its coordinator.
///
/// What is approved is the plan that is waiting there, named by its digest: if the plan changes, the approval is void.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib approve                  the one rollout that waits\n  \
    netlib approve web\n  \
    netlib approve web --digest 0f3c5a7712d84e90\n\n\
    Exit status: 0 approved, 1 nothing waits or its coordinator does not answer, 2 bad usage or evaluation, 130 interrupted.")]
pub struct ApproveArgs {
    /// The rollout, by the name that deploy and plan show [default: the only one that waits]
    #[arg(value_name = "ROLLOUT")]
    rollout: Option<String>,

    /// Approve only the plan of this digest
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,

    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    sudo: SudoArgs,
}

/// Approves, and says what.
pub async fn run(args: ApproveArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, Vec::new());
    let approved = approved(&args, display.events(), interrupts).await;
    display.end().await;
    let (text, exit) = approved?;
    print(&text)?;
    Ok(exit)
}

async fn approved(
    args: &ApproveArgs,
    events: &EventSink,
    interrupts: &Interrupts,
) -> Result<(String, Exit), Error> {
    let select = SelectArgs { on: Vec::new() };
    let prepared = prepare(&args.flake, &select, events, interrupts).await?;
    let plan = &prepared.plan;
    let ids = ids(plan, args.rollout.as_deref())?;
    let hosts = Hosts::new(plan, prepared.run_dir.path())?.asking(args.sudo.source(interrupts));
    let settings = Settings::new(
        prepared.run_dir.path().to_owned(),
        interrupts.token().clone(),
    );
    let mut texts = Vec::new();
    let mut waiting = Vec::new();
    for id in ids {
        match look(&hosts, plan, &id).await {
            Ok((host, Some(found))) => waiting.push((id, host, found)),
            Ok((_, None)) => texts.push(format!("rollout {id} does not wait for approval")),
            Err(error) => texts.push(format!("rollout {id}: {error}")),
        }
    }
    let exit = match waiting.as_slice() {
        [(id, host, found)] => {
            let (text, exit) = approve(args, id, (&**host, found), &settings.deployer).await;
            texts = vec![text];
            exit
        }
        [] => Exit::NodeFailed,
        several => {
            let names: Vec<&str> = several.iter().map(|(id, ..)| id.as_str()).collect();
            let names = names.join(", ");
            return Err(format!(
                "several rollouts wait for approval: {names}.\nName one: netlib approve {}",
                several[0].0
            )
            .into());
        }
    };
    hosts.close().await;
    Ok((texts.join("\n") + "\n", exit))
}

/// The rollout that was named, or all.
fn ids(plan: &Plan, named: Option<&str>) -> Result<Vec<String>, Error> {
    let all: Vec<String> = plan.rollouts.keys().cloned().collect();
    match named {
        None if all.is_empty() => {
            Err("the network has no rollouts, so nothing can wait for approval.".into())
        }
        None => Ok(all),
        Some(name) if plan.rollouts.contains_key(name) => Ok(vec![name.to_owned()]),
        Some(name) => Err(one_of("rollout", name, &all).into()),
    }
}

type Found = (std::sync::Arc<dyn Host>, Option<Waiting>);

async fn look(hosts: &Hosts, plan: &Plan, id: &str) -> Result<Found, Error> {
    let Some(planned) = plan.rollouts.get(id) else {
        return Err(format!("the plan has no rollout `{id}`").into());
    };
    let host = coordinator(hosts, planned).await?;
    let look = rollout::look(&*host, id).await?;
    Ok((host, look.waiting))
}

async fn approve(
    args: &ApproveArgs,
    id: &str,
    (host, waiting): (&dyn Host, &Waiting),
    by: &str,
) -> (String, Exit) {
    let Waiting {
        digest,
        batch,
        deployer,
        since,
    } = waiting;
    if args.digest.as_ref().is_some_and(|wanted| wanted != digest) {
        return (
            format!(
                "rollout {id} waits with plan {digest}, which is another one; nothing was approved"
            ),
            Exit::NodeFailed,
        );
    }
    match rollout::approve(host, id, digest, by).await {
        Ok(()) => (
            format!(
                "approved: rollout {id} goes on after batch {batch} (plan {digest}, waiting since {since}, started by {deployer})"
            ),
            Exit::Good,
        ),
        Err(error) => (format!("rollout {id}: {error}"), Exit::NodeFailed),
    }
}
