//! What the user may say about evaluation.

use std::num::{NonZeroU64, NonZeroUsize};

/// Where help lists it.
const HEADING: &str = "Evaluation";

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

/// What the user says about evaluation.
#[derive(clap::Args, Clone, Debug)]
pub struct EvaluationOptions {
    /// Program that evaluates the nodes
    #[arg(long, help_heading = HEADING, value_enum, value_name = "EVALUATOR", default_value_t)]
    pub evaluator: EvaluatorChoice,

    /// Maximum number of concurrent evaluations [default: what cores and free memory allow]
    #[arg(long, help_heading = HEADING, value_name = "N")]
    pub eval_workers: Option<NonZeroUsize>,

    /// Memory for each evaluation, in MiB [default: 2048]
    #[arg(long, help_heading = HEADING, value_name = "MIB")]
    pub eval_memory: Option<NonZeroU64>,

    /// Ignore the evaluation cache
    #[arg(long, help_heading = HEADING)]
    pub no_eval_cache: bool,

    /// Print full Nix traces instead of writing them to files
    #[arg(long, help_heading = HEADING)]
    pub show_trace: bool,
}
