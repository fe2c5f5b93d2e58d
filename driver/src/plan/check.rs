//! Health checks of a node: `nodes.<n>.checks` and `nodes.<n>.health` of the plan.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Place;

/// One health check of a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What it looks at, for people.
    #[serde(default)]
    pub description: String,
    /// Where it is made; each of these places must see the node healthy.
    pub from: Vec<Place>,
    /// The program that makes one single probe, by its name among the programs of those places.
    pub program: String,
    /// Seconds before the first probe.
    #[serde(default)]
    pub initial_delay: u64,
    /// Seconds between two probes.
    #[serde(default = "two")]
    pub period: u64,
    /// Seconds that one probe may take.
    #[serde(default = "five")]
    pub timeout: u64,
    /// Successes in a row that make the node healthy.
    #[serde(default = "one")]
    pub success_threshold: u64,
    /// Failures in a row that make it unhealthy.
    #[serde(default = "three")]
    pub failure_threshold: u64,
}

const fn one() -> u64 {
    1
}

const fn two() -> u64 {
    2
}

const fn three() -> u64 {
    3
}

const fn five() -> u64 {
    5
}

impl Check {}

/// How long a node has to be healthy, and by when.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Health {
    /// Seconds without a break.
    pub min_healthy_time: u64,
    /// How many looks in a row must succeed, where a check does not ask for more.
    pub success_threshold: u64,
    /// Seconds from the first look on.
    pub healthy_deadline: u64,
}

impl Default for Health {
    fn default() -> Self {
        Self { min_healthy_time: 0, success_threshold: 1, healthy_deadline: 300 }
    }
}

impl Health {
    /// How long the loop of these checks may last.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.healthy_deadline)
    }
}
