//! Why the host script refused, explained with what to do next.

use super::LockHolder;
use super::answer::Answer;
use super::rollout::Held;
use crate::host::error::shown;

/// Why the host script refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Somebody else is deploying to the host.
    #[error("{}", busy(.0))]
    Busy(LockHolder),
    /// The host has other systems than when the deployment was prepared for it.
    #[error(
        "the host changed while this deployment was prepared: {}; nothing was changed\n  what to do: see that your flake has those changes too (`netlib diff` shows what would go), then deploy again",
        changed(running.as_deref(), by.as_ref())
    )]
    Changed {
        /// What runs now.
        running: Option<String>,
        /// When the deployment of that ended, by the host's clock, and who deployed; none if it was not deployed by netlib.
        by: Option<(String, String)>,
    },
    /// The host belongs to another network.
    #[error(
        "this host belongs to the network {name:?} (id {id}); nothing was changed\n  what to do: check `target.host`; if the host is to move to this network, deploy with --adopt"
    )]
    OtherNetwork {
        /// Name of the network it belongs to.
        name: String,
        /// Its id.
        id: String,
    },
    /// Two networks of different names have the same id.
    #[error(
        "two networks share the id {id}: this host belongs to the one named {name:?}; nothing was changed\n  what to do: give each network a `network.id` of its own; if this one was renamed, deploy once with --adopt"
    )]
    SharedId {
        /// Name of the network it belongs to.
        name: String,
        /// The shared id.
        id: String,
    },
    /// Somebody else rolls the host out.
    #[error(
        "{} has been at work on the rollout {} since {}; nothing was changed\n  what to do: wait for that deploy to end, then deploy again; the lock of a deployer that is gone ends by itself within two minutes",
        .0.deployer, .0.rollout, .0.since
    )]
    RolloutBusy(Held),
    /// This deployment does not have the host's lease any more; whoever has it now.
    #[error(
        "this deployment does not have the lock of its rollout there any more{}; nothing was changed",
        .0.as_ref().map(|held| format!(": {} took it at {}", held.deployer, held.since)).unwrap_or_default()
    )]
    RolloutLost(Option<Held>),
    /// The host's own records do not say what to go back to.
    #[error(
        "the host's own records do not say what ran before, or something else was deployed since; nothing was changed"
    )]
    NothingBefore,
    /// The rollout does not wait for approval of this plan.
    #[error("the rollout does not wait for approval of this plan any more; nothing was approved")]
    NotPaused,
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
        asked.map_or("before its current one".to_owned(), |number| number.to_string()), listed(generations)
    )]
    NoGeneration {
        /// The one that was asked for; none for the one before.
        asked: Option<u64>,
        /// The generations that there are.
        generations: Vec<u64>,
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
        is: String,
    },
    /// The host could not write down what it is going to do.
    #[error("the host could not write down its state; nothing was activated{}", make_room(disk, said))]
    State {
        /// The file system, as `df` shows it.
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

impl Refusal {
    /// The refusal of a code; the function looks up the details.
    pub(super) fn of(code: &str, answer: &Answer, said: &str) -> Option<Self> {
        let said = said.to_owned();
        let detail = |key: &str| answer.get(key).unwrap_or_default().to_owned();
        let (name, id) = (detail("network.name"), detail("network.id"));
        Some(match code {
            "busy" => Self::Busy(answer.lock()?),
            "changed" => Self::Changed {
                running: answer.get("changed.running").map(str::to_owned),
                by: answer.all("changed.by").last().and_then(|by| {
                    let (at, deployer) = by.split_once(' ')?;
                    Some((at.to_owned(), deployer.to_owned()))
                }),
            },
            "other-network" => Self::OtherNetwork { name, id },
            "shared-id" => Self::SharedId { name, id },
            "rollout-busy" => Self::RolloutBusy(answer.held()?),
            "rollout-lost" => Self::RolloutLost(answer.held()),
            "nothing-before" => Self::NothingBefore,
            "not-paused" => Self::NotPaused,
            "no-toplevel" => Self::NoToplevel,
            "known" => Self::Known,
            "not-waiting" => Self::NotWaiting,
            "no-generation" => Self::NoGeneration {
                asked: answer.get("generation.asked").and_then(|asked| asked.parse().ok()),
                generations: answer.generations(),
            },
            "not-in-profile" => Self::NotInProfile,
            "gate" => Self::Gate { process: detail("gate.process") },
            "folder" => Self::Folder { path: detail("folder"), is: detail("folder.is") },
            "state" => Self::State { disk: detail("disk"), said },
            "identity" => Self::Identity { disk: detail("disk"), said },
            "start" => Self::Start { said },
            _ => return None,
        })
    }
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

fn listed(generations: &[u64]) -> String {
    let numbers: Vec<String> = generations.iter().map(u64::to_string).collect();
    if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") }
}

/// What was said of a disk that takes nothing, and what to do.
fn make_room(disk: &str, said: &str) -> String {
    let disk = if disk.is_empty() { String::new() } else { format!("\n  file system: {disk}") };
    let help = "make room there, for example with `nix-collect-garbage -d`, then deploy again";
    format!("{}{disk}\n  what to do: {help}", shown(said))
}
