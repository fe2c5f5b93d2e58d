//! All that a host says of itself and of its deployments, for people who look.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::number;
use super::{Probe, call, probe};
use crate::host::{Host, HostError};
use crate::text::clean_text;

/// Most characters of a field.
const LONGEST: usize = 200;

/// All that a host says of itself and of its deployments.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct HostStatus {
    /// Running system, system profile, booted system, network, lock, unfinished and last deployment, boot id.
    #[serde(flatten)]
    pub probe: Probe,
    /// Number of the generation that the system profile names.
    pub generation: Option<u64>,
    /// All generations of the system profile, oldest number first.
    #[serde(skip)]
    pub generations: Vec<Generation>,
    /// What its system adds, by the columns of the plan.
    pub fields: BTreeMap<String, String>,
}

/// One generation of the system profile.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Generation {
    /// Its number.
    #[serde(deserialize_with = "number")]
    pub number: u64,
    /// When it was made by the host's clock, in seconds since 1970.
    #[serde(deserialize_with = "number")]
    pub made: u64,
    /// Store path of its system.
    pub toplevel: String,
}

/// The generations of the system profile.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Generations {
    now: Option<String>,
    pub(super) generation: Vec<Generation>,
}

/// Asks a host for all of it but fields. Changes nothing there, and asks nothing of the network that it belongs to.
pub async fn inspect(host: &dyn Host) -> Result<HostStatus, HostError> {
    let probe = probe(host).await?;
    let Generations { now, generation: mut generations } = call(host, "generations", &[]).await?;
    generations.sort_by_key(|generation| generation.number);
    Ok(HostStatus { probe, generation: now.and_then(|now| now.parse().ok()), generations, fields: BTreeMap::new() })
}

/// Asks a host for these fields. What it says of others is left out, and what is too long is cut.
pub async fn fields(
    host: &dyn Host,
    columns: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, HostError> {
    if columns.is_empty() {
        return Ok(BTreeMap::new());
    }
    let said = super::list(host, "fields", &[]).await?;
    let known = |said: &String| {
        let (name, value) = said.split_once(' ')?;
        let column = columns.get(name)?;
        Some((column.clone(), clean_text(value).chars().take(LONGEST).collect()))
    };
    Ok(said.iter().filter_map(known).collect())
}
