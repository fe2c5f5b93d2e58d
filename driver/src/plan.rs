//! The deploy plan, schema version 1: the contract between the Nix library and this driver.
//!
//! Knows the shape of the JSON document and nothing of how it is evaluated or carried out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The one schema version this driver understands.
pub const SCHEMA_VERSION: u64 = 1;

/// A whole plan as the Nix library wrote it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Schema version; always [`SCHEMA_VERSION`] after parsing.
    pub version: u64,
    /// Whose machines these are.
    pub network: Network,
    /// Warnings of the network's modules, shown once.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The machines, by node name.
    pub nodes: BTreeMap<String, Node>,
    /// What is to be done, by step id.
    pub steps: BTreeMap<String, Step>,
}

/// Identity of a network.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Name for people.
    pub name: String,
    /// Stable identity, recorded on each host.
    pub id: String,
}

/// One machine of the network.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// How to reach it.
    pub target: Target,
    /// Nix system, for example `x86_64-linux`.
    pub system: String,
    /// Words that `--on @tag` selects by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What `netlib facts gather` collects here, by fact name.
    #[serde(default)]
    pub facts: BTreeMap<String, FactRequest>,
}

/// How the deployer reaches a node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Host name or address given to ssh.
    pub host: String,
    /// Login name; ssh's own default when absent.
    pub user: Option<String>,
    /// TCP port; ssh's own default when absent.
    pub port: Option<u16>,
    /// Further arguments for ssh, as written on its command line.
    #[serde(default)]
    pub ssh_options: Vec<String>,
    /// The node is the machine netlib runs on: no SSH at all.
    #[serde(default)]
    pub local: bool,
}

/// Something a node is asked for, so that other nodes can be configured with it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct FactRequest {
    /// What it is and where it lives, for people.
    pub description: String,
}

/// One step of the walk.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// The node it concerns.
    pub node: Option<String>,
    /// Ids of the steps that must have succeeded before.
    #[serde(default)]
    pub after: Vec<String>,
}

/// Kinds of steps of schema version 1.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    /// Build the node's toplevel on the deployer.
    Build,
    /// Copy the closure of the toplevel to the node.
    Copy,
    /// Switch the node to the toplevel.
    Activate,
}
