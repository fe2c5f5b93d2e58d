//! Why a document is not a plan.

use super::SCHEMA_VERSION;

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
    /// The library does not know what is asked for.
    #[error("{}", .0.join("\n"))]
    Refused(Vec<String>),
}

fn version_advice(found: u64) -> &'static str {
    if found > SCHEMA_VERSION {
        "Update the netlib command: it is older than the netlib library that the flake uses."
    } else {
        "Update the netlib input of the flake: it is older than the netlib command."
    }
}
