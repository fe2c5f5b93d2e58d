//! What can go wrong between the deployer and a host.

use std::path::Path;

use super::{ConnectFailure, Refusal};
use crate::process::{End, ProcessError, quote_argv};
use crate::text::below;

/// How a command ended, and how ssh itself ends where it fails.
pub(super) const SSH_OR_COMMAND: &str = "exit status: 255";

/// What went wrong between the deployer and a host.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HostError {
    /// No connection could be made.
    #[error("cannot connect to {0}")]
    NoConnection(Box<ConnectFailure>),
    /// The connection broke while a command ran.
    #[error("{0}")]
    Disconnected(String),
    /// A command ran and failed.
    #[error("command failed on {address} ({status}): {}{}", quote_argv(argv), below(stderr))]
    Failed {
        /// How the node is reached.
        address: String,
        /// The command.
        argv: Vec<String>,
        /// How it ended.
        status: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// A command did not end in time.
    #[error("{0}")]
    TimedOut(String),
    /// The host script refused to do it.
    #[error("{address}: {refusal}")]
    Refused {
        /// How the node is reached.
        address: String,
        /// Why, and what to do.
        refusal: Box<Refusal>,
    },
    /// Something else, for this reason.
    #[error("{0}")]
    Because(String),
}

/// How much of an answer that is none is shown.
const LONGEST_ANSWER: usize = 1000;

impl HostError {
    /// The host script answered something that is not in its protocol.
    pub fn answer(address: &str, subcommand: &str, answer: &str) -> Self {
        let answer: String = answer.chars().take(LONGEST_ANSWER).collect();
        Self::Because(format!("{address}: unexpected answer of the host script's `{subcommand}`: {answer:?}"))
    }

    /// The login user is not root and may not become root.
    pub(crate) fn not_permitted(address: &str, stderr: &str) -> Self {
        Self::Because(format!(
            "{address}: the login user is not root and may not become root with sudo{}\n  help: set `target.user = \"root\"`, or allow this user sudo on the host (on NixOS: a member of the group wheel)",
            below(stderr)
        ))
    }

    /// A command that did not end well on a machine, as the process that ran it tells. People need not know how it was brought
    /// there.
    pub fn of_command(address: &str, argv: &[String], error: ProcessError) -> Self {
        let (address, argv) = (address.to_owned(), argv.to_vec());
        match error.end {
            End::Status(status) => Self::Failed { address, argv, status: status.to_string(), stderr: error.stderr },
            End::TimedOut(_) => Self::TimedOut(format!("{address}: {}", ProcessError { argv, ..error })),
            End::TooLong(_) => Self::Because(format!(
                "{address}: {}\n  help: look at what the host does with this command",
                ProcessError { argv, ..error }
            )),
            _ => error.into(),
        }
    }

    /// What the operating system said of a file on the deployer.
    pub(super) fn at(path: &Path, source: std::io::Error) -> Self {
        Self::Because(format!("cannot use {}: {source}", path.display()))
    }

    /// Whether nothing was tried because the host does not answer.
    pub fn is_offline(&self) -> bool {
        matches!(self, Self::NoConnection(failure) if failure.is_silence())
    }

    /// Whether somebody else has the lease of the host.
    pub fn is_lease_busy(&self) -> bool {
        matches!(self, Self::Refused { refusal, .. } if matches!(**refusal, Refusal::RolloutBusy(_)))
    }

    /// Whether somebody else has, or had, the lease of the host.
    pub fn is_lease_lost(&self) -> bool {
        matches!(self, Self::Refused { refusal, .. } if matches!(**refusal, Refusal::RolloutLost(_)))
    }

    /// Whether trying again later may help: the connection is at fault, not the command.
    pub fn is_connection(&self) -> bool {
        matches!(self, Self::NoConnection(_) | Self::Disconnected(_) | Self::TimedOut(_)) || self.may_be_ssh()
    }

    /// Ended with ssh's own status, which the host's script never has: an ssh that was interrupted ends so.
    fn may_be_ssh(&self) -> bool {
        matches!(self, Self::Failed { status, .. } if status == SSH_OR_COMMAND)
    }
}

impl From<ProcessError> for HostError {
    fn from(error: ProcessError) -> Self {
        Self::Because(error.to_string())
    }
}
