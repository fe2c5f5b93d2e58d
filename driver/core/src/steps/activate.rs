//! Activates a node as a member of its rollout: with its own checks, hooks and lease, and remembering how to roll back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::check::{Look, health, judge, look};
use super::coordinator::lost_lock;
use super::follow::Origin;
use super::observe::ObservedState;
use super::restart::{restart_if_due, still_due};
use super::runner::StepRunner;
use super::transition::{asked_for, see_through, start, warned};
use super::{Show, StepFailure, Tried};
use crate::event::{Skip, StepResult};
use crate::host::script::{self, Activation, Due, Health, HealthMode, HostHook, Phase, System, reboot_needed};
use crate::host::{HostError, LockHolder, Refusal};
use crate::plan::{ActivationOptions, RunsOn, StepKind};
use crate::rollout::{Before, Stop};

impl StepRunner {
    /// Looks at the node from some places, for as long as it takes to settle.
    pub(super) async fn check(&self, step: &str, asked: Look<'_>) -> Tried<StepResult> {
        let seen = look(&self.programs, asked, &|line| self.show(step, line)).await;
        judge(asked.node, &seen).map(StepResult::Done)
    }

    /// A node that is where it should be is at most recorded as ours, and restarted if it still has to be.
    pub(super) async fn leave(
        &self,
        kind: StepKind,
        (node, step): (&str, &str),
        observed: &ObservedState,
    ) -> Tried<StepResult> {
        let (parts, goal) = (&self.parts, observed.options.goal);
        if let Some(mut state) = self.rollouts.state_of(node) {
            state.change(node, |node| node.is_up_to_date = true);
        }
        if kind != StepKind::Activate || !goal.takes_over() {
            return Ok(StepResult::Skipped(Skip::UpToDate));
        }
        // It may have nothing on record, another network that is being taken over, or an earlier name.
        let identity = parts.identity(node);
        if !identity.is_of(&observed.probe) {
            script::identify(&*observed.host, &identity).await?;
        }
        let show = |line| self.show(step, line);
        let machine = (&*observed.host, observed.toplevel.out_path.as_str());
        let due = if observed.options.restarts { reboot_needed(machine.0, machine.1).await? } else { Due::default() };
        let how = restart_if_due(machine, (&observed.options, due), &parts.settings.cancel, &show).await?;
        observed.was_restarted.store(!how.is_empty(), Ordering::Relaxed);
        // A rollout goes on only over nodes that are well, whoever brought them to their systems.
        if goal.runs() && self.rollouts.state_of(node).is_some() && self.has_own_checks(node) {
            self.check(step, Look::by_itself(node, observed.patience())).await?;
        }
        Ok(match how.is_empty() {
            true => StepResult::Skipped(Skip::UpToDate),
            false => StepResult::Done(format!("{}{how}", Skip::UpToDate)),
        })
    }

    /// Activates; the text says what was done.
    pub(super) async fn activate(&self, node: &str, step: &str, observed: &ObservedState) -> Tried<String> {
        let show = |line| self.show(step, line);
        let activation = self.asked_for(node, observed).await?;
        let brought = self.brought(observed, activation, &show).await;
        let (done, due, before) = brought.map_err(|failure| self.judged(node, failure))?;
        let options = &observed.options;
        let machine = (&*observed.host, observed.toplevel.out_path.as_str());
        let how = match options.boot_once {
            // The host has done that, where it was needed.
            true => still_due(&due),
            false => restart_if_due(machine, (options, due), &self.parts.settings.cancel, &show).await?,
        };
        let is_ours = before.is_some();
        // What another run activated has a root of that run.
        observed.is_kept.store(!is_ours, Ordering::Relaxed);
        if let Some(mut state) = self.rollouts.state_of(node) {
            state.change(node, |node| {
                node.is_up_to_date |= !is_ours;
                node.before = before.or(node.before.take());
            });
        }
        // What was seen before a restart, or by another run, says little about now.
        let is_unacknowledged = options.restarts && !how.is_empty() || !is_ours || self.is_irreversible(node);
        if is_unacknowledged && self.has_own_checks(node) {
            self.check(step, Look::by_itself(node, HealthMode::Settle)).await?;
        }
        Ok(done + &how)
    }

    async fn asked_for(&self, node: &str, observed: &ObservedState) -> Tried<Activation> {
        let (settings, probe) = (&self.parts.settings, &observed.probe);
        let rollout = self.rollouts.state_of(node).map(|state| state.id.clone());
        let system = System::Toplevel(observed.toplevel.out_path.clone());
        let by = (settings.nonce.as_str(), settings.deployer.as_str());
        Ok(Activation {
            seen: Some([probe.current_system.clone(), probe.system_profile.clone()]),
            lease: match &rollout {
                Some(rollout) => Some(self.lease_of(rollout, node).await?),
                None => None,
            },
            restart_limit: observed.options.boot_once.then(|| Duration::from_secs(observed.options.reboot_timeout)),
            health: self.own_health(node).await?,
            hooks: self.hooks(node, &observed.options).await?,
            ..asked_for(system, self.parts.identity(node), &observed.options, by)
        })
    }

    /// Brings a host to its system: what was done, and what it rolls back to; nothing where somebody else did all of it.
    async fn brought(
        &self,
        observed: &ObservedState,
        activation: Activation,
        show: Show<'_>,
    ) -> Tried<(String, Due, Option<Before>)> {
        let Some((origin, nonce)) = begin(observed, &activation, show).await? else {
            let done = "up to date: somebody else deployed it meanwhile".to_owned();
            return Ok((done, Due::default(), None));
        };
        let activation = Activation { nonce, ..activation };
        let status = see_through(&*observed.host, &activation, origin, show).await?;
        let done = status.reached(activation.goal).done(status.previous.as_deref(), &observed.toplevel.out_path);
        let done = done + &warned(&status);
        let ran_any = status.previous.is_some() || status.generation_before.is_some();
        Ok((done, status.due, Some(Before { undo: ran_any.then_some(activation.nonce) })))
    }

    /// What the end of an activation means for the rollout. A host that cannot roll back on its own ends everything, as one that
    /// cannot be reverted does.
    fn judged(&self, node: &str, failure: StepFailure) -> StepFailure {
        if let Some(mut state) = self.rollouts.state_of(node) {
            match &failure {
                StepFailure::Activation(Phase::RolledBack, _) => state.change(node, |node| node.rolled_back = true),
                StepFailure::Activation(Phase::RollbackFailed, _) => {
                    state.end(Stop::Stuck, format!("{node} could not roll back on its own"));
                }
                StepFailure::Host(error) if error.is_lease_lost() && state.rollout.coordinator == node => {
                    let why = lost_lock(&state.id, error);
                    state.end(Stop::Lost, why);
                }
                _ => {}
            }
        }
        failure
    }

    /// What the host itself looks at before it may be confirmed. What is irreversible is looked at afterwards.
    async fn own_health(&self, node: &str) -> Tried<Health> {
        match self.parts.plan.nodes.get(node) {
            Some(planned) if self.has_own_checks(node) && !self.is_irreversible(node) => {
                let ready = self.programs.on(node).await?;
                Ok(health(planned, &RunsOn::Subject, &ready, HealthMode::Settle))
            }
            _ => Ok(Health::default()),
        }
    }

    /// What the host runs on the way.
    async fn hooks(&self, node: &str, options: &ActivationOptions) -> Tried<Vec<HostHook>> {
        if options.hooks.is_empty() {
            return Ok(Vec::new());
        }
        let ready = self.programs.on(node).await?;
        let all = options.hooks.iter().flat_map(|(when, hooks)| hooks.iter().map(move |hook| (when, hook)));
        Ok(all.map(|(when, hook)| (when.clone(), hook.timeout, ready.program(&hook.program))).collect())
    }

    fn has_own_checks(&self, node: &str) -> bool {
        let planned = self.parts.plan.nodes.get(node);
        planned.is_some_and(|planned| planned.checks_from(&RunsOn::Subject).next().is_some())
    }

    fn is_irreversible(&self, node: &str) -> bool {
        self.rollouts.state_of(node).is_some_and(|state| state.rollout.irreversible)
    }
}

/// Asks the host to begin, unless one of the same system for the same goal is under way: which one to follow. None where somebody
/// else has brought the host to the goal since this run looked at it.
async fn begin(observed: &ObservedState, activation: &Activation, show: Show<'_>) -> Tried<Option<(Origin, String)>> {
    let found = |LockHolder { deployer, since, deployment, .. }: &LockHolder| {
        show(format!("{deployer} has been activating this system since {since}: following that"));
        let nonce = deployment.as_ref().map_or(&activation.nonce, |deployment| &deployment.nonce);
        Ok(Some((Origin::Found, nonce.clone())))
    };
    if let Some(holder) = observed.same_underway() {
        return found(holder);
    }
    let host = &*observed.host;
    let error = match start(host, activation).await {
        Ok(begun) => return Ok(Some((Origin::Ours(begun.map(Box::new)), activation.nonce.clone()))),
        Err(error) => error,
    };
    if let HostError::Refused { refusal, .. } = &error {
        match &**refusal {
            Refusal::Busy { lock } if observed.is_same(lock) => return found(lock),
            Refusal::Changed(_) => {
                let now = script::probe(host).await?;
                if observed.options.goal.is_reached(&observed.toplevel.out_path, &now) {
                    return Ok(None);
                }
            }
            _ => {}
        }
    }
    Err(error.into())
}
