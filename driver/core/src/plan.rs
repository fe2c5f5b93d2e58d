//! The document for a request, schema version 3: the contract between the Nix library and this driver.
//!
//! Knows the shape of the JSON document and nothing of how it is evaluated or carried out.

mod activation;
mod check;
mod job;
mod rollout;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::unchanged;

pub use activation::{ActivationOptions, Goal, Hook};
pub use check::{Check, Health};
pub use job::Job;
pub use rollout::{Batch, Digest, OnUnreachable, RevertScope, Rollout};
pub use step::{RunsOn, Step, StepKind};

/// The one schema version this driver understands.
pub const SCHEMA_VERSION: u64 = 3;

/// What is walked for a request, as the Nix library wrote it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Whose machines these are.
    pub network: Network,
    /// Warnings of the network's modules, shown once.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The machines, by node name.
    pub nodes: BTreeMap<String, Node>,
    /// What is to be done, by step id.
    pub steps: BTreeMap<String, Step>,
    /// How groups of nodes are brought to their new systems, by id.
    #[serde(default)]
    pub rollouts: BTreeMap<String, Rollout>,
    /// What is evaluated for them: names in attributes of the network.
    #[serde(default)]
    pub evaluate: BTreeMap<String, Vec<String>>,
    /// Where programs run, and which derivation has them.
    #[serde(default)]
    pub programs: BTreeMap<RunsOn, Job>,
    /// What `netlib run` carries out; none for other commands.
    pub run: Option<Run>,
    /// Of a deploy: all nodes of the network, each with its host and its former names.
    #[serde(default)]
    pub members: BTreeMap<String, Vec<String>>,
    /// What is wrong with the request; empty after parsing.
    #[serde(default)]
    pub problems: Vec<String>,
    /// The plan for reading, where the request wanted it.
    pub text: Option<String>,
    /// The document as it was written.
    #[serde(skip)]
    pub source: String,
}

/// The plan that `netlib run` carries out, and which of its requests this document is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Run {
    /// How many requests it has.
    pub stages: usize,
    /// Its arguments, for programs.
    pub environment: BTreeMap<String, String>,
    /// What runs here at the end, by its name.
    pub on_end: BTreeMap<String, Step>,
}

/// Identity of a network.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Name for people.
    pub name: String,
    /// Stable identity, recorded on each host.
    pub id: String,
}

/// One machine of the network.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Node {
    /// Whether the request is about it.
    pub selected: bool,
    /// Whether it is asked for anything as soon as the run begins.
    pub connect: bool,
    /// Whether it may be off: then nothing is done for it, and nothing has failed.
    pub may_be_offline: bool,
    /// Its name, and after it those that it had before, as words.
    pub names: String,
    /// How to reach it.
    pub target: Target,
    /// How it is activated.
    pub activation: ActivationOptions,
    /// Its health checks, by name.
    pub checks: BTreeMap<String, Check>,
    /// How long it has to be healthy, and by when.
    pub health: Health,
    /// What its system adds to what `netlib status` shows: columns, by the fields' names.
    pub status: BTreeMap<String, String>,
}

impl Node {
    /// The checks that are made from this place, by name.
    pub fn checks_from<'a>(&'a self, place: &RunsOn) -> impl Iterator<Item = (&'a str, &'a Check)> {
        let made_there = move |check: &&'a Check| check.from.contains(place);
        self.checks.iter().filter(move |(_, check)| made_there(check)).map(|(name, check)| (name.as_str(), check))
    }
}

/// How the deployer reaches a node.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Target {
    /// Host name or address given to ssh.
    pub host: String,
    /// Login name; ssh's own default when absent.
    pub user: Option<String>,
    /// TCP port; ssh's own default when absent.
    pub port: Option<u16>,
    /// Further arguments for ssh, as written on its command line.
    pub ssh_options: Vec<String>,
    /// The node is the machine netlib runs on: no SSH at all.
    pub local: bool,
    /// How it was reached before, where a deployment changes that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Box<Self>>,
}

impl Plan {
    /// Reads a document. What the library says is wrong with the request is an error, as is what is no plan: the text ends with what
    /// to do.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let document: Value = serde_json::from_slice(json).map_err(|error| {
            format!(
                "the plan is not JSON: {error}\nThis is a fault of netlib's Nix library or of the evaluator; please report it."
            )
        })?;
        // First of all, because no other message means anything for a document of another version.
        if document["version"] != SCHEMA_VERSION {
            return Err(format!(
                "the plan has schema version {}, and this netlib understands version {SCHEMA_VERSION}.\nUpdate the netlib command if that is the older one, and the netlib input of the flake otherwise.",
                document["version"]
            ));
        }
        let plan: Self = serde_path_to_error::deserialize(document).map_err(|error| {
            let (at, problem) = (error.path(), error.inner());
            format!(
                "the plan does not have the shape of schema version {SCHEMA_VERSION}: at `{at}`: {problem}\nIf deploy.steps is not the cause, update the netlib library and the driver to the same release."
            )
        })?;
        match plan.problems.is_empty() {
            true => Ok(Self { source: unchanged(json), ..plan }),
            false => Err(plan.problems.join("\n")),
        }
    }

    /// The nodes that the request is about. Others are only reached where those need them.
    pub fn selected(&self) -> BTreeSet<String> {
        let selected = self.nodes.iter().filter(|(_, node)| node.selected);
        selected.map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
pub mod tests;
