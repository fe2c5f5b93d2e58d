//! How the network is evaluated: options that every command has.

use std::num::{NonZeroU64, NonZeroUsize};

use clap::Args;

use crate::diagnose::TraceUse;
use crate::evaluate::{Cache, CacheUse, EvaluationOptions, EvaluatorChoice};
use crate::flake::Flake;

/// Where help lists them.
const HEADING: &str = "Evaluation";

/// How the network is evaluated.
#[derive(Args, Clone, Debug)]
pub struct EvaluationArgs {
    /// Program that evaluates the nodes
    #[arg(long, help_heading = HEADING, value_enum, value_name = "EVALUATOR", default_value_t)]
    evaluator: EvaluatorChoice,

    /// Maximum number of concurrent evaluations [default: what cores and free memory allow]
    #[arg(long, help_heading = HEADING, value_name = "N")]
    eval_workers: Option<NonZeroUsize>,

    /// Memory for each evaluation, in MiB [default: 2048]
    #[arg(long, help_heading = HEADING, value_name = "MIB")]
    eval_memory: Option<NonZeroU64>,

    /// Ignore the evaluation cache
    #[arg(long, help_heading = HEADING)]
    no_eval_cache: bool,

    /// Print full Nix traces instead of writing them to files
    #[arg(long, help_heading = HEADING)]
    show_trace: bool,
}

impl EvaluationArgs {
    /// For the evaluators.
    pub fn options(&self) -> EvaluationOptions {
        EvaluationOptions { evaluator: self.evaluator, workers: self.eval_workers, memory: self.eval_memory }
    }

    /// What becomes of traces.
    pub const fn traces(&self) -> TraceUse {
        if self.show_trace { TraceUse::Show } else { TraceUse::Keep }
    }

    /// What is known of this flake from before; nothing where it is not to be used.
    pub fn cache(&self, flake: &Flake) -> Cache {
        let wanted = if self.no_eval_cache { CacheUse::Ignore } else { CacheUse::Use };
        Cache::of(flake, wanted)
    }
}
