//! What is evaluated of a network, and its results as soon as they are there. Knows nothing of Nix.

mod diagnosis;
mod error;
mod results;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use crate::event::CacheStatus;
pub use crate::plan::Job;
pub use diagnosis::{Diagnosis, Kind};
pub use error::EvaluateError;
pub use results::{EvaluationResults, Results};

/// The Nix system of the deployer.
pub fn this_system() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

/// What evaluating a node yields: where its derivation is and what it will build.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Toplevel {
    /// Store path of the derivation.
    pub drv_path: String,
    /// Store path that building it makes.
    pub out_path: String,
    /// The Nix system that builds it; empty where that is not known.
    pub system: String,
    /// The keys that its login user may use, and the user if the home folder may have more; none where that is not known.
    pub access: Option<(String, String)>,
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
