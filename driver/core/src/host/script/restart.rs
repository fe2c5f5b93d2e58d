//! Restarting a host, and finding out what it booted.

use super::{Known, Probe, anew, call, list, run};
use crate::host::{Host, HostError};

/// What only a restart would bring of a system, as far as the host has that.
pub async fn reboot_needed(host: &dyn Host, toplevel: &str) -> Result<String, HostError> {
    list(host, "reboot_needed", &[toplevel]).await.map(|due| due.concat())
}

/// Restarts the host in a moment; returns the id of the boot that ends. Refused unless it would boot this system.
pub async fn reboot(host: &dyn Host, toplevel: &str) -> Result<String, HostError> {
    let said: super::Done = call(host, "reboot", &[toplevel]).await?;
    Ok(said.ok)
}

/// Asks a host about itself over a connection made for this question.
pub async fn probe_anew(host: &dyn Host) -> Result<Probe, HostError> {
    let (known, _): (Known, _) = run(host, "probe", &[], anew).await?;
    Ok(known.probe)
}
