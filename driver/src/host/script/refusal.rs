//! Why the host script refused, explained with what to do next.

use std::fmt;

use super::LockHolder;
use super::answer::Answer;
use super::rollout::Held;

/// Why the host script refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// Somebody else is deploying to the host.
    Busy(LockHolder),
    /// The host has other systems than when the deployment was prepared for it.
    Changed {
        /// What runs now.
        running: Option<String>,
        /// When the deployment of that ended, by the host's clock, and who deployed; none if it was not deployed by netlib.
        by: Option<(String, String)>,
    },
    /// The host belongs to another network.
    OtherNetwork {
        /// Name of the network it belongs to.
        name: String,
        /// Its id.
        id: String,
    },
    /// Two networks of different names have the same id.
    SharedId {
        /// Name of the network it belongs to.
        name: String,
        /// The shared id.
        id: String,
    },
    /// Somebody else rolls the host out.
    RolloutBusy(Held),
    /// This deployment does not have the host's lease any more; whoever has it now.
    RolloutLost(Option<Held>),
    /// The host's own records do not say what to go back to.
    NothingBefore,
    /// The rollout does not wait for approval of this plan.
    NotPaused,
    /// The system to activate is not on the host.
    NoToplevel,
    /// A deployment of this nonce is known already.
    Known,
    /// The activation does not wait for confirmation, or not any more.
    NotWaiting,
    /// The system profile has no such generation, or none before its current one.
    NoGeneration {
        /// The one that was asked for; none for the one before.
        asked: Option<u64>,
        /// The generations that there are.
        generations: Vec<u64>,
    },
    /// A restart would not boot the system that was deployed.
    NotInProfile,
    /// Another request to this host does not end.
    Gate {
        /// The process that holds it up: its number and command.
        process: String,
    },
    /// A folder of netlib's is not root's alone.
    Folder {
        /// Where it is.
        path: String,
        /// What is there.
        is: String,
    },
    /// The host could not write down what it is going to do.
    State {
        /// The file system, as `df` shows it.
        disk: String,
        /// What the host's commands said.
        said: String,
    },
    /// The host could not write down which network it belongs to.
    Identity {
        /// The file system, as `df` shows it.
        disk: String,
        /// What the host's commands said.
        said: String,
    },
    /// The activation could not be started.
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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(LockHolder {
                process: Some(process),
                ..
            }) => write!(
                f,
                "process {process} holds netlib's lock on this host and is no deployment; nothing was changed\n  what to do: end that process there, then deploy again"
            ),
            Self::Busy(LockHolder {
                deployer, since, ..
            }) => write!(
                f,
                "{deployer} has been deploying to this host since {since}; nothing was changed\n  what to do: wait for that deployment to end, then deploy again"
            ),
            Self::Changed { running, by } => {
                let running = running.as_deref().unwrap_or("no system");
                f.write_str("the host changed while this deployment was prepared: ")?;
                match by {
                    Some((at, deployer)) => write!(f, "{deployer} deployed {running} at {at}")?,
                    None => write!(f, "{running} runs now, which netlib did not deploy")?,
                }
                write!(
                    f,
                    "; nothing was changed\n  what to do: see that your flake has those changes too (`netlib diff` shows what would go), then deploy again"
                )
            }
            Self::OtherNetwork { name, id } => write!(
                f,
                "this host belongs to the network {name:?} (id {id}); nothing was changed\n  what to do: check `target.host`; if the host is to move to this network, deploy with --adopt"
            ),
            Self::SharedId { name, id } => write!(
                f,
                "two networks share the id {id}: this host belongs to the one named {name:?}; nothing was changed\n  what to do: give each network a `network.id` of its own; if this one was renamed, deploy once with --adopt"
            ),
            Self::RolloutBusy(Held {
                rollout,
                deployer,
                since,
                ..
            }) => write!(
                f,
                "{deployer} has been at work on the rollout {rollout} since {since}; nothing was changed\n  what to do: wait for that deploy to end, then deploy again; the lock of a deployer that is gone ends by itself within two minutes"
            ),
            Self::RolloutLost(held) => {
                f.write_str("this deployment does not have the lock of its rollout there any more")?;
                if let Some(held) = held {
                    write!(f, ": {} took it at {}", held.deployer, held.since)?;
                }
                f.write_str("; nothing was changed")
            }
            Self::NothingBefore => f.write_str(
                "the host's own records do not say what ran before, or something else was deployed since; nothing was changed",
            ),
            Self::NotPaused => write!(
                f,
                "the rollout does not wait for approval of this plan any more; nothing was approved"
            ),
            Self::NoToplevel => write!(
                f,
                "the system to activate is not there or has no bin/switch-to-configuration; nothing was changed"
            ),
            Self::Known => write!(f, "this deployment is known there already"),
            Self::NotWaiting => write!(f, "the activation does not wait for confirmation"),
            Self::NoGeneration { asked, generations } => {
                let missing = match asked {
                    Some(number) => format!("its system profile has no generation {number}"),
                    None => {
                        "its system profile has no generation before its current one".to_owned()
                    }
                };
                let numbers: Vec<String> = generations.iter().map(u64::to_string).collect();
                write!(
                    f,
                    "{missing}; it has: {}; nothing was changed\n  what to do: choose one of these with --to",
                    if numbers.is_empty() {
                        "none".to_owned()
                    } else {
                        numbers.join(", ")
                    }
                )
            }
            Self::NotInProfile => write!(
                f,
                "the system profile names another system than the one that was deployed, so a restart would not boot it; the host was not restarted"
            ),
            Self::Gate { process } => write!(
                f,
                "another request to this host has not ended for 20 s, so this one was not carried out\n  what to do: look there for process {process}, then deploy again"
            ),
            Self::Folder { path, is } => write!(
                f,
                "{path} has to be a folder of root's alone, and is: {is}; nothing was changed\n  what to do: move it away there, then deploy again"
            ),
            Self::State { disk, said } => {
                f.write_str("the host could not write down its state; nothing was activated")?;
                make_room(f, disk, said)
            }
            Self::Identity { disk, said } => {
                f.write_str(
                    "the host could not write down which network it belongs to; what it runs is not touched by that",
                )?;
                make_room(f, disk, said)
            }
            Self::Start { said } => {
                write!(
                    f,
                    "the host could not start the activation; nothing was changed"
                )?;
                said.lines().try_for_each(|line| write!(f, "\n    {line}"))
            }
        }
    }
}

/// What was said of a disk that takes nothing, and what to do.
fn make_room(f: &mut fmt::Formatter<'_>, disk: &str, said: &str) -> fmt::Result {
    for line in said.lines() {
        write!(f, "\n    {line}")?;
    }
    if !disk.is_empty() {
        write!(f, "\n  file system: {disk}")?;
    }
    f.write_str("\n  what to do: make room there, for example with `nix-collect-garbage -d`, then deploy again")
}
