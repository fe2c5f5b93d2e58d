//! Switches a host to its system: asks it to, follows it to the end, and believes only what the host says afterwards.

use super::StepFailure;
use super::follow::{Ended, follow, start};
use super::runner::StepRunnerParts;
use super::standing::Standing;
use crate::host::script::{self, Activation, Phase, Status};

/// Switches; the text says from where.
pub(super) async fn activate(
    parts: &StepRunnerParts,
    standing: &Standing,
    on_line: impl FnMut(String) + Send,
) -> Result<String, StepFailure> {
    let host = &*standing.host;
    let activation = Activation {
        nonce: parts.settings.nonce.clone(),
        toplevel: standing.toplevel.out_path.clone(),
        deployer: parts.settings.deployer.clone(),
        network: parts.plan.network.clone(),
        policy: parts.settings.policy,
        limit: parts.settings.switch_limit,
    };
    match start(host, &activation).await {
        // The host may have begun before the connection broke, so looking comes before asking again.
        Err(error) if !error.is_connection() => return Err(error.into()),
        _ => {}
    }
    let ended = follow(parts, host, &activation, on_line).await?;
    judge(&ended, standing, &parts.settings.nonce)?;
    identify(parts, standing).await?;
    Ok(match &standing.probe.current_system {
        Some(before) if *before == activation.toplevel => "switched again".to_owned(),
        Some(before) => format!("switched from {}", name(before)),
        None => "switched".to_owned(),
    })
}

/// Records the network on a host that has none on record, or another one that is being taken over.
pub(super) async fn identify(
    parts: &StepRunnerParts,
    standing: &Standing,
) -> Result<(), StepFailure> {
    if standing.probe.network.as_ref() == Some(&parts.plan.network) {
        return Ok(());
    }
    script::identify(&*standing.host, &parts.plan.network, parts.settings.policy).await?;
    Ok(())
}

fn judge(ended: &Ended, standing: &Standing, nonce: &str) -> Result<(), StepFailure> {
    let Status {
        phase,
        message,
        current,
        profile,
        ..
    } = &ended.status;
    let wanted = Some(&standing.toplevel.out_path);
    if *phase == Phase::Confirmed && current.as_ref() == wanted && profile.as_ref() == wanted {
        return Ok(());
    }
    let record = format!("{}/{nonce}", script::DEPLOYS);
    let what = match phase {
        Phase::Confirmed => "the switch succeeded, but something else changed the system since",
        Phase::RolledBack => {
            "the switch failed, and the host went back to the system it ran before"
        }
        Phase::RollbackFailed => {
            "the switch failed, and going back to the system before failed as well"
        }
        Phase::Failed => "the switch failed",
        Phase::Unknown => "the host has no record of the activation",
        _ if ended.status.was_restarted => "the host was restarted in the middle of the activation",
        Phase::Interrupted | Phase::Prepared | Phase::Activating | Phase::RollingBack => {
            "the activation was stopped in the middle: its unit was killed"
        }
    };
    let message = if message.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {message}")
    };
    let advice = match phase {
        Phase::RollbackFailed => {
            format!(
                "log in and bring the host to a system that works; the whole log is {record}/log there"
            )
        }
        _ => {
            format!("correct the cause and deploy again; the whole log is {record}/log on the host")
        }
    };
    Err(StepFailure::Activation {
        message,
        running: which(current.as_deref(), standing),
        boot: which(profile.as_deref(), standing),
        log: ended.log.clone(),
        advice,
    })
}

/// A system, and whether it is the new one or the one from before.
fn which(system: Option<&str>, standing: &Standing) -> String {
    match system {
        None => "no NixOS system".to_owned(),
        Some(path) if path == standing.toplevel.out_path => format!("{path} (the new system)"),
        Some(path) if Some(path) == standing.probe.current_system.as_deref() => {
            format!("{path} (the system from before)")
        }
        Some(path) => path.to_owned(),
    }
}

/// The part of a store path that people read.
fn name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('-').map_or(name, |(_, name)| name)
}

#[cfg(test)]
mod tests;
