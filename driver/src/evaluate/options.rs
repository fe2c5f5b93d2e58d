//! What the user may say about evaluation.

use std::num::{NonZeroU64, NonZeroUsize};

/// Which program evaluates the nodes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum EvaluatorChoice {
    /// nix-eval-jobs where it is installed, otherwise nix
    #[default]
    Auto,
    /// One nix-eval-jobs for all nodes
    NixEvalJobs,
    /// One `nix eval` for each node
    Nix,
}

/// Whether results of earlier evaluations are used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CacheUse {
    /// What an unchanged flake yielded before is not evaluated again.
    #[default]
    Use,
    /// Everything is evaluated, and nothing is remembered.
    Ignore,
}

/// What the user says about evaluation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EvaluationOptions {
    /// Which program evaluates the nodes.
    pub evaluator: EvaluatorChoice,
    /// Evaluations at the same time; as many as this machine has cores and memory for, if nothing is said.
    pub workers: Option<NonZeroUsize>,
    /// MiB of memory for each.
    pub memory: Option<NonZeroU64>,
}
