//! Brings a host from one system to another: a deploy forward, a rollback and a rollout back. Asks the host to, follows that to
//! its end, and believes only what the host says afterwards.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::failure::indented;
use super::follow::{Ended, Origin, follow};
use super::restart::restart_if_due;
use super::{Show, StepFailure, Tried, new_nonce, who};
use crate::host::script::{self, Activation, Identity, Phase, Status, System};
use crate::host::{Host, HostError, Refusal};
use crate::plan::{ActivationOptions, Goal};

/// What is asked of a host, without what only a deploy adds: checks, hooks, and what it saw there before.
pub(super) fn asked_for(
    system: System,
    identity: Identity,
    options: &ActivationOptions,
    (nonce, deployer): (&str, &str),
) -> Activation {
    Activation {
        nonce: nonce.to_owned(),
        system,
        goal: options.goal,
        deployer: deployer.to_owned(),
        identity,
        limit: Duration::from_secs(options.timeout),
        confirm_limit: Duration::from_secs(options.confirm_timeout),
        ..Activation::default()
    }
}

/// Brings a host back to a generation of its own system profile, or with 0 to the one before the present one, with everything that
/// protects a deploy. Says what runs then.
pub(super) async fn rollback(
    host: &dyn Host,
    (identity, to): (Identity, u64),
    options: ActivationOptions,
    cancel: &CancellationToken,
    show: Show<'_>,
) -> Tried<String> {
    let system = if to == 0 { System::PreviousGeneration } else { System::Generation(to) };
    // Whatever the node's own goal is.
    let options = ActivationOptions { goal: Goal::Switch, ..options };
    let activation = asked_for(system, identity, &options, (&new_nonce(), &who()));
    let system = rolled_back(host, (&activation, options), cancel, show).await?;
    let generation = script::inspect(host).await?.generation;
    let generation = generation.map(|number| format!("generation {number}: ")).unwrap_or_default();
    Ok(generation + &system)
}

/// What people should know of an activation that ended well.
pub(super) fn warned(Status { message, .. }: &Status) -> String {
    if message.is_empty() { String::new() } else { format!("; {message}") }
}

/// Brings a host back, and restarts it if NixOS does not switch to that system and the host may be restarted: what it is back at.
pub(super) async fn rolled_back(
    host: &dyn Host,
    (activation, options): (&Activation, ActivationOptions),
    cancel: &CancellationToken,
    show: Show<'_>,
) -> Tried<String> {
    let begun = start(host, activation).await?;
    let status = see_through(host, activation, Origin::Ours(begun.map(Box::new)), show).await?;
    let toplevel = status.toplevel.as_deref().unwrap_or_default();
    // Whatever else a restart would bring can wait.
    let restarts = options.restarts && status.reached(Goal::Switch) == Goal::Boot;
    let due = (&ActivationOptions { restarts, ..options }, status.due.clone());
    let how = restart_if_due((host, toplevel), due, cancel, show).await?;
    Ok(format!("{toplevel}{how}{}", warned(&status)))
}

/// Asks the host to begin; how it stands then, if it says so. That it has begun already is what was asked for; where the
/// connection broke it may have, so looking comes before asking again.
pub(super) async fn start(host: &dyn Host, activation: &Activation) -> Result<Option<Status>, HostError> {
    match script::activate(host, activation).await {
        Err(HostError::Refused { refusal, .. }) if *refusal == Refusal::Known => Ok(None),
        Err(error) if error.is_connection() => Ok(None),
        result => result.map(Some),
    }
}

/// Follows an activation to an end that is its goal.
pub(super) async fn see_through(
    host: &dyn Host,
    activation: &Activation,
    origin: Origin,
    show: Show<'_>,
) -> Tried<Status> {
    let ended = follow(host, activation, origin, show).await?;
    judge(&ended, activation).map(|()| ended.0)
}

/// Whether the host is where the goal should have brought it.
fn judge((status, log): &Ended, activation: &Activation) -> Tried<()> {
    let Status { phase, message, current, profile, .. } = status;
    let toplevel = match &activation.system {
        System::Toplevel(toplevel) => toplevel,
        // Only the host knows it.
        _ => status.toplevel.as_deref().unwrap_or_default(),
    };
    let goal = status.reached(activation.goal);
    let is_at = !goal.takes_over() || goal.is_at(toplevel, current.as_deref(), profile.as_deref());
    if *phase == Phase::Confirmed && is_at {
        return Ok(());
    }
    let what = if *phase == Phase::RolledBack && status.is_unhealthy {
        "the switch succeeded, and the host rolled back to the system it ran before"
    } else if status.was_restarted && !phase.is_final() {
        "the host was restarted in the middle of the activation"
    } else {
        goal.account(*phase)
    };
    let message = match failed_units(message, log) {
        Some(units) => format!("{units}; {what}"),
        None if message.is_empty() => what.to_owned(),
        None => format!("{what}: {message}"),
    };
    let kernel = format!(
        "what needs a module of the new kernel ({}) fails until a restart: deploy with `--goal boot --reboot`, or with `activation.bootOnce` and `--reboot`; otherwise correct the cause and deploy again",
        status.due.parts
    );
    let advice = match phase {
        Phase::RollbackFailed => "log in and bring the host to a system that works",
        Phase::RolledBack if status.due.parts.contains("kernel-modules") => &kernel,
        _ => "correct the cause and deploy again",
    };
    let which = |system: &Option<String>| which(system.as_deref(), toplevel, status);
    let text = format!(
        "{message}\n  now running: {}\n  next boot: {}\n  the end of the log:{}\n  help: {advice}; the whole log is {}/{}/log on the host",
        which(current),
        which(profile),
        indented(log),
        script::DEPLOYS,
        activation.nonce
    );
    Err(StepFailure::Activation(*phase, text))
}

/// The units for which a switch failed, and the last that one of them said: NixOS' program shows their status at its end.
fn failed_units(message: &str, log: &str) -> Option<String> {
    let (_, units) = message.split_once("exited with status 4: ")?;
    let said = log.lines().rev().filter(|line| !line.contains(" systemd[")).find_map(|line| line.split_once("]: "));
    Some(said.map_or_else(|| format!("{units} failed"), |(_, said)| format!("{units} failed: {}", said.trim())))
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
