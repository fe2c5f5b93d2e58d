//! Why a step failed, in words for people: what failed, the command, the end of its log, what to do next.

use std::sync::Arc;

use crate::evaluation::EvaluateError;
use crate::evaluation::Kind;
use crate::event::StepResult;
use crate::host::HostError;
use crate::host::script::Phase;
use crate::process::{End, ProcessError};
use crate::text::below;

/// Why a step failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepFailure {
    /// The host or the way to it.
    #[error("{0}")]
    Host(#[from] HostError),
    /// The host cannot be reached, or does not let netlib in.
    #[error("{0}")]
    Connect(HostError),
    /// The node's configuration does not evaluate.
    #[error("{0}")]
    Evaluate(#[from] Arc<EvaluateError>),
    /// Nix failed.
    #[error("{0}")]
    Nix(String),
    /// The activation ended in this phase, and not with the new system.
    #[error("{1}")]
    Activation(Phase, String),
    /// The run is to end.
    #[error("interrupted")]
    Interrupted,
    /// Something else, for this reason.
    #[error("{0}")]
    Because(String),
}

/// What a step tries.
pub type Tried<T> = Result<T, StepFailure>;

/// Shows people a line.
pub type Show<'a> = &'a (dyn Fn(String) + Send + Sync);

impl StepFailure {
    /// How a step ended, with its node, if it has one, and its name in front.
    pub fn at(&self, node: Option<&str>, step: &str) -> StepResult {
        let node = node.map(|node| format!("node `{node}`, ")).unwrap_or_default();
        let step = if matches!(self, Self::Connect(_)) { "connect" } else { step };
        let message = format!("{node}step `{step}`: {self}");
        match self {
            Self::Host(error) | Self::Connect(error) if error.is_offline() => StepResult::Offline(message),
            Self::Interrupted => StepResult::Cancelled,
            Self::Evaluate(error) if error.diagnosis.kind == Kind::Interrupted => StepResult::Cancelled,
            _ => StepResult::Failed(message),
        }
    }
}

impl From<ProcessError> for StepFailure {
    fn from(error: ProcessError) -> Self {
        if matches!(error.end, End::Cancelled) { Self::Interrupted } else { Self::Because(error.to_string()) }
    }
}

/// A text below a line, or a word that there is none.
pub(super) fn indented(text: &str) -> String {
    below(if text.trim().is_empty() { "(nothing)" } else { text })
}

#[cfg(test)]
mod tests;
