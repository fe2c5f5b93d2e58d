//! How much a deploy does at the same time.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use clap::Args;

use netlib_core::plan::StepKind;
use netlib_core::schedule::Limits;

/// How many steps run at the same time.
#[derive(Args, Clone, Debug)]
pub struct LimitArgs {
    /// Maximum number of concurrent steps
    #[arg(long, value_name = "N", default_value = "32")]
    max_parallel: NonZeroUsize,

    /// Maximum number of concurrent calls of `nix build`; one may build for several nodes
    #[arg(long, value_name = "N", default_value = "4")]
    pub max_parallel_build: NonZeroUsize,

    /// Maximum number of concurrent copies; they share the deployer's uplink
    #[arg(long, value_name = "N", default_value = "8")]
    max_parallel_copy: NonZeroUsize,

    /// Maximum number of concurrent activations
    #[arg(long, value_name = "N", default_value = "16")]
    pub max_parallel_activate: NonZeroUsize,
}

impl LimitArgs {
    /// For the schedule.
    pub fn limits(&self) -> Limits {
        Limits {
            overall: self.max_parallel.get(),
            per_kind: BTreeMap::from([
                // Some room is left for what comes after builds.
                (StepKind::Build, self.max_parallel.get() * 3 / 4),
                (StepKind::Copy, self.max_parallel_copy.get()),
                (StepKind::Activate, self.max_parallel_activate.get()),
            ]),
            fail_fast: false,
        }
    }
}
