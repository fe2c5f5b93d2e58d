//! Steps of the plan and their kinds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One step of the walk.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// The node it concerns, and whose selection decides about it; none for gates, and for commands of the deployer.
    pub node: Option<String>,
    /// Ids of the steps that must have succeeded before.
    pub after: Vec<String>,
    /// Ids of the steps that must have ended before, however.
    pub after_completion: Vec<String>,
    /// Of an activation that rolls back: to this generation of the node's own, or with 0 to the one before the present one.
    pub to: Option<u64>,
    /// Of a gate: the rollout, by its id.
    pub rollout: Option<String>,
    /// Of a gate: the batch that it judges, counted from 1; 0 is the gate before the first one.
    pub batch: Option<usize>,
    /// Of a command: where it runs.
    pub on: Option<RunsOn>,
    /// Of a command: the program, by its name among the programs of that place.
    pub program: Option<String>,
    /// Of a command: seconds that it may take.
    pub timeout: u64,
    /// Of a command: the program of the deployer that makes its input.
    pub input: Option<String>,
    /// Of a command: facts that it may say, each with the pattern that the value must match.
    pub facts: BTreeMap<String, String>,
}

/// Kinds of steps of schema version 3.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    /// Build the node's toplevel on the deployer.
    Build,
    /// Copy the closure of the toplevel to the node.
    Copy,
    /// Switch the node to the toplevel.
    Activate,
    /// Look from elsewhere whether the node is healthy.
    Check,
    /// Decide whether a rollout goes on.
    Gate,
    /// Run a program of the user.
    Command,
    /// Restart the node.
    Reboot,
    /// Nothing: other steps wait for it instead of for each of many.
    #[default]
    Barrier,
}

impl StepKind {
    /// Whether it is part of a node's way to its system; the kinds stand in the order of that way.
    pub const fn is_of_node(self) -> bool {
        matches!(self, Self::Build | Self::Copy | Self::Activate | Self::Check)
    }
}

/// Where a program runs.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub enum RunsOn {
    /// The node itself.
    Subject,
    /// The machine that netlib runs on.
    Deployer,
    /// A node, by its name.
    Node(String),
}

impl RunsOn {
    /// The place that is meant, seen from this node.
    pub fn seen_from(&self, itself: &str) -> Self {
        match self {
            Self::Subject => Self::Node(itself.to_owned()),
            other => other.clone(),
        }
    }
}

impl TryFrom<String> for RunsOn {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (text.as_str(), text.strip_prefix("node:")) {
            ("self", _) => Ok(Self::Subject),
            ("deployer", _) => Ok(Self::Deployer),
            (_, Some(node)) => Ok(Self::Node(node.to_owned())),
            _ => Err(format!("`{text}` is no place; it is self, deployer or node:NAME")),
        }
    }
}

impl std::fmt::Display for RunsOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Subject => f.write_str("self"),
            Self::Deployer => f.write_str("deployer"),
            Self::Node(node) => write!(f, "node:{node}"),
        }
    }
}
