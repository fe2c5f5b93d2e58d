//! All that a host says of itself and of its deployments, for people who look.

use super::answer::Answer;
use super::{LockHolder, Probe, call, probe};
use crate::host::{Host, HostError};

/// All that a host says of itself and of its deployments.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HostStatus {
    /// Running system, system profile, booted system, network, lock, unfinished and last deployment, boot id.
    pub probe: Probe,
    /// Number of the generation that the system profile names.
    pub generation: Option<u64>,
    /// All generations of the system profile, oldest number first.
    pub generations: Vec<Generation>,
}

/// One generation of the system profile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Generation {
    /// Its number.
    pub number: u64,
    /// When it was made by the host's clock, in seconds since 1970.
    pub made: u64,
    /// Store path of its system.
    pub toplevel: String,
}

impl HostStatus {
    /// Who is deploying to the host right now.
    #[must_use]
    pub fn lock(&self) -> Option<&LockHolder> {
        self.probe.lock.as_ref()
    }
}

/// Asks a host for all of it. Changes nothing there, and asks nothing of the network that it belongs to.
pub async fn inspect(host: &dyn Host) -> Result<HostStatus, HostError> {
    let probe = probe(host).await?;
    let answer = call(host, "generations", &[]).await?;
    Ok(HostStatus {
        probe,
        generation: answer.get("generation.current").and_then(|number| number.parse().ok()),
        generations: generations(&answer),
    })
}

pub(super) fn generations(answer: &Answer) -> Vec<Generation> {
    let mut found: Vec<Generation> = answer.all("generation").filter_map(parse).collect();
    found.sort_by_key(|generation| generation.number);
    found
}

fn parse(value: &str) -> Option<Generation> {
    let mut words = value.splitn(3, ' ');
    Some(Generation {
        number: words.next()?.parse().ok()?,
        made: words.next()?.parse().ok()?,
        toplevel: words.next()?.to_owned(),
    })
}
