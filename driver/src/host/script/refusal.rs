//! Why the host script refused, explained with what to do next.

use serde::Deserialize;

use super::answer::if_good;
use super::inspect::Generation;
use super::rollout::Held;
use super::{LockHolder, Network};
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
        "the host changed while this deployment was prepared: {}; nothing was changed\n  what to do: see that your flake has those changes too (`netlib diff` shows what would go), then deploy again",
        changed(runs.as_deref(), by.as_ref())
    )]
    Changed {
        /// What runs now.
        runs: Option<String>,
        /// When the deployment of that ended, by the host's clock, and who deployed; none if it was not deployed by netlib.
        by: Option<(String, String)>,
    },
    /// The host belongs to another network.
    #[error(
        "this host belongs to the network {:?} (id {}); nothing was changed\n  what to do: check `target.host`; if the host is to move to this network, deploy with --adopt",
        network.name, network.id
    )]
    OtherNetwork {
        /// The network it belongs to.
        network: Network,
    },
    /// Two networks of different names have the same id.
    #[error(
        "two networks share the id {}: this host belongs to the one named {:?}; nothing was changed\n  what to do: give each network a `network.id` of its own; if this one was renamed, deploy once with --adopt",
        network.id, network.name
    )]
    SharedId {
        /// The network it belongs to.
        network: Network,
    },
    /// Somebody else rolls the host out.
    #[error(
        "{} has been at work on the rollout {} since {}; nothing was changed\n  what to do: wait for that deploy to end, then deploy again; the lock of a deployer that is gone ends by itself within two minutes",
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
    /// The host's own records do not say what to go back to.
    #[error(
        "the host's own records do not say what ran before, or something else was deployed since; nothing was changed"
    )]
    NothingBefore,
    /// The rollout does not wait for approval of this plan.
    #[error("the rollout does not wait for approval of this plan any more; nothing was approved")]
    NotPaused,
    /// What the coordinator keeps is not what it was when it was asked for.
    #[error("others change what the coordinator keeps of the rollout all the time; nothing was changed")]
    DocumentChanged,
    /// The host lacks Nix.
    #[error(
        "there is no `nix`\n  what to do: install Nix there; a host of netlib is NixOS, or a Debian with `apt install nix-bin`"
    )]
    NoNix,
    /// The host lacks flock.
    #[error("there is no `flock`\n  what to do: install util-linux there")]
    NoFlock,
    /// The system to activate is not on the host.
    #[error("the system to activate is not there or has no bin/switch-to-configuration; nothing was changed")]
    NoToplevel,
    /// A deployment of this nonce is known already.
    #[error("this deployment is known there already")]
    Known,
    /// The activation does not wait for confirmation, or not any more.
    #[error("the activation does not wait for confirmation")]
    NotWaiting,
    /// The system profile has no such generation, or none before its current one.
    #[error(
        "its system profile has no generation {}; it has: {}; nothing was changed\n  what to do: choose one of these with --to",
        asked.as_deref().unwrap_or("before its current one"), listed(generation)
    )]
    NoGeneration {
        /// The one that was asked for; none for the one before.
        asked: Option<String>,
        /// The generations that there are.
        #[serde(default)]
        generation: Vec<Generation>,
    },
    /// A restart would not boot the system that was deployed.
    #[error(
        "the system profile names another system than the one that was deployed, so a restart would not boot it; the host was not restarted"
    )]
    NotInProfile,
    /// Another request to this host does not end.
    #[error(
        "another request to this host has not ended for 20 s, so this one was not carried out\n  what to do: look there for process {process}, then deploy again"
    )]
    Gate {
        /// The process that holds it up: its number and command.
        #[serde(default)]
        process: String,
    },
    /// A folder of netlib's is not root's alone.
    #[error(
        "{path} has to be a folder of root's alone, and is: {is}; nothing was changed\n  what to do: move it away there, then deploy again"
    )]
    Folder {
        /// Where it is.
        path: String,
        /// What is there.
        #[serde(default)]
        is: String,
    },
    /// The host could not write down what it is going to do.
    #[error("the host could not write down its state; nothing was activated{}", make_room(disk, said))]
    State {
        /// The file system, as `df` shows it.
        #[serde(default)]
        disk: String,
        /// What the host's commands said.
        said: String,
    },
    /// The host could not write down which network it belongs to.
    #[error(
        "the host could not write down which network it belongs to; what it runs is not touched by that{}",
        make_room(disk, said)
    )]
    Identity {
        /// The file system, as `df` shows it.
        #[serde(default)]
        disk: String,
        /// What the host's commands said.
        said: String,
    },
    /// The activation could not be started.
    #[error("the host could not start the activation; nothing was changed{}", shown(said))]
    Start {
        /// What the host's commands said.
        said: String,
    },
}

fn busy(LockHolder { deployer, since, process, .. }: &LockHolder) -> String {
    match process {
        Some(process) => format!(
            "process {process} holds netlib's lock on this host and is no deployment; nothing was changed\n  what to do: end that process there, then deploy again"
        ),
        None => format!(
            "{deployer} has been deploying to this host since {since}; nothing was changed\n  what to do: wait for that deployment to end, then deploy again"
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

fn listed(generations: &[Generation]) -> String {
    let mut numbers: Vec<u64> = generations.iter().map(|generation| generation.number).collect();
    numbers.sort_unstable();
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") }
}

/// What was said of a disk that takes nothing, and what to do.
fn make_room(disk: &str, said: &str) -> String {
    let disk = if disk.is_empty() { String::new() } else { format!("\n  file system: {disk}") };
    let help = "make room there, for example with `nix-collect-garbage -d`, then deploy again";
    format!("{}{disk}\n  what to do: {help}", shown(said))
}
