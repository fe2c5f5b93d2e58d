//! Takes a node back to what it ran before its rollout, which the node itself knows. A rollback is never rolled back: if it fails, that is said.

use super::StepFailure;
use super::activate::judge;
use super::follow::{Course, Origin, follow, start};
use super::runner::StepRunner;
use crate::host::script::{Activation, Health, IdentityPolicy, System};

/// Takes a node back; the text says to what.
pub(super) async fn take_back(
    runner: &StepRunner,
    step: &str,
    node: &str,
    rollout: &str,
) -> Result<String, StepFailure> {
    let before = runner.rollouts.course(rollout).and_then(|course| course.before(node)?.undo);
    let parts = &runner.parts;
    let host = parts.hosts.get(node).await?;
    let options = parts.options(node);
    let Some(undo) = before else {
        return Err(StepFailure::Plan(format!(
            "node `{node}` ran no system before, so there is nothing to take it back to"
        )));
    };
    let activation = Activation {
        nonce: super::new_nonce(),
        system: System::Before(undo),
        goal: options.goal,
        deployer: parts.settings.deployer.clone(),
        network: parts.plan.network.clone(),
        policy: IdentityPolicy::Keep,
        limit: options.limit(),
        confirm_limit: options.confirm_limit(),
        seen: None,
        // The checks are those of the new system.
        health: Health::default(),
        hooks: Vec::new(),
        lease: Some(runner.lease_of(rollout, node).await?),
    };
    start(&*host, &activation).await?;
    let course = Course { activation: &activation, origin: Origin::Ours, lost_limit: parts.settings.lost_limit };
    let show = |line| runner.show(step, format!("{node}: {line}"));
    let ended = follow(&*host, course, show).await?;
    let toplevel = ended.status.toplevel.clone().unwrap_or_default();
    judge(&ended, activation.goal, &toplevel, &activation.nonce)?;
    Ok(format!("runs {toplevel} again"))
}
