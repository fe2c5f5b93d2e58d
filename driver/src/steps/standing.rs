//! How a node stands before anything is done to it: reachable, ours, and what it runs.

use std::sync::Arc;

use super::StepFailure;
use crate::evaluate::Toplevel;
use crate::event::Event;
use crate::host::script::{self, Unfinished};
use crate::host::{Host, Probe};

use super::runner::StepRunnerParts;

/// How a node stands before anything is done to it.
pub(super) struct Standing {
    /// The connected machine.
    pub host: Arc<dyn Host>,
    /// What it should run.
    pub toplevel: Toplevel,
    /// What it says of itself.
    pub probe: Probe,
}

impl Standing {
    /// Connects, waits for the evaluation and asks the host. A host of another network is refused here already, before
    /// anything is built for it.
    pub(super) async fn of(parts: &StepRunnerParts, node: &str) -> Result<Self, StepFailure> {
        let host = parts.hosts.get(node).await?;
        let toplevel = parts
            .toplevels
            .toplevel(node)
            .await
            .map_err(StepFailure::Evaluate)?;
        let probe = script::admit(&*host, &parts.plan.network, parts.settings.policy).await?;
        for left in &probe.unfinished {
            parts.events.send(Event::Warning(unfinished(node, left)));
        }
        Ok(Self {
            host,
            toplevel,
            probe,
        })
    }

    /// Whether the node runs its system, and would after a boot.
    pub(super) fn is_up_to_date(&self) -> bool {
        let wanted = Some(&self.toplevel.out_path);
        self.probe.current_system.as_ref() == wanted && self.probe.system_profile.as_ref() == wanted
    }
}

fn unfinished(node: &str, left: &Unfinished) -> String {
    let Unfinished {
        nonce,
        phase,
        toplevel,
    } = left;
    format!(
        "node `{node}`: an earlier deployment of {toplevel} was stopped in the middle (phase {phase}); \
         its record on the host: {}/{nonce}",
        script::DEPLOYS
    )
}
