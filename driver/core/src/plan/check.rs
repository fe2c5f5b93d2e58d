//! Health checks of a node: `nodes.<n>.checks` and `nodes.<n>.health` of the plan.

use serde::Deserialize;

use super::RunsOn;

/// One health check of a node.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Where it is made; each of these places must see the node healthy.
    pub from: Vec<RunsOn>,
    /// The program that makes one single probe, by its name among the programs of those places.
    pub program: String,
    /// What the loop is told of it on a node that was changed a moment ago: seconds before the first probe, between two and for
    /// each, and how many in a row decide that all is well, and that it is not.
    pub settle: String,
    /// The same on a node that was left alone.
    pub glance: String,
    /// Seconds after which it has a first verdict there.
    pub longest: u64,
}

/// How long a node has to be healthy, and by when.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Health {
    /// Seconds without a break.
    pub min_healthy_time: u64,
    /// Seconds from the first look on.
    pub healthy_deadline: u64,
}
