//! The deploy plan, schema version 1: the contract between the Nix library and this driver.
//!
//! Knows the shape of the JSON document and nothing of how it is evaluated or carried out.

mod activation;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::WalkStep;
use crate::graph::Graph;

pub use activation::{ActivationOptions, Goal, RebootPolicy};

/// The one schema version this driver understands.
pub const SCHEMA_VERSION: u64 = 1;

/// Words for the steps' kinds, for errors.
const KINDS: &str = "build, copy, activate";

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
    /// How it is activated.
    #[serde(default)]
    pub activation: ActivationOptions,
}

/// How the deployer reaches a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
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

impl StepKind {
    /// All kinds, in the order in which a node goes through them.
    pub const ALL: [Self; 3] = [Self::Build, Self::Copy, Self::Activate];

    /// The word of the plan.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Copy => "copy",
            Self::Activate => "activate",
        }
    }
}

/// Why a document is not a plan. Each message ends with what to do.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not JSON at all.
    #[error(
        "the plan is not JSON: {0}\nThis is a fault of netlib's Nix library or of the evaluator; please report it."
    )]
    NotJson(serde_json::Error),
    /// A document of another time.
    #[error(
        "the plan has schema version {found}, and this netlib understands version {SCHEMA_VERSION}.\n{}",
        version_advice(*found)
    )]
    UnknownVersion {
        /// The version it names.
        found: u64,
    },
    /// No version to be seen.
    #[error(
        "the plan has no schema version; a flake made by netlib.lib.mkFlake has one. Is `netlibConfigurations` made by it?"
    )]
    NoVersion,
    /// A kind of step that this version does not have.
    #[error(
        "step `{step}` of the plan has the unknown kind `{kind}`; kinds of schema version {SCHEMA_VERSION}: {KINDS}.\nCorrect it in deploy.steps, or update the driver if a newer netlib library wrote this plan."
    )]
    UnknownKind {
        /// Step id.
        step: String,
        /// What stands there.
        kind: String,
    },
    /// The right version, and not its shape.
    #[error(
        "the plan does not have the shape of schema version {SCHEMA_VERSION}: at `{at}`: {problem}\nIf deploy.steps is not the cause, update the netlib library and the driver to the same release."
    )]
    Shape {
        /// Path within the document.
        at: String,
        /// What is wrong there.
        problem: String,
    },
    /// A reference into nothing.
    #[error(
        "step `{step}` of the plan refers to {what} `{name}`, which the plan does not have.\nCorrect the step in deploy.steps or deploy.order."
    )]
    Dangling {
        /// Step id.
        step: String,
        /// `the step` or `the node`.
        what: &'static str,
        /// The name that is not there.
        name: String,
    },
    /// A step that needs a node has none.
    #[error(
        "step `{step}` of the plan is of kind `{kind}` and names no node.\nSet `node` of the step in deploy.steps."
    )]
    NoNode {
        /// Step id.
        step: String,
        /// Its kind.
        kind: &'static str,
    },
}

fn version_advice(found: u64) -> &'static str {
    if found > SCHEMA_VERSION {
        "Update the netlib command: it is older than the netlib library that the flake uses."
    } else {
        "Update the netlib input of the flake: it is older than the netlib command."
    }
}

impl Plan {
    /// Reads a plan and checks that everything it refers to is there.
    pub fn parse(json: &[u8]) -> Result<Self, PlanError> {
        let document: Value = serde_json::from_slice(json).map_err(PlanError::NotJson)?;
        check_version(&document)?;
        check_kinds(&document)?;
        let plan: Self =
            serde_path_to_error::deserialize(document).map_err(|error| PlanError::Shape {
                at: error.path().to_string(),
                problem: error.inner().to_string(),
            })?;
        plan.check_references()?;
        Ok(plan)
    }

    /// The part of the plan that these nodes and this graph leave, with the graph's edges.
    #[must_use]
    pub fn restricted(&self, nodes: &BTreeSet<String>, graph: &Graph) -> Self {
        let step = |step: &WalkStep| {
            let after = graph.dependencies(&step.id);
            (
                step.id.clone(),
                Step {
                    kind: step.kind,
                    node: step.node.clone(),
                    after,
                },
            )
        };
        let kept = self.nodes.iter().filter(|(name, _)| nodes.contains(*name));
        Self {
            nodes: kept
                .map(|(name, node)| (name.clone(), node.clone()))
                .collect(),
            steps: graph.steps().map(step).collect(),
            ..self.clone()
        }
    }

    fn check_references(&self) -> Result<(), PlanError> {
        for (id, step) in &self.steps {
            let dangling = |what, name: &String| PlanError::Dangling {
                step: id.clone(),
                what,
                name: name.clone(),
            };
            let Some(node) = &step.node else {
                return Err(PlanError::NoNode {
                    step: id.clone(),
                    kind: step.kind.name(),
                });
            };
            if !self.nodes.contains_key(node) {
                return Err(dangling("the node", node));
            }
            if let Some(missing) = step
                .after
                .iter()
                .find(|after| !self.steps.contains_key(*after))
            {
                return Err(dangling("the step", missing));
            }
        }
        Ok(())
    }
}

/// First of all, because no other message means anything for a document of another version.
fn check_version(document: &Value) -> Result<(), PlanError> {
    match document.get("version").and_then(Value::as_u64) {
        Some(SCHEMA_VERSION) => Ok(()),
        Some(found) => Err(PlanError::UnknownVersion { found }),
        None => Err(PlanError::NoVersion),
    }
}

fn check_kinds(document: &Value) -> Result<(), PlanError> {
    let steps = document.get("steps").and_then(Value::as_object);
    for (id, step) in steps.into_iter().flatten() {
        if let Some(kind) = step.get("kind").and_then(Value::as_str)
            && !StepKind::ALL.iter().any(|known| known.name() == kind)
        {
            return Err(PlanError::UnknownKind {
                step: id.clone(),
                kind: kind.to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
