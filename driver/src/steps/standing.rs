//! How a node stands before anything is done to it: reachable, ours, and what it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::StepFailure;
use crate::evaluate::Toplevel;
use crate::event::{Event, Skip};
use crate::host::script::{self, HealthMode, Record, Unfinished};
use crate::host::{Host, LockHolder, Probe};
use crate::plan::{ActivationOptions, Goal, StepKind};

use super::runner::StepRunnerParts;

/// How a node stands before anything is done to it.
pub(super) struct Standing {
    /// The connected machine.
    pub host: Arc<dyn Host>,
    /// What it should run.
    pub toplevel: Toplevel,
    /// What it says of itself.
    pub probe: Probe,
    /// How far to take it, and how long that may last.
    pub options: ActivationOptions,
    /// Whether this run restarted it, although it ran what it should.
    pub was_restarted: AtomicBool,
    /// Whether the host keeps the system for an activation of this run that did not succeed yet.
    pub is_kept: AtomicBool,
}

impl Standing {
    /// Connects, asks the host and waits for the evaluation. A host of another network is refused here already, before
    /// anything is built for it.
    pub(super) async fn of(parts: &StepRunnerParts, node: &str) -> Result<Self, StepFailure> {
        let host = parts.hosts.get(node).await?;
        let options = parts.options(node);
        let toplevel = async { parts.toplevels.toplevel(node).await.map_err(StepFailure::Evaluate) };
        let probe = async { Ok(script::admit(&*host, &parts.plan.network, parts.settings.policy).await?) };
        let (toplevel, probe) = tokio::try_join!(toplevel, probe)?;
        for left in &probe.unfinished {
            parts.events.send(Event::Warning(unfinished(node, left)));
        }
        if let Some(last) = probe.last.as_ref().filter(|last| last.is_unseen) {
            parts.events.send(Event::Warning(unseen(node, last)));
            if options.goal.changes_host() {
                script::acknowledge(&*host, &last.nonce).await?;
            }
        }
        Ok(Self { host, toplevel, probe, options, was_restarted: false.into(), is_kept: false.into() })
    }

    /// Whether the node is where its goal would bring it.
    pub(super) fn is_up_to_date(&self) -> bool {
        let goal = self.options.goal;
        goal.is_reached(&self.toplevel.out_path, &self.probe)
    }

    /// How its checks are looked at: a node that was left alone is as well as it looks.
    pub(super) fn patience(&self) -> HealthMode {
        let is_touched = !self.is_up_to_date() || self.was_restarted.load(Ordering::Relaxed);
        match is_touched {
            true => HealthMode::Settle,
            false => HealthMode::Glance,
        }
    }

    /// Why a step does nothing; a preview says what would change.
    pub(super) fn preview(&self, kind: StepKind) -> Option<Skip> {
        let from = self.probe.current_system.as_deref().unwrap_or("nothing");
        self.options.goal.preview(kind, from, &self.toplevel.out_path)
    }

    /// Who is bringing the node to the same goal right now.
    pub(super) fn same_underway(&self) -> Option<&LockHolder> {
        self.probe.lock.as_ref().filter(|holder| self.is_same(holder))
    }

    /// Whether somebody activates the same system for the same goal.
    pub(super) fn is_same(&self, holder: &LockHolder) -> bool {
        holder.deployment.as_ref().is_some_and(|underway| {
            underway.toplevel == self.toplevel.out_path && underway.goal == self.options.goal.word()
        })
    }
}

/// The host is where it was before, and whoever deployed then may not know.
fn unseen(node: &str, last: &Record) -> String {
    let Record { nonce, phase, toplevel, message, .. } = last;
    let account = Goal::Switch.account(*phase);
    format!(
        "node `{node}`: the last deployment, of {toplevel}, ended while nobody looked: {account}: {message}; \
         its log on the host: {}/{nonce}/log",
        script::DEPLOYS
    )
}

fn unfinished(node: &str, left: &Unfinished) -> String {
    let Unfinished { nonce, phase, toplevel } = left;
    format!(
        "node `{node}`: an earlier deployment of {toplevel} was stopped in the middle (phase {phase}); \
         its record on the host: {}/{nonce}",
        script::DEPLOYS
    )
}
