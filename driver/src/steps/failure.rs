//! Why a step failed, in words for people: what failed, the command, the end of its log, what to do next.

use std::sync::Arc;
use std::time::Duration;

use crate::diagnose::Kind;
use crate::evaluate::EvaluateError;
use crate::event::StepResult;
use crate::host::HostError;
use crate::host::script::Phase;
use crate::process::{ProcessError, quote_argv};

/// Why a step failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepFailure {
    /// The host or the way to it.
    #[error("{0}")]
    Host(HostError),
    /// The node's configuration does not evaluate.
    #[error("{0}")]
    Evaluate(Arc<EvaluateError>),
    /// The plan asks for something this step cannot be.
    #[error("{0}")]
    Plan(String),
    /// A builder failed.
    #[error("{headline}\n  the end of its log:{}\n  the whole log: nix log {drv}\n  command: {command}", indented(log))]
    Builder {
        /// What Nix says in one line.
        headline: String,
        /// The derivation.
        drv: String,
        /// The end of its log.
        log: String,
        /// The command, for reading.
        command: String,
    },
    /// Nix failed for another reason.
    #[error("{doing} failed{}\n  command: {command}{}", indented(said), advice(said))]
    Nix {
        /// What was being done.
        doing: String,
        /// What Nix said.
        said: String,
        /// The command, for reading.
        command: String,
    },
    /// Nix did not run, or not to its end.
    #[error("{0}")]
    Process(Arc<ProcessError>),
    /// Nix said that all is well, but there is no output.
    #[error("nix built {drv} without an error, but {out} is not there\n  command: {command}")]
    NoOutput {
        /// The derivation.
        drv: String,
        /// The missing path.
        out: String,
        /// The command, for reading.
        command: String,
    },
    /// The host has no room.
    #[error(
        "no space left on {address}\n  file system: {disk}\n  what to do: make room there, for example with `nix-collect-garbage -d`, then deploy again; nothing was activated\n  nix said:{}",
        indented(said)
    )]
    DiskFull {
        /// How the node is reached.
        address: String,
        /// The line of `df`.
        disk: String,
        /// What Nix said.
        said: String,
    },
    /// The activation ended, and not with the new system.
    #[error(
        "{message}\n  now running: {running}\n  next boot: {boot}\n  the end of the log:{}\n  what to do: {advice}",
        indented(log)
    )]
    Activation {
        /// What went wrong.
        message: String,
        /// How the host says it ended.
        phase: Phase,
        /// Which system runs.
        running: String,
        /// Which system the profile names.
        boot: String,
        /// The end of the activation's log.
        log: String,
        /// What to do next.
        advice: String,
    },
    /// The activation does not end, although the host's own deadlines have passed.
    #[error(
        "the activation on {address} has not ended within {} s and is still in the phase {phase}; it goes on there by itself\n  what to do: look there at {record} and for what keeps it, then deploy again",
        after.as_secs()
    )]
    Overdue {
        /// How the node is reached.
        address: String,
        /// How long it was followed.
        after: Duration,
        /// Where it is.
        phase: Phase,
        /// Where the host keeps its state and log.
        record: String,
    },
    /// The host was restarted and is not where it should be.
    #[error("{message}\n  booted: {booted}\n  now running: {running}\n  what to do: {advice}")]
    Restart {
        /// What went wrong.
        message: String,
        /// Which system was booted.
        booted: String,
        /// Which system runs.
        running: String,
        /// What to do next.
        advice: String,
    },
    /// A node is not healthy.
    #[error(
        "node `{node}` is not healthy\n  {why}\n  what to do: correct the cause and deploy again; to look again: netlib check --on {node}"
    )]
    Unhealthy {
        /// Node name.
        node: String,
        /// What was seen, and from where.
        why: String,
    },
    /// A rollout does not go on.
    #[error("{0}")]
    Rollout(String),
    /// Taking a node back failed, after which nothing may be done any more.
    #[error("{0}")]
    Revert(String),
    /// The run is to end.
    #[error("interrupted")]
    Interrupted,
    /// The host stopped answering in the middle.
    #[error(
        "{address} has not answered for {} s since the activation began; it goes on there by itself\n  last error: {last}\n  what to do: deploy again when the host answers, or look there at {record}",
        after.as_secs()
    )]
    Lost {
        /// How the node is reached.
        address: String,
        /// How long it was looked for.
        after: Duration,
        /// The last error.
        last: Box<HostError>,
        /// Where the host keeps the outcome.
        record: String,
    },
}

impl StepFailure {
    /// How a step of a node ended, with the place in front.
    #[must_use]
    pub fn at(&self, node: &str, step: &str) -> StepResult {
        self.told(format!("node `{node}`, step `{step}`: {self}"))
    }

    /// The same for a step of no node.
    #[must_use]
    pub fn at_step(&self, step: &str) -> StepResult {
        self.told(format!("step `{step}`: {self}"))
    }

    fn told(&self, message: String) -> StepResult {
        match self {
            Self::Host(error) if error.is_offline() => StepResult::Offline(message),
            Self::Interrupted => StepResult::Cancelled,
            Self::Evaluate(error) if error.diagnosis.kind == Kind::Interrupted => StepResult::Cancelled,
            Self::Process(error) if matches!(**error, ProcessError::Cancelled { .. }) => StepResult::Cancelled,
            _ => StepResult::Failed(message),
        }
    }
}

impl From<HostError> for StepFailure {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

/// A command for reading, with how it ended.
pub(super) fn command_line(error: &ProcessError) -> Option<String> {
    match error {
        ProcessError::Failed { argv, status, .. } => Some(format!("{} ({status})", quote_argv(argv))),
        _ => None,
    }
}

/// What to do about complaints of Nix that have one remedy: in the words of 2.26 and of 2.34.
fn advice(said: &str) -> &'static str {
    let other_system = ["is required to build", "Required system:"];
    if other_system.iter().any(|words| said.contains(words)) {
        "\n  what to do: this machine cannot build for that system; correct `nodes.<name>.system`, or give this machine a remote builder or emulation for it"
    } else {
        ""
    }
}

fn indented(text: &str) -> String {
    if text.trim().is_empty() {
        return "\n    (nothing)".to_owned();
    }
    text.lines().flat_map(|line| ["\n    ", line.trim_end()]).collect()
}

#[cfg(test)]
mod tests;
