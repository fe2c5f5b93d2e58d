//! From nodes to derivations: each has its result as soon as it is there.

mod cache;
mod error;
mod evaluation;
mod incoming;
mod jobs;
mod options;
mod plan;
mod question;
mod record;
mod resources;
mod results;
mod roots;

use std::path::Path;
use std::sync::Arc;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use crate::event::CacheStatus;
pub use cache::Cache;
pub use error::{EvaluateError, Scope};
pub use evaluation::{Evaluation, EvaluatorError};
pub use options::{CacheUse, EvaluationOptions, EvaluatorChoice};
pub use plan::{PlanEvaluationError, evaluate_plan};
pub use question::{QuestionError, applied, ask, nix_string};
pub use resources::Resources;
pub use results::Results;
pub(crate) use results::locked;

/// Which derivation of each node.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
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
    const ALL: [Self; 4] = [Self::Toplevels, Self::Gatherers, Self::Programs, Self::DeployerPrograms];

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

    /// Those of these nodes.
    pub fn of<'a>(self, nodes: impl IntoIterator<Item = &'a String>) -> Vec<Job> {
        nodes.into_iter().map(|node| Job { node: node.clone(), attribute: self }).collect()
    }
}

/// One derivation of the network. Those of a node come one after the other.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Job {
    /// The node, or the Nix system of the deployer.
    pub node: String,
    /// Which of its derivations.
    pub attribute: Attribute,
}

impl Job {
    /// The programs that checks and commands run on the deployer.
    #[must_use]
    pub fn of_deployer() -> Self {
        let node = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        Self { node, attribute: Attribute::DeployerPrograms }
    }

    /// From the path of an attribute below the network.
    fn at(path: &[String]) -> Option<Self> {
        let [attribute, node] = path else { return None };
        let attribute = Attribute::ALL.into_iter().find(|known| known.name() == attribute)?;
        Some(Self { node: node.clone(), attribute })
    }
}

impl std::fmt::Display for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.attribute.name(), self.node)
    }
}

/// What evaluating a node yields: where its derivation is and what it will build.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Toplevel {
    /// Store path of the derivation.
    pub drv_path: String,
    /// Store path that building it makes.
    pub out_path: String,
    /// What building it takes.
    #[serde(skip)]
    pub cache_status: CacheStatus,
    /// Warnings of the node's configuration.
    pub warnings: Vec<String>,
}

impl Toplevel {
    /// With what a look at the store tells.
    fn seen(self) -> Self {
        match self.cache_status {
            CacheStatus::Unknown if Path::new(&self.out_path).exists() => {
                Self { cache_status: CacheStatus::Local, ..self }
            }
            _ => self,
        }
    }
}

/// Where step executors find the derivation of a node.
pub trait Toplevels: Send + Sync {
    /// Waits until the node was evaluated.
    fn toplevel(&self, node: &str) -> BoxFuture<'_, Result<Toplevel, Arc<EvaluateError>>>;
}
