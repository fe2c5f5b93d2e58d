//! Restarting a host, and finding out what it booted.

use super::{Probe, Via, call, call_via, understood};
use crate::host::{Host, HostError};

/// The parts of a system that only a boot brings in and in which the booted system differs from this one.
pub async fn reboot_needed(host: &dyn Host, toplevel: &str) -> Result<Vec<String>, HostError> {
    let answer = call(host, "reboot-needed", &[toplevel]).await?;
    answer.accepted("asked")?;
    Ok(answer.all("differs").map(str::to_owned).collect())
}

/// Restarts the host in a moment; returns the id of the boot that ends. Refused unless it would boot this system.
pub async fn reboot(host: &dyn Host, toplevel: &str) -> Result<String, HostError> {
    let answer = call(host, "reboot", &[toplevel]).await?;
    answer.accepted("restarting")?;
    Ok(answer.get("restarting").unwrap_or_default().to_owned())
}

/// Asks a host about itself over a connection made for this question.
pub async fn probe_anew(host: &dyn Host) -> Result<Probe, HostError> {
    let answer = call_via(host, Via::NewConnection, "probe", &[]).await?;
    understood(host, answer)
}
