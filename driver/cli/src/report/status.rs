//! `netlib status`: how the nodes stand, for people and for programs.

use serde_json::{Map, Value, json};

use netlib_core::plan::Network;

/// Version of the JSON document.
pub const SCHEMA: u64 = 2;

/// For people: a block for each node, and one last line that says it all.
pub const TEXT: &str = include_str!("status.txt");

/// One JSON document, described in docs/command-line.md.
#[must_use]
pub fn json(network: &Network, nodes: &Map<String, Value>) -> Value {
    json!({ "version": SCHEMA, "network": network, "nodes": nodes })
}

#[cfg(test)]
mod tests;
