//! Restarting a host, and finding out what it booted.

use super::{Known, Probe, anew, call, run};
use crate::host::{Host, HostError};

/// What a restart is needed for.
#[derive(Clone, Debug, Default, serde::Deserialize, Eq, PartialEq)]
#[serde(default)]
pub struct Due {
    /// What only a restart brings, with commas in between; empty where nothing does.
    #[serde(rename = "due")]
    pub parts: String,
    /// Why the host may not be restarted at this moment, as it follows that; empty where it may.
    pub closed: String,
}

/// What only a restart would bring of a system, as far as the host has that.
pub async fn reboot_needed(host: &dyn Host, toplevel: &str) -> Result<Due, HostError> {
    call(host, "reboot_needed", &[toplevel]).await
}

/// Restarts the host in a moment; returns the id of the boot that ends. Refused unless it would boot this system.
pub async fn reboot(host: &dyn Host, toplevel: &str) -> Result<String, HostError> {
    call(host, "reboot", &[toplevel]).await.map(|said: super::Done| said.ok)
}

/// Asks a host about itself over a connection made for this question.
pub async fn probe_anew(host: &dyn Host) -> Result<Probe, HostError> {
    let (known, _): (Known, _) = run(host, "probe", &[], anew).await?;
    Ok(known.probe)
}
