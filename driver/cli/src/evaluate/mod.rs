//! From nodes to derivations: each has its result as soon as it is there.

mod cache;
mod evaluation;
mod incoming;
mod jobs;
mod network;
mod options;
mod record;
mod resources;
mod roots;

pub use cache::Cache;
pub use evaluation::Evaluation;
pub use network::{ask, computed, evaluate_plan, nix_value};
pub use options::{EvaluationOptions, EvaluatorChoice};
