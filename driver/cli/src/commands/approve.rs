//! `netlib approve`: lets a paused rollout go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::args::FlakeArgs;
use super::session::{Prepared, Session};
use super::sudo::SudoArgs;
use super::{Error, Output};
use netlib_core::host::Host;
use netlib_core::host::script::rollout::{self, Approval, Waiting};
use netlib_core::plan::Rollout;
use netlib_core::steps::{Approvers, Statement, coordinator, who};

/// Resume a paused rollout, from any machine that reaches its coordinator.
///
/// You approve the plan that is waiting there, by its digest: if the plan changes, the approval is void. If the rollout lists
/// `approvers`, the approval is signed with the SSH key of one of them; pass the --digest and --batch that the waiting deploy
/// shows.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/approve.txt"))]
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
pub async fn run(args: ApproveArgs, session: &Session) -> Result<Output, Error> {
    let request = json!({ "command": "approve", "rollouts": args.rollout.as_slice() });
    let prepared = session.prepare((&args.flake, &args.sudo), request, None).await?;
    let (mut found, mut others) = (Vec::new(), String::new());
    for (id, planned) in &prepared.plan.rollouts {
        let look = async {
            let host = coordinator(&prepared.hosts, planned).await?;
            Ok::<_, Error>((rollout::read(&*host, id).await?.waiting, host))
        };
        match look.await {
            Ok((Some(waiting), host)) => found.push(Found { id, planned, host, waiting }),
            Ok((None, _)) => others += &format!("rollout {id} does not wait for approval\n"),
            Err(error) => others += &format!("rollout {id}: {error}\n"),
        }
    }
    let output = match found.as_slice() {
        [one] => match approve(&args, one, &prepared).await {
            Ok(text) => Output::new(text + "\n", true),
            Err(why) => Output::new(format!("rollout {}: {why}\n", one.id), false),
        },
        [] => Output::new(others, false),
        [first, ..] => {
            let names: Vec<&str> = found.iter().map(|found| found.id).collect();
            let (names, first) = (names.join(", "), first.id);
            return Err(
                format!("several rollouts wait for approval: {names}.\nName one: netlib approve {first}").into()
            );
        }
    };
    prepared.hosts.close().await;
    Ok(output)
}

/// A rollout that waits.
struct Found<'a> {
    id: &'a str,
    planned: &'a Rollout,
    host: Arc<dyn Host>,
    waiting: Waiting,
}

/// Approves; the text says what. Otherwise, why not.
async fn approve(args: &ApproveArgs, found: &Found<'_>, prepared: &Prepared) -> Result<String, String> {
    let Found { id, planned, host, waiting: Waiting { digest, batch, deployer, since } } = found;
    if args.digest.as_ref().unwrap_or(digest) != digest || args.batch.unwrap_or(*batch) != *batch {
        let what = format!("with plan {digest} after batch {batch}");
        return Err(format!("it waits {what}, which is another one; nothing was approved"));
    }
    let mut approval = Approval { digest: digest.clone(), batch: *batch, by: who(), signature: None };
    if !planned.approvers.is_empty() {
        if args.digest.is_none() || args.batch.is_none() {
            return Err(format!(
                "its approvals are signed, and only its coordinator says what waits; nothing was approved\n  \
                 help: name the plan and the batch that the waiting deploy shows: netlib approve {id} --digest … --batch …"
            ));
        }
        let statement = Statement::of(&prepared.plan.network, id, &approval);
        let signed = signed(args.key.as_deref(), &planned.approvers, &statement, prepared.run_dir.path()).await;
        let (by, signature) = signed.map_err(|why| {
            let names: Vec<&str> = planned.approvers.keys().map(String::as_str).collect();
            format!("{why}; its approvers are {}; nothing was approved", names.join(", "))
        })?;
        approval.by = by;
        approval.signature = Some(signature);
    }
    rollout::approve(&**host, id, &approval).await.map_err(|error| error.to_string())?;
    Ok(format!(
        "approved: rollout {id} goes on after batch {batch} (plan {digest}, waiting since {since}, started by {deployer})"
    ))
}

/// The signature of the approver whose key is at hand, and who that is.
async fn signed(
    key: Option<&Path>,
    approvers: &Approvers,
    statement: &Statement,
    dir: &Path,
) -> Result<(String, String), String> {
    if let Some(key) = key {
        let signature = statement.sign(key).await?;
        let by = statement.signer(approvers, &signature, dir).await;
        return by.map(|by| (by, signature)).ok_or_else(|| format!("{} is not the key of an approver", key.display()));
    }
    let path = dir.join("approver.pub");
    for (name, key) in approvers.iter().flat_map(|(name, keys)| keys.iter().map(move |key| (name, key))) {
        std::fs::write(&path, format!("{key}\n")).map_err(|error| error.to_string())?;
        if let Ok(signature) = statement.sign(&path).await {
            return Ok((name.clone(), signature));
        }
    }
    Err("the SSH agent has no key of an approver (name the private key with --key, or add it with ssh-add)".to_owned())
}
