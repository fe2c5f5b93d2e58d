//! Why the host script refused, explained with what to do next.

use serde::Deserialize;

use super::LockHolder;
use super::answer::if_good;
use super::rollout::Held;
use crate::host::error::shown;

/// Why the host script refused.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, thiserror::Error)]
#[serde(tag = "refused", rename_all = "kebab-case")]
pub enum Refusal {
    /// Somebody else is deploying to the host.
    #[error("{}", busy(lock))]
    Busy {
        /// Who.
        lock: LockHolder,
    },
    /// The host has other systems than when the deployment was prepared for it.
    #[error(
        "the host changed while this deployment was prepared: {}; nothing was changed\n  help: see that your flake has those changes too (`netlib diff` shows what would go), then deploy again",
        changed(runs.as_deref(), by.as_ref())
    )]
    Changed {
        /// What runs now.
        runs: Option<String>,
        /// When the deployment of that ended, by the host's clock, and who deployed; none if it was not deployed by netlib.
        by: Option<(String, String)>,
    },
    /// Somebody else rolls the host out.
    #[error(
        "{} has been at work on the rollout {} since {}; nothing was changed\n  help: wait for that deploy to end, then deploy again; the lock of a deployer that is gone ends by itself within two minutes",
        held.deployer, held.rollout, held.since
    )]
    RolloutBusy {
        /// Who.
        held: Held,
    },
    /// This deployment does not have the host's lease any more; whoever has it now.
    #[error(
        "this deployment does not have the lock of its rollout there any more{}; nothing was changed",
        held.as_ref().map(|held| format!(": {} took it at {}", held.deployer, held.since)).unwrap_or_default()
    )]
    RolloutLost {
        /// Who has it.
        #[serde(default, deserialize_with = "if_good")]
        held: Option<Held>,
    },
    /// The rollout does not wait for approval of this plan.
    #[error("the rollout does not wait for approval of this plan any more; nothing was approved")]
    NotPaused,
    /// What the coordinator keeps is not what it was when it was asked for.
    #[error("others change what the coordinator keeps of the rollout all the time; nothing was changed")]
    DocumentChanged,
    /// A deployment of this nonce is known already.
    #[error("this deployment is known there already")]
    Known,
    /// The activation does not wait for confirmation, or not any more.
    #[error("the activation does not wait for confirmation")]
    NotWaiting,
    /// For another reason, which only people read.
    #[error("{why}{}{}{}", shown(stderr), line("file system", disk), line("help", help))]
    Because {
        /// Which.
        why: String,
        /// What could be done.
        help: Option<String>,
        /// The file system, as `df` shows it.
        disk: Option<String>,
        /// What the host's commands said.
        #[serde(default)]
        stderr: String,
    },
}

fn busy(LockHolder { deployer, since, process, .. }: &LockHolder) -> String {
    match process {
        Some(process) => format!(
            "process {process} holds netlib's lock on this host and is no deployment; nothing was changed\n  help: end that process there, then deploy again"
        ),
        None => format!(
            "{deployer} has been deploying to this host since {since}; nothing was changed\n  help: wait for that deployment to end, then deploy again"
        ),
    }
}

fn changed(running: Option<&str>, by: Option<&(String, String)>) -> String {
    let running = running.unwrap_or("no system");
    match by {
        Some((at, deployer)) => format!("{deployer} deployed {running} at {at}"),
        None => format!("{running} runs now, which netlib did not deploy"),
    }
}

fn line(name: &str, text: &Option<String>) -> String {
    text.as_ref().map(|text| format!("\n  {name}: {text}")).unwrap_or_default()
}
