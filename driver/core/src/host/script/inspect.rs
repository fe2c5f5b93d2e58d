//! All that a host says of itself and of its deployments, for people who look.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Probe, call, probe};
use crate::host::{Host, HostCommand, HostError};
use crate::text::{clean, clean_text};

/// Most characters of a field.
const LONGEST: usize = 200;
/// The program of a system that tells them: on each line a name, a tab, and a value.
const FIELDS: &str = r#"exec "${NETLIB_HOST_ROOT:-}/run/current-system/netlib/status-fields""#;

/// All that a host says of itself and of its deployments.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct HostStatus {
    /// Running system, system profile, booted system, network, lock, unfinished and last deployment, boot id.
    #[serde(flatten)]
    pub probe: Probe,
    /// Number of the generation that the system profile names.
    pub generation: Option<u64>,
    /// All of them.
    pub generations: Vec<Generation>,
    /// What only a restart would bring of the system that boots.
    pub restart: String,
    /// What its system adds, by the columns of the plan.
    pub fields: BTreeMap<String, String>,
}

/// A generation of the system profile.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Generation {
    /// Its number.
    pub number: String,
    /// When it was made, in UTC by the host's clock.
    pub date: String,
    /// Its system.
    pub system: String,
    /// The phase in which the last deployment of that ended; empty where the host has no record of one.
    pub result: String,
    /// Who deployed it; empty where the host has no record of that.
    #[serde(default)]
    pub by: String,
}

/// The generation that the system profile names, and all of them.
#[derive(Deserialize)]
struct Generations {
    now: Option<String>,
    #[serde(default)]
    generation: Vec<Generation>,
}

/// Asks a host for all of it but fields. Changes nothing there, and asks nothing of the network that it belongs to.
pub async fn inspect(host: &dyn Host) -> Result<HostStatus, HostError> {
    let probe = probe(host).await?;
    let Generations { now, generation } = call(host, "generations", &[]).await?;
    let now = now.and_then(|now| now.parse().ok());
    Ok(HostStatus { probe, generation: now, generations: generation, ..HostStatus::default() })
}

/// Asks a host for these fields; there is none where its system is of a netlib without such a program. What it says of others
/// is left out, and what is too long is cut.
pub async fn fields(host: &dyn Host, columns: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    if columns.is_empty() {
        return BTreeMap::new();
    }
    let said = host.run(HostCommand { is_question: true, ..HostCommand::new(["sh", "-c", FIELDS]) }).await;
    let known = |said: &str| {
        let (name, value) = said.split_once('\t')?;
        let column = columns.get(name)?;
        Some((column.clone(), clean_text(value).chars().take(LONGEST).collect()))
    };
    said.map(|said| clean(&said.stdout).lines().filter_map(known).collect()).unwrap_or_default()
}
