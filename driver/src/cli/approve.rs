//! `netlib approve`: lets a paused rollout go on.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::common::{Display, FlakeArgs, prepare, print};
use super::interrupt::Interrupts;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::event::EventSink;
use crate::host::script::rollout::{self, Approval, Waiting};
use crate::host::{Host, Hosts};
use crate::plan::Plan;
use crate::steps::{Approvers, Statement, coordinator, who};

/// Resume a paused rollout, from any machine that reaches its coordinator.
///
/// You approve the plan that is waiting there, by its digest: if the plan changes, the approval is void. If the rollout lists
/// `approvers`, the approval is signed with the SSH key of one of them; pass the --digest and --batch that the waiting deploy
/// shows.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib approve                  the one rollout that waits\n  \
    netlib approve web\n  \
    netlib approve web --digest 0f3c5a7712d84e900f3c5a7712d84e90 --batch 1\n\n\
    Exit status: 0 approved, 1 nothing waits or its coordinator does not answer, 2 usage or evaluation error, 130 interrupted.")]
pub struct ApproveArgs {
    /// Name of the rollout, as deploy and plan show it [default: the only one that waits]
    #[arg(value_name = "ROLLOUT")]
    rollout: Option<String>,

    /// Only approve the plan with this digest
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,

    /// Only approve a rollout that waits after this batch
    #[arg(long, value_name = "N")]
    batch: Option<usize>,

    /// Sign with this key, if the rollout lists approvers: a private key, or a public key whose private half is in the agent
    /// [default: an approver's key in the agent]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

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

async fn approved(args: &ApproveArgs, events: &EventSink, interrupts: &Interrupts) -> Result<(String, Exit), Error> {
    let named: Vec<&String> = args.rollout.iter().collect();
    let request = json!({ "command": "approve", "rollouts": named });
    let prepared = prepare(&args.flake, request, events, interrupts).await?;
    let plan = &prepared.plan;
    // Others only stand in for a coordinator that does not answer.
    let nodes = plan.rollouts.values().map(|rollout| rollout.coordinator.clone()).collect();
    let hosts = Hosts::new(plan)?.asking(args.sudo.source(interrupts), &nodes);
    let mut texts = Vec::new();
    let mut waiting = Vec::new();
    for id in plan.rollouts.keys() {
        match look(&hosts, plan, id).await {
            Ok((host, Some(found))) => waiting.push((id.clone(), host, found)),
            Ok((_, None)) => texts.push(format!("rollout {id} does not wait for approval")),
            Err(error) => texts.push(format!("rollout {id}: {error}")),
        }
    }
    let exit = match waiting.as_slice() {
        [(id, host, found)] => {
            let dir = prepared.run_dir.path();
            let approved = approve(args, (plan, id), (&**host, found), dir).await;
            let exit = if approved.is_ok() { Exit::Good } else { Exit::NodeFailed };
            texts = vec![approved.unwrap_or_else(|why| format!("rollout {id}: {why}"))];
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

type Found = (std::sync::Arc<dyn Host>, Option<Waiting>);

async fn look(hosts: &Hosts, plan: &Plan, id: &str) -> Result<Found, Error> {
    let Some(planned) = plan.rollouts.get(id) else {
        return Err(format!("the plan has no rollout `{id}`").into());
    };
    let host = coordinator(hosts, planned).await?;
    let document = rollout::read(&*host, id).await?;
    Ok((host, document.waiting))
}

/// Approves; the text says what. Otherwise, why not.
async fn approve(
    args: &ApproveArgs,
    (plan, id): (&Plan, &str),
    (host, waiting): (&dyn Host, &Waiting),
    dir: &Path,
) -> Result<String, String> {
    let Waiting { digest, batch, deployer, since } = waiting;
    if args.digest.as_ref().is_some_and(|wanted| wanted != digest) {
        return Err(format!("it waits with plan {digest}, which is another one; nothing was approved"));
    }
    if args.batch.is_some_and(|wanted| wanted != *batch) {
        return Err(format!("it waits after batch {batch}, which is another one; nothing was approved"));
    }
    let mut approval = Approval { digest: digest.clone(), batch: *batch, by: who(), signature: None };
    let approvers = &plan.rollouts[id].approvers;
    if !approvers.is_empty() {
        if args.digest.is_none() || args.batch.is_none() {
            return Err(format!(
                "its approvals are signed, and only its coordinator says what waits; nothing was approved\n  \
                 what to do: name the plan and the batch that the waiting deploy shows: netlib approve {id} --digest … --batch …"
            ));
        }
        let statement = Statement::of(&plan.network, id, &approval);
        let (by, signature) = signed(args, id, approvers, (&statement, dir)).await?;
        approval.by = by;
        approval.signature = Some(signature);
    }
    let approved = rollout::approve(host, id, &approval).await;
    approved.map_err(|error| error.to_string())?;
    Ok(format!(
        "approved: rollout {id} goes on after batch {batch} (plan {digest}, waiting since {since}, started by {deployer})"
    ))
}

/// The signature of the approver whose key is at hand, and who that is.
async fn signed(
    args: &ApproveArgs,
    id: &str,
    approvers: &Approvers,
    (statement, dir): (&Statement, &Path),
) -> Result<(String, String), String> {
    let names: Vec<&str> = approvers.keys().map(String::as_str).collect();
    let names = names.join(", ");
    if let Some(key) = &args.key {
        let signature = statement.sign(key).await?;
        let by = statement.signer(approvers, &signature, dir).await;
        let by = by.ok_or_else(|| {
            format!(
                "{} is not the key of an approver of the rollout {id} ({names}); nothing was approved",
                key.display()
            )
        })?;
        return Ok((by, signature));
    }
    let path = dir.join("approver.pub");
    for (name, keys) in approvers {
        for key in keys {
            std::fs::write(&path, format!("{key}\n")).map_err(|error| error.to_string())?;
            if let Ok(signature) = statement.sign(&path).await {
                return Ok((name.clone(), signature));
            }
        }
    }
    Err(format!(
        "the SSH agent has no key of an approver of the rollout {id} ({names}); nothing was approved\n  \
         what to do: name the private key with --key, or add it to the agent with ssh-add"
    ))
}
