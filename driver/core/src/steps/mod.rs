//! Carries out the steps of a plan: build here, copy over the connection, activate in a unit of the host's own.
//!
//! Knows Nix's commands and the host script; knows nothing of the order in which steps run.

mod access;
mod activate;
mod build;
mod check;
mod command;
mod coordinator;
mod copy;
mod failure;
mod follow;
mod gate;
mod goal;
mod nix_log;
mod observe;
mod programs;
mod records;
mod restart;
mod runner;
mod signature;
#[cfg(test)]
mod tests;
mod transition;

use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_util::sync::CancellationToken;

use crate::evaluation::Toplevel;

pub use build::{Build, Builds, OnLine, build};
pub use check::Seen;
pub use coordinator::coordinator;
pub use copy::copy;
pub use failure::{Show, StepFailure, Tried};
pub use programs::Programs;
pub use records::Records;
pub use runner::{StepRunner, StepRunnerParts};
pub use signature::{Approvers, Statement};

/// How the steps of one run are carried out.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Directory of this run, for what must not be garbage collected.
    pub run_dir: PathBuf,
    /// Whether hosts of other networks are taken over.
    pub adopts: bool,
    /// What the user wants Nix to be told.
    pub nix_options: Vec<String>,
    /// How many calls of Nix build at the same time.
    pub builds: usize,
    /// How many hosts are activated at the same time.
    pub activations: usize,
    /// Names this deployment on the hosts; sorts by time.
    pub nonce: String,
    /// What named the deployments of runs that were killed here.
    pub dead: Vec<String>,
    /// Who deploys, for whoever finds a host locked: user and machine.
    pub deployer: String,
    /// Ends builds and copies. An activation that began is always followed to its end.
    pub cancel: CancellationToken,
}

impl Settings {
    /// The usual settings.
    pub fn new(run_dir: PathBuf, cancel: CancellationToken) -> Self {
        let (nonce, deployer) = (new_nonce(), who());
        Self { run_dir, cancel, nonce, deployer, builds: 4, activations: 16, ..Self::default() }
    }

    /// A build within this run, kept by a link of this name.
    pub fn build(&self, toplevel: Toplevel, link: &str) -> Build {
        let (link, options) = (self.run_dir.join(link), self.nix_options.clone());
        Build { toplevel, link, options, cancel: self.cancel.clone() }
    }
}

fn new_nonce() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // The standard library seeds this from the system's random numbers.
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{:012}-{:08x}", since.as_secs(), random & 0xffff_ffff)
}

/// Who runs this: user and machine.
pub fn who() -> String {
    let user = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let system = rustix::system::uname();
    let machine = system.nodename().to_string_lossy();
    let text = format!("{}@{machine}", user.as_deref().unwrap_or("root"));
    text.replace(char::is_control, "?")
}
