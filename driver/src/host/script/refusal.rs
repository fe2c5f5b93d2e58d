//! Why the host script refused, explained with what to do next.

use std::fmt;

/// Why the host script refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// Somebody else is deploying to the host.
    Busy {
        /// User and machine.
        deployer: String,
        /// Time in UTC.
        since: String,
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
    /// The system to activate is not on the host.
    NoToplevel,
    /// A deployment of this nonce is known already.
    Known,
    /// The host could not write down what it is going to do.
    State {
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
    pub(super) fn of(code: &str, detail: impl Fn(&str) -> String, said: &str) -> Option<Self> {
        let said = said.to_owned();
        let (name, id) = (detail("network.name"), detail("network.id"));
        Some(match code {
            "busy" => Self::Busy {
                deployer: detail("lock.deployer"),
                since: detail("lock.since"),
            },
            "other-network" => Self::OtherNetwork { name, id },
            "shared-id" => Self::SharedId { name, id },
            "no-toplevel" => Self::NoToplevel,
            "known" => Self::Known,
            "state" => Self::State {
                disk: detail("disk"),
                said,
            },
            "start" => Self::Start { said },
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { deployer, since } => write!(
                f,
                "{deployer} has been deploying to this host since {since}; nothing was changed\n  what to do: wait for that deployment to end, then deploy again"
            ),
            Self::OtherNetwork { name, id } => write!(
                f,
                "this host belongs to the network {name:?} (id {id}); nothing was changed\n  what to do: check `target.host`; if the host is to move to this network, deploy with --adopt"
            ),
            Self::SharedId { name, id } => write!(
                f,
                "two networks share the id {id}: this host belongs to the one named {name:?}; nothing was changed\n  what to do: give each network a `network.id` of its own; if this one was renamed, deploy once with --adopt"
            ),
            Self::NoToplevel => write!(
                f,
                "the system to activate is not there or has no bin/switch-to-configuration; nothing was changed"
            ),
            Self::Known => write!(f, "this deployment is known there already"),
            Self::State { disk, said } => {
                write!(
                    f,
                    "the host could not write down its state; nothing was activated"
                )?;
                for line in said.lines() {
                    write!(f, "\n    {line}")?;
                }
                if !disk.is_empty() {
                    write!(f, "\n  file system: {disk}")?;
                }
                write!(
                    f,
                    "\n  what to do: make room there, for example with `nix-collect-garbage -d`, then deploy again"
                )
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
