//! Activates a node as a member of its rollout: with its own checks, and with a note of what it ran before.

use super::check::{Look, health, judge, look};
use super::runner::StepRunner;
use super::standing::Standing;
use super::{StepFailure, activate};
use crate::event::Event;
use crate::host::script::rollout::{self, ChangedNode};
use crate::host::script::{Health, HealthMode, Phase};
use crate::plan::Place;
use crate::rollout::Before;
use crate::schedule::StepOutcome;

impl StepRunner {
    /// Looks at the node from these places, for as long as it takes to settle.
    pub(super) async fn check(
        &self,
        node: &str,
        step: &str,
        from: fn(&Place) -> bool,
    ) -> Result<StepOutcome, StepFailure> {
        let asked = Look {
            node,
            from,
            mode: HealthMode::Settle,
        };
        let show = |line| self.show(step, line);
        let seen = look(&self.programs, asked, show).await;
        judge(node, &seen).map(StepOutcome::Done)
    }

    pub(super) async fn activate(
        &self,
        node: &str,
        step: &str,
        standing: &Standing,
    ) -> Result<String, StepFailure> {
        let is_irreversible = self.is_irreversible(node);
        let health = if is_irreversible {
            Health::default()
        } else {
            self.own_health(node).await?
        };
        let show = |line| self.show(step, line);
        let activated = activate::activate(&self.parts, standing, health, show).await;
        let activated = activated.map_err(|failure| self.judged(node, failure))?;
        let is_ours = activated.before.is_some();
        if let Some(before) = activated.before {
            self.note(node, before).await;
        } else if let Some(mut course) = self.rollouts.course_of(node) {
            course.is_up_to_date(node);
        }
        // What was seen before a restart, or by another run, says little about now.
        if (is_irreversible || activated.was_restarted || !is_ours) && self.has_own_checks(node) {
            self.check(node, step, |place| *place == Place::Itself)
                .await?;
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

    pub(super) fn has_own_checks(&self, node: &str) -> bool {
        let planned = self.parts.plan.nodes.get(node);
        planned.is_some_and(|planned| planned.checks_from(&Place::Itself).next().is_some())
    }

    fn is_irreversible(&self, node: &str) -> bool {
        let course = self.rollouts.course_of(node);
        course.is_some_and(|course| course.rollout().irreversible)
    }

    /// Writes down what a node ran before, here and on the coordinator: whoever goes on with the rollout may have to take
    /// it back.
    async fn note(&self, node: &str, before: Before) {
        let Some(id) = self.rollouts.course_of(node).map(|mut course| {
            course.changed(node, before);
            course.id().to_owned()
        }) else {
            return;
        };
        // Held meanwhile, so that what was known last is written last.
        let leases = self.leases.lock().await;
        let Some(lease) = leases.get(&id) else { return };
        let changed = self.rollouts.course(&id).map(|course| course.all_changed());
        let changed = changed
            .into_iter()
            .flatten()
            .map(|(node, before)| ChangedNode {
                node,
                generation: before.generation,
                toplevel: before.toplevel,
            });
        let changed: Vec<ChangedNode> = changed.collect();
        if let Err(error) = rollout::note(&*lease.host, &id, &lease.digest, &changed).await {
            self.parts.events.send(Event::Warning(format!(
                "rollout {id}: its coordinator could not write down that {node} was changed, so a later deploy would not take it back: {error}"
            )));
        }
    }
}
