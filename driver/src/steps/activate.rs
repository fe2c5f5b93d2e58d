//! Brings a host to its goal: asks it to, follows it to the end, and believes only what the host says afterwards.

use super::StepFailure;
use super::follow::{Course, Ended, Origin, follow, start};
use super::restart::restart_if_needed;
use super::runner::StepRunnerParts;
use super::standing::Standing;
use crate::host::script::{self, Activation, Health, HostHook, Lease, Phase, Seen, Status, System};
use crate::host::{HostError, LockHolder, Refusal};
use crate::plan::Goal;
use crate::rollout::Before;

/// Activates; the text says what was done.
pub(super) async fn activate(
    parts: &StepRunnerParts,
    standing: &Standing,
    (health, lease, hooks): (Health, Option<Lease>, Vec<HostHook>),
    mut on_line: impl FnMut(String) + Send,
) -> Result<Activated, StepFailure> {
    let mut activation = Activation { health, lease, hooks, ..asked_for(parts, standing) };
    let (done, before) = match begin(standing, &activation).await? {
        Begun::Ours => see_through(parts, standing, (&activation, Origin::Ours), &mut on_line).await?,
        Begun::Found(holder) => {
            on_line(format!(
                "{} has been activating this system since {}: following that",
                holder.deployer, holder.since
            ));
            if let Some(deployment) = holder.deployment {
                activation.nonce = deployment.nonce;
            }
            see_through(parts, standing, (&activation, Origin::Found), &mut on_line).await?
        }
        Begun::Reached => ("up to date: somebody else deployed it meanwhile".to_owned(), None),
    };
    let restarted = restart_if_needed(&parts.settings.cancel, standing, on_line).await?;
    Ok(Activated { was_restarted: !restarted.is_empty(), done: done + &restarted, before })
}

/// Follows an activation to an end that is the goal; what was done, and what ran before.
async fn see_through(
    parts: &StepRunnerParts,
    standing: &Standing,
    (activation, origin): (&Activation, Origin),
    on_line: impl FnMut(String) + Send,
) -> Result<(String, Option<Before>), StepFailure> {
    let (toplevel, goal) = (&standing.toplevel.out_path, standing.options.goal);
    let course = Course { activation, origin, lost_limit: parts.settings.lost_limit };
    let ended = follow(&*standing.host, course, on_line).await?;
    judge(&ended, goal, toplevel, &activation.nonce)?;
    let done = goal.done(ended.status.previous.as_deref(), toplevel);
    let Status { previous, generation_before, .. } = ended.status;
    let ran_any = previous.is_some() || generation_before.is_some();
    let before = Before { undo: ran_any.then(|| activation.nonce.clone()) };
    Ok((done, Some(before)))
}

/// A host that was brought to its goal.
pub(super) struct Activated {
    /// What was done.
    pub done: String,
    /// Whether the host was restarted afterwards.
    pub was_restarted: bool,
    /// What it ran before; none when this run had nothing to do.
    pub before: Option<Before>,
}

fn asked_for(parts: &StepRunnerParts, standing: &Standing) -> Activation {
    Activation {
        nonce: parts.settings.nonce.clone(),
        system: System::Toplevel(standing.toplevel.out_path.clone()),
        goal: standing.options.goal,
        deployer: parts.settings.deployer.clone(),
        network: parts.plan.network.clone(),
        policy: parts.settings.policy,
        seen: Some(Seen {
            running: standing.probe.current_system.clone(),
            profile: standing.probe.system_profile.clone(),
        }),
        limit: standing.options.limit(),
        confirm_limit: standing.options.confirm_limit(),
        health: Health::default(),
        hooks: Vec::new(),
        lease: None,
    }
}

/// How an activation came about.
enum Begun {
    /// The host took it up.
    Ours,
    /// One of the same system for the same goal was under way.
    Found(LockHolder),
    /// Somebody else has brought the host to the goal since this run looked at it.
    Reached,
}

async fn begin(standing: &Standing, activation: &Activation) -> Result<Begun, StepFailure> {
    if let Some(holder) = standing.same_underway() {
        return Ok(Begun::Found(holder.clone()));
    }
    let host = &*standing.host;
    let Err(error) = start(host, activation).await else {
        return Ok(Begun::Ours);
    };
    let HostError::Refused { refusal, .. } = &error else {
        return Err(error.into());
    };
    match &**refusal {
        Refusal::Busy(holder) if standing.is_same(holder) => Ok(Begun::Found(holder.clone())),
        Refusal::Changed { .. } => {
            let now = script::probe(host).await?;
            let toplevel = &standing.toplevel.out_path;
            if standing.options.goal.is_reached(toplevel, &now) {
                return Ok(Begun::Reached);
            }
            Err(error.into())
        }
        _ => Err(error.into()),
    }
}

/// Records the network on a host that has none on record, or another one that is being taken over.
pub(super) async fn identify(parts: &StepRunnerParts, standing: &Standing) -> Result<(), StepFailure> {
    if standing.probe.network.as_ref() == Some(&parts.plan.network) {
        return Ok(());
    }
    script::identify(&*standing.host, &parts.plan.network, parts.settings.policy).await?;
    Ok(())
}

/// Whether the host is where the goal should have brought it.
pub(super) fn judge(ended: &Ended, goal: Goal, toplevel: &str, nonce: &str) -> Result<(), StepFailure> {
    let Status { phase, message, current, profile, .. } = &ended.status;
    if *phase == Phase::Confirmed && goal.holds(toplevel, current.as_deref(), profile.as_deref()) {
        return Ok(());
    }
    let what = if *phase == Phase::RolledBack && ended.status.is_unhealthy {
        "the switch succeeded, and the host went back to the system it ran before"
    } else if ended.status.was_restarted && !phase.is_final() {
        "the host was restarted in the middle of the activation"
    } else {
        goal.account(*phase)
    };
    let message = if message.is_empty() { what.to_owned() } else { format!("{what}: {message}") };
    let record = format!("{}/{nonce}", script::DEPLOYS);
    let advice = match phase {
        Phase::RollbackFailed => {
            format!("log in and bring the host to a system that works; the whole log is {record}/log there")
        }
        _ => {
            format!("correct the cause and deploy again; the whole log is {record}/log on the host")
        }
    };
    let which = |system: &Option<String>| which(system.as_deref(), toplevel, &ended.status);
    Err(StepFailure::Activation {
        message,
        phase: *phase,
        running: which(current),
        boot: which(profile),
        log: ended.log.clone(),
        advice,
    })
}

/// A system, and whether it is the new one or the one from before.
fn which(system: Option<&str>, toplevel: &str, status: &Status) -> String {
    match system {
        None => "no NixOS system".to_owned(),
        Some(path) if path == toplevel => format!("{path} (the new system)"),
        Some(path) if Some(path) == status.previous.as_deref() => {
            format!("{path} (the system from before)")
        }
        Some(path) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
