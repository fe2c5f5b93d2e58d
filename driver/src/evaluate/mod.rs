//! From node names to derivations: one result a node, as soon as it is there.
//!
//! Knows what evaluators have in common; how one of them works is in its own file.

mod board;
mod command;
mod message;
mod nix;
mod on_demand;
mod plan;

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

pub use board::Board;
pub(crate) use command::FEATURES;
pub use command::{Answer, Nix, NixCallError};
pub use message::{Messages, NixError, strip_ansi};
pub use nix::{Attribute, NixEvaluator, workers};
pub use on_demand::{OfThisSystem, OnDemand};
pub use plan::{PlanEvaluationError, evaluate_plan};

use crate::diagnose::Diagnosis;

/// What evaluating a node yields: where its derivation is and what it will build.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Toplevel {
    /// Store path of the derivation.
    pub drv_path: String,
    /// Store path that building it makes.
    pub out_path: String,
}

/// Why there is no derivation.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{scope}{diagnosis}")]
pub struct EvaluateError {
    /// Whether it concerns one node or all.
    pub scope: Scope,
    /// The explained message.
    pub diagnosis: Diagnosis,
}

/// Whom an error of evaluation concerns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Only this node; the others are still evaluated.
    Node(String),
    /// Every node: nothing more comes from the stream.
    All,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Node(node) => write!(f, "node `{node}` does not evaluate: "),
            Self::All => write!(f, "the network does not evaluate: "),
        }
    }
}

/// One result of the stream.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The node it belongs to.
    pub node: String,
    /// Its derivation, or why there is none.
    pub result: Result<Toplevel, EvaluateError>,
}

/// Evaluates nodes. Every node that was asked for appears exactly once in the stream, unless an error concerns all.
pub trait Evaluator: Send + Sync {
    /// Evaluates nodes as they come; results come in any order.
    fn evaluate(&self, nodes: BoxStream<'static, String>) -> BoxStream<'static, Evaluated>;
}

/// Where step executors find the derivation of a node.
pub trait Toplevels: Send + Sync {
    /// Waits until the node was evaluated.
    fn toplevel(&self, node: &str) -> BoxFuture<'_, Result<Toplevel, Arc<EvaluateError>>>;
}
