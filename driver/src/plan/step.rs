//! Steps of the plan and their kinds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Words for the steps' kinds, for errors.
pub(super) const KINDS: &str = "build, copy, activate, check, gate, command";

/// One step of the walk.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// The node it concerns; none for gates, and for commands of the deployer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Ids of the steps that must have succeeded before.
    #[serde(default)]
    pub after: Vec<String>,
    /// Ids of the steps that must have ended before, however.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settles: Vec<String>,
    /// Of a gate: the rollout, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<String>,
    /// Of a gate: the batch that it judges, counted from 1; 0 is the gate before the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    /// Of a command: where it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Place>,
    /// Of a command: the program, by its name among the programs of that place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Of a command: seconds that it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

impl Step {
    /// A step of a node without any order.
    #[must_use]
    pub fn of_node(kind: StepKind, node: &str) -> Self {
        Self { node: Some(node.to_owned()), ..Self::bare(kind) }
    }

    /// A step of no node without any order.
    #[must_use]
    pub const fn bare(kind: StepKind) -> Self {
        Self {
            kind,
            node: None,
            after: Vec::new(),
            settles: Vec::new(),
            rollout: None,
            batch: None,
            on: None,
            program: None,
            timeout: None,
        }
    }

    /// The node whose selection decides about this step.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match (&self.node, &self.on) {
            (Some(node), _) | (None, Some(Place::Node(node))) => Some(node),
            _ => None,
        }
    }

    /// Every step that has to come before this one, in either sense.
    pub(super) fn before(&self) -> impl Iterator<Item = &String> {
        self.after.iter().chain(&self.settles)
    }
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
    /// Look from elsewhere whether the node is healthy.
    Check,
    /// Decide whether a rollout goes on.
    Gate,
    /// Run a program of the user.
    Command,
}

impl StepKind {
    /// All kinds, in the order in which a node goes through them.
    pub const ALL: [Self; 6] = [Self::Build, Self::Copy, Self::Activate, Self::Check, Self::Gate, Self::Command];

    /// The word of the plan.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Copy => "copy",
            Self::Activate => "activate",
            Self::Check => "check",
            Self::Gate => "gate",
            Self::Command => "command",
        }
    }

    /// What a step of this kind cannot do without, besides the kind; none when the step has it.
    pub(super) fn lacks(self, step: &Step) -> Option<&'static str> {
        let (is_there, what) = match self {
            Self::Build | Self::Copy | Self::Activate | Self::Check => (step.node.is_some(), "node"),
            Self::Gate => (step.rollout.is_some() && step.batch.is_some(), "rollout"),
            Self::Command => (step.on.is_some() && step.program.is_some(), "command"),
        };
        (!is_there).then_some(what)
    }
}

/// Where a program runs.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Place {
    /// The node itself.
    Itself,
    /// The machine that netlib runs on.
    Deployer,
    /// A node, by its name.
    Node(String),
}

impl Place {
    /// The node that is meant, seen from this node.
    #[must_use]
    pub fn node<'a>(&'a self, itself: &'a str) -> Option<&'a str> {
        match self {
            Self::Itself => Some(itself),
            Self::Deployer => None,
            Self::Node(node) => Some(node),
        }
    }
}

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (text.as_str(), text.strip_prefix("node:")) {
            ("self", _) => Ok(Self::Itself),
            ("deployer", _) => Ok(Self::Deployer),
            (_, Some(node)) => Ok(Self::Node(node.to_owned())),
            _ => Err(format!("`{text}` is no place; it is self, deployer or node:NAME")),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Itself => f.write_str("self"),
            Self::Deployer => f.write_str("deployer"),
            Self::Node(node) => write!(f, "node:{node}"),
        }
    }
}

/// What a selection leaves of the steps.
impl super::Plan {
    /// The ids of the steps that concern these nodes: their own, the gates of batches with one of them, and commands of the
    /// deployer that stand directly before or after one of those.
    #[must_use]
    pub fn steps_of(&self, nodes: &BTreeSet<String>) -> BTreeSet<String> {
        let mut kept: BTreeSet<String> = BTreeSet::new();
        for (id, step) in &self.steps {
            let is_kept = match (step.owner(), step.kind) {
                (Some(owner), _) => nodes.contains(owner),
                (None, StepKind::Gate) => self.judges_one_of(step, nodes),
                (None, _) => false,
            };
            if is_kept {
                kept.insert(id.clone());
            }
        }
        let mut commands: BTreeSet<&String> = self
            .steps
            .iter()
            .filter(|(_, step)| step.owner().is_none() && step.kind == StepKind::Command)
            .map(|(id, _)| id)
            .collect();
        // One command may hang on another one.
        while let Some(id) = commands.iter().copied().find(|id| self.belongs_to(id, &kept)) {
            commands.remove(id);
            kept.insert(id.clone());
        }
        kept
    }

    fn judges_one_of(&self, gate: &Step, nodes: &BTreeSet<String>) -> bool {
        let rollout = gate.rollout.as_ref().and_then(|id| self.rollouts.get(id));
        let Some(rollout) = rollout else { return false };
        let judged = match gate.batch.unwrap_or_default() {
            0 => Some(&rollout.nodes),
            batch => rollout.batches.get(batch - 1).map(|batch| &batch.nodes),
        };
        judged.is_some_and(|judged| judged.iter().any(|node| nodes.contains(node)))
    }

    fn belongs_to(&self, command: &str, kept: &BTreeSet<String>) -> bool {
        let Some(step) = self.steps.get(command) else {
            return false;
        };
        let waits = |step: &Step| step.before().any(|before| before == command);
        let mut after = self.steps.iter().filter(|(_, step)| waits(step)).peekable();
        let is_alone = step.before().next().is_none() && after.peek().is_none();
        is_alone || step.before().any(|id| kept.contains(id)) || after.any(|(id, _)| kept.contains(id))
    }
}
