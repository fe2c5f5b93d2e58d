//! Activates a node as a member of its rollout: with its own checks and its lease, and remembering how to go back.

use std::sync::atomic::Ordering;

use super::check::{Look, health, judge, look};
use super::coordinator::lost_lock;
use super::runner::StepRunner;
use super::standing::Standing;
use super::{StepFailure, activate};
use crate::event::StepResult;
use crate::host::script::{Health, HealthMode, HostHook, Phase};
use crate::plan::{ActivationOptions, Place};

impl StepRunner {
    /// Looks at the node from some places, for as long as it takes to settle.
    pub(super) async fn check(&self, step: &str, asked: Look<'_>) -> Result<StepResult, StepFailure> {
        let node = asked.node;
        let show = |line| self.show(step, line);
        let seen = look(&self.programs, asked, show).await;
        judge(node, &seen).map(StepResult::Done)
    }

    pub(super) async fn activate(&self, node: &str, step: &str, standing: &Standing) -> Result<String, StepFailure> {
        let rollout = self.rollouts.course_of(node);
        let rollout = rollout.map(|course| course.id().to_owned());
        let lease = match rollout {
            Some(rollout) => Some(self.lease_of(&rollout, node).await?),
            None => None,
        };
        let is_irreversible = self.is_irreversible(node);
        let health = if is_irreversible { Health::default() } else { self.own_health(node).await? };
        let hooks = self.hooks(node, &standing.options).await?;
        let show = |line| self.show(step, line);
        let activated = activate::activate(&self.parts, standing, (health, lease, hooks), show).await;
        let activated = activated.map_err(|failure| self.judged(node, failure))?;
        let is_ours = activated.before.is_some();
        // What another run activated has a root of that run.
        standing.is_kept.store(!is_ours, Ordering::Relaxed);
        if let Some(mut course) = self.rollouts.course_of(node) {
            match activated.before {
                Some(before) => course.changed(node, before),
                None => course.is_up_to_date(node),
            }
        }
        // What was seen before a restart, or by another run, says little about now.
        if (is_irreversible || activated.was_restarted || !is_ours) && self.has_own_checks(node) {
            let asked = Look::by_itself(node, HealthMode::Settle);
            self.check(step, asked).await?;
        }
        Ok(activated.done)
    }

    /// What the end of an activation means for the rollout. A host that cannot go back by itself ends everything, as one that
    /// cannot be taken back does.
    fn judged(&self, node: &str, failure: StepFailure) -> StepFailure {
        let Some(mut course) = self.rollouts.course_of(node) else {
            return failure;
        };
        match &failure {
            StepFailure::Activation { phase, .. } if *phase == Phase::RolledBack => {
                course.went_back(node);
                failure
            }
            StepFailure::Activation { phase, .. } if *phase == Phase::RollbackFailed => {
                course.revert_failed(format!("{node} could not go back by itself"));
                StepFailure::Revert(failure.to_string())
            }
            StepFailure::Host(error) if error.is_lease_lost() && course.rollout().coordinator == node => {
                let why = lost_lock(course.id(), error);
                course.lost(why);
                failure
            }
            _ => failure,
        }
    }

    /// What the host itself looks at before it may be confirmed.
    async fn own_health(&self, node: &str) -> Result<Health, StepFailure> {
        match self.parts.plan.nodes.get(node) {
            Some(planned) if self.has_own_checks(node) => {
                let ready = self.programs.on(node).await?;
                Ok(health(planned, &Place::Itself, &ready, HealthMode::Settle))
            }
            _ => Ok(Health::default()),
        }
    }

    /// What the host runs on the way.
    async fn hooks(&self, node: &str, options: &ActivationOptions) -> Result<Vec<HostHook>, StepFailure> {
        if options.hooks.is_empty() {
            return Ok(Vec::new());
        }
        let ready = self.programs.on(node).await?;
        let all = options.hooks.iter().flat_map(|(when, hooks)| hooks.iter().map(move |hook| (when, hook)));
        Ok(all.map(|(when, hook)| (when.clone(), hook.timeout, ready.program(&hook.program))).collect())
    }

    pub(super) fn has_own_checks(&self, node: &str) -> bool {
        let planned = self.parts.plan.nodes.get(node);
        planned.is_some_and(|planned| planned.checks_from(&Place::Itself).next().is_some())
    }

    fn is_irreversible(&self, node: &str) -> bool {
        let course = self.rollouts.course_of(node);
        course.is_some_and(|course| course.rollout().irreversible)
    }
}
