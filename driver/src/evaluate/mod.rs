//! From node names to derivations: one result a node, as soon as it is there.
//!
//! Knows what evaluators have in common; how one of them works is in its own file.

mod batches;
mod board;
mod cache;
mod cached;
mod command;
mod error;
mod evaluation;
mod message;
mod nix;
mod nix_eval_jobs;
mod on_demand;
mod options;
mod plan;
mod question;
mod resources;
mod roots;
mod traces;
mod version;

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;

pub use board::Board;
pub use cache::Cache;
pub use command::{Answer, Nix, NixCallError};
pub use error::{EvaluateError, Scope};
pub use evaluation::{Evaluation, EvaluatorError};
pub use message::{Messages, NixError};
pub use on_demand::{OfThisSystem, OnDemand};
pub use options::{CacheUse, EvaluationOptions, EvaluatorChoice, TraceUse};
pub use plan::{PlanEvaluationError, evaluate_plan};
pub use question::{QuestionError, applied, ask, nix_string};
pub use resources::Resources;
pub use traces::Traces;
pub(crate) use version::FEATURES;
pub use version::{Flavour, NixVersion, TooOld};

/// Which derivation of each node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attribute {
    /// The NixOS system.
    Toplevels,
    /// The programs that gather the node's facts.
    Gatherers,
    /// The programs that checks and commands run on the node.
    Programs,
    /// The same for the deployer, by its Nix system instead of a node.
    DeployerPrograms,
}

impl Attribute {
    /// The attribute of the network that holds one derivation a node.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Toplevels => "toplevels",
            Self::Gatherers => "gatherers",
            Self::Programs => "programs",
            Self::DeployerPrograms => "deployerPrograms",
        }
    }

    /// The attribute of one node below the network.
    #[must_use]
    pub fn of(self, node: &str) -> String {
        format!("{}.{node}", self.name())
    }
}

/// What evaluating a node yields: where its derivation is and what it will build.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Toplevel {
    /// Store path of the derivation.
    pub drv_path: String,
    /// Store path that building it makes.
    pub out_path: String,
    /// What building it takes.
    pub cache_status: CacheStatus,
    /// Warnings of the node's configuration.
    pub warnings: Vec<String>,
}

/// What building a derivation takes, as far as the evaluator looked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CacheStatus {
    /// Nobody looked.
    #[default]
    Unknown,
    /// Nothing: it is in the deployer's store.
    Local,
    /// It is only fetched.
    Cached {
        /// How many store paths.
        fetch: usize,
    },
    /// It is built.
    NotBuilt {
        /// How many derivations.
        build: usize,
        /// How many store paths are fetched for that.
        fetch: usize,
    },
}

impl std::fmt::Display for CacheStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => Ok(()),
            Self::Local => write!(f, "in the store already"),
            Self::Cached { fetch } => write!(f, "{fetch} to fetch"),
            Self::NotBuilt { build, fetch } => write!(f, "{build} to build, {fetch} to fetch"),
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
