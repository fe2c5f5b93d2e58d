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

/// The attribute of the network that holds the NixOS systems.
const TOPLEVELS: &str = "toplevels";

/// One derivation of the network. Those of a node come one after the other.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub struct Job {
    /// The node, or the Nix system of the deployer.
    pub node: String,
    /// The attribute of the network that holds it.
    pub attribute: String,
}

impl Job {
    /// The system of a node.
    #[must_use]
    pub fn toplevel(node: &str) -> Self {
        Self { node: node.to_owned(), attribute: TOPLEVELS.to_owned() }
    }

    /// Whether it is the system of a node.
    #[must_use]
    pub fn is_toplevel(&self) -> bool {
        self.attribute == TOPLEVELS
    }

    /// From the path of an attribute below the network.
    pub fn at(path: &[String]) -> Option<Self> {
        let [attribute, node] = path else { return None };
        Some(Self { node: node.clone(), attribute: attribute.clone() })
    }
}

/// The Nix system of the deployer.
#[must_use]
pub fn this_system() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

impl std::fmt::Display for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.attribute, self.node)
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
