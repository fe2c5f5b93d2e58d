//! The deploy plan, schema version 1: the contract between the Nix library and this driver.
//!
//! Knows the shape of the JSON document and nothing of how it is evaluated or carried out.

mod activation;
mod check;
mod error;
mod rollout;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::WalkStep;
use crate::graph::Graph;

pub use activation::{ActivationOptions, Goal, RebootPolicy};
pub use check::{Check, Health};
pub use error::PlanError;
pub use rollout::{Batch, OnUnreachable, Pause, PauseAfter, RevertScope, Rollout};
pub use step::{Place, Step, StepKind};

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
    /// Groups of nodes that users name, by role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
    /// The nodes that take part in an instance of a network module, by `<module>.<instance>`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modules: BTreeMap<String, Vec<String>>,
    /// How groups of nodes are brought to their new systems, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rollouts: BTreeMap<String, Rollout>,
    /// Whether the deployer runs programs: `netlibConfigurations.<network>.deployerPrograms`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub deployer_programs: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A group of nodes that users name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Role {
    /// Its nodes.
    pub nodes: Vec<String>,
    /// The roles that it builds on.
    #[serde(default)]
    pub extends: Vec<String>,
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
    /// The role that the node names itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// All roles that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Its health checks, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, Check>,
    /// How long it has to be healthy, and by when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Whether programs run there: `netlibConfigurations.<network>.programs.<node>`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub programs: bool,
}

impl Node {
    /// The checks that are made from this place, by name.
    pub fn checks_from<'a>(&'a self, place: &Place) -> impl Iterator<Item = (&'a str, &'a Check)> {
        let made_there = move |check: &&'a Check| check.from.contains(place);
        self.checks.iter().filter(move |(_, check)| made_there(check)).map(|(name, check)| (name.as_str(), check))
    }
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
    /// What the value must match from its beginning to its end.
    #[serde(default = "anything")]
    pub pattern: String,
}

/// Plans of before named no pattern.
fn anything() -> String {
    "[ -~]+".to_owned()
}

impl Plan {
    /// Reads a plan and checks that everything it refers to is there.
    pub fn parse(json: &[u8]) -> Result<Self, PlanError> {
        let document: Value = serde_json::from_slice(json).map_err(PlanError::NotJson)?;
        check_version(&document)?;
        check_kinds(&document)?;
        let plan: Self = serde_path_to_error::deserialize(document)
            .map_err(|error| PlanError::Shape { at: error.path().to_string(), problem: error.inner().to_string() })?;
        plan.check_references()?;
        Ok(plan)
    }

    /// The part of the plan that these nodes and this graph leave, with the graph's edges.
    #[must_use]
    pub fn restricted(&self, nodes: &BTreeSet<String>, graph: &Graph) -> Self {
        let step = |walked: &WalkStep| {
            let step = Step {
                after: graph.dependencies(&walked.id),
                settles: graph.settled_before(&walked.id),
                ..self.steps.get(&walked.id)?.clone()
            };
            Some((walked.id.clone(), step))
        };
        let kept = self.nodes.iter().filter(|(name, _)| nodes.contains(*name));
        Self {
            nodes: kept.map(|(name, node)| (name.clone(), node.clone())).collect(),
            steps: graph.steps().filter_map(step).collect(),
            rollouts: self
                .rollouts
                .iter()
                .map(|(id, rollout)| (id.clone(), rollout.restricted(nodes)))
                .filter(|(_, rollout)| !rollout.nodes.is_empty())
                .collect(),
            ..self.clone()
        }
    }

    fn check_references(&self) -> Result<(), PlanError> {
        for (id, step) in &self.steps {
            if let Some(what) = step.kind.lacks(step) {
                return Err(PlanError::Lacks { step: id.clone(), kind: step.kind.name(), what });
            }
            let missing = |what, name: &str| PlanError::Dangling { step: id.clone(), what, name: name.to_owned() };
            if let Some(node) = step.owner()
                && !self.nodes.contains_key(node)
            {
                return Err(missing("the node", node));
            }
            if let Some(rollout) = &step.rollout
                && !self.rollouts.contains_key(rollout)
            {
                return Err(missing("the rollout", rollout));
            }
            if let Some(before) = step.before().find(|id| !self.steps.contains_key(*id)) {
                return Err(missing("the step", before));
            }
        }
        self.check_checks()?;
        self.check_rollouts()
    }

    fn check_checks(&self) -> Result<(), PlanError> {
        let is_plain =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        for (node, planned) in &self.nodes {
            for (name, check) in &planned.checks {
                let places = check.from.iter().filter_map(|place| place.node(node));
                let unknown = places.into_iter().find(|it| !self.nodes.contains_key(*it));
                let problem = match unknown {
                    Some(unknown) => format!("is made from the unknown node `{unknown}`"),
                    None if !is_plain(name) || !is_plain(&check.program) => {
                        "may only have letters, digits and ._- in its name and program".to_owned()
                    }
                    None => continue,
                };
                let (node, check) = (node.clone(), name.clone());
                return Err(PlanError::Check { node, check, problem });
            }
        }
        Ok(())
    }

    fn check_rollouts(&self) -> Result<(), PlanError> {
        for (id, rollout) in &self.rollouts {
            let batched = rollout.batches.iter().flat_map(|batch| &batch.nodes);
            let named = rollout.nodes.iter().chain(batched);
            if let Some(node) = named.into_iter().find(|node| !self.nodes.contains_key(*node)) {
                let (rollout, node) = (id.clone(), node.clone());
                return Err(PlanError::RolloutNode { rollout, node });
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
            return Err(PlanError::UnknownKind { step: id.clone(), kind: kind.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
