//! How a node stands before anything is done to it: reachable, ours, and what it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::runner::StepRunnerParts;
use super::{StepFailure, Tried};
use crate::evaluation::{Job, Toplevel};
use crate::event::Event;
use crate::host::script::{self, HealthMode, Record, Unfinished};
use crate::host::{Host, LockHolder, Probe};
use crate::plan::{ActivationOptions, Goal};

/// How a node stands before anything is done to it.
pub(super) struct ObservedState {
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

impl ObservedState {
    /// Connects, asks the host and waits for the evaluation. A host of another network is refused here already, before
    /// anything is built for it.
    pub(super) async fn observe(parts: &StepRunnerParts, node: &str) -> Tried<Self> {
        let host = parts.hosts.get(node).await.map_err(StepFailure::Connect)?;
        let options = parts.options(node);
        let toplevel = parts.results.get(Job::toplevel(node)).await?;
        let deployment: &[&str] = &[&parts.settings.nonce, &toplevel.out_path];
        let deployment = if options.goal == Goal::DryRun { &[] } else { deployment };
        let probe = script::admit(&*host, &parts.identity(node), deployment).await?;
        let is_there =
            Goal::Switch.is_at(&toplevel.out_path, probe.current_system.as_deref(), probe.system_profile.as_deref());
        let is_kept = (options.goal.takes_over() && !is_there).into();
        let warn = |text: String| parts.events.send(Event::Warning(format!("node `{node}`: {text}")));
        for Unfinished { nonce, phase, toplevel } in probe.unfinished.iter().take(5) {
            let what = format!("an earlier deployment of {toplevel} was stopped in the middle (phase {phase})");
            warn(format!("{what}; its record on the host: {}/{nonce}", script::DEPLOYS));
        }
        // The host is where it was before, and whoever deployed then may not know.
        if let Some(last) = probe.last.as_ref().filter(|last| last.is_unacknowledged) {
            let Record { nonce, phase, toplevel, message, .. } = last;
            let account = Goal::Switch.account(*phase);
            let what = format!("the last deployment, of {toplevel}, ended unacknowledged: {account}: {message}");
            warn(format!("{what}; its log on the host: {}/{nonce}/log", script::DEPLOYS));
            if options.goal != Goal::DryRun {
                script::acknowledge(&*host, nonce).await?;
            }
        }
        Ok(Self { host, toplevel, probe, options, was_restarted: false.into(), is_kept })
    }

    /// Whether the node is where its goal would bring it.
    pub(super) fn is_up_to_date(&self) -> bool {
        self.options.goal.is_reached(&self.toplevel.out_path, &self.probe)
    }

    /// How its checks are looked at: a node that was left alone is as well as it looks.
    pub(super) fn patience(&self) -> HealthMode {
        match self.is_up_to_date() && !self.was_restarted.load(Ordering::Relaxed) {
            true => HealthMode::Glance,
            false => HealthMode::Settle,
        }
    }

    /// Who is bringing the node to the same goal right now.
    pub(super) fn same_underway(&self) -> Option<&LockHolder> {
        self.probe.lock.as_ref().filter(|holder| self.is_same(holder))
    }

    /// Whether somebody activates the same system for the same goal.
    pub(super) fn is_same(&self, holder: &LockHolder) -> bool {
        holder.deployment.as_ref().is_some_and(|underway| {
            underway.toplevel == self.toplevel.out_path && underway.goal == self.options.goal.to_string()
        })
    }
}
