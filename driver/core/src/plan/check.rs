//! Health checks of a node: `nodes.<n>.checks` and `nodes.<n>.health` of the plan.

use serde::Deserialize;

use super::Place;

/// One health check of a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Where it is made; each of these places must see the node healthy.
    pub from: Vec<Place>,
    /// The program that makes one single probe, by its name among the programs of those places.
    pub program: String,
    /// Seconds before the first probe.
    pub initial_delay: u64,
    /// Seconds between two probes.
    pub period: u64,
    /// Seconds that one probe may take.
    pub timeout: u64,
    /// Successes in a row that make the node healthy.
    pub success_threshold: u64,
    /// Failures in a row that make it unhealthy.
    pub failure_threshold: u64,
}

/// How long a node has to be healthy, and by when.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Health {
    /// Seconds without a break.
    pub min_healthy_time: u64,
    /// How many looks in a row must succeed, where a check does not ask for more.
    pub success_threshold: u64,
    /// Seconds from the first look on.
    pub healthy_deadline: u64,
}
