//! What is evaluated of a network, and its results as soon as they are there. Knows nothing of Nix.

mod diagnosis;
mod error;
mod results;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use crate::event::CacheStatus;
pub use diagnosis::{Diagnosis, Kind};
pub use error::EvaluateError;
pub use results::{Board, Results};

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
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Toplevels, Self::Gatherers, Self::Programs, Self::DeployerPrograms];

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

    /// That of a node.
    #[must_use]
    pub fn of(self, node: &str) -> Job {
        Job { node: node.to_owned(), attribute: self }
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
        Attribute::DeployerPrograms.of(&format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS))
    }

    /// From the path of an attribute below the network.
    pub fn at(path: &[String]) -> Option<Self> {
        let [attribute, node] = path else { return None };
        Some(Attribute::ALL.into_iter().find(|known| known.name() == attribute)?.of(node))
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
    pub fn seen(self) -> Self {
        match self.cache_status {
            CacheStatus::Unknown if Path::new(&self.out_path).exists() => {
                Self { cache_status: CacheStatus::Local, ..self }
            }
            _ => self,
        }
    }
}
