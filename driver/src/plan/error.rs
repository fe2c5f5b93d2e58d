//! Why a document is not a plan.

use super::SCHEMA_VERSION;
use super::step::KINDS;

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
    /// A step lacks what its kind needs.
    #[error("step `{step}` of the plan is of kind `{kind}` and names no {what}.\nSet it in deploy.steps.")]
    Lacks {
        /// Step id.
        step: String,
        /// Its kind.
        kind: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// A health check that cannot be made.
    #[error(
        "the check `{check}` of node `{node}` in the plan {problem}.\nCorrect it in checks, nodes.{node}.checks or a role's checks."
    )]
    Check {
        /// Node name.
        node: String,
        /// Its name.
        check: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A rollout of a node that is not there.
    #[error(
        "the rollout `{rollout}` of the plan names the node `{node}`, which the plan does not have.\nCorrect the role's nodes or rollout."
    )]
    RolloutNode {
        /// Rollout id.
        rollout: String,
        /// Node name.
        node: String,
    },
}

fn version_advice(found: u64) -> &'static str {
    if found > SCHEMA_VERSION {
        "Update the netlib command: it is older than the netlib library that the flake uses."
    } else {
        "Update the netlib input of the flake: it is older than the netlib command."
    }
}
