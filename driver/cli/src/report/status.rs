//! `netlib status`: how the nodes stand, for people and for programs.

use serde_json::{Map, Value, json};

use netlib_core::plan::Network;
use netlib_core::status::NodeStatus;

/// Version of the JSON document.
pub const SCHEMA: u64 = 2;

/// For people: a block for each node, and one last line that says it all.
pub const TEXT: &str = include_str!("status.txt");

/// One JSON document, described in docs/command-line.md.
#[must_use]
pub fn json(network: &Network, nodes: &[NodeStatus]) -> Value {
    let nodes: Map<String, Value> = nodes.iter().map(|node| (node.node.clone(), node_json(node))).collect();
    json!({ "version": SCHEMA, "network": network, "nodes": nodes })
}

fn node_json(node: &NodeStatus) -> Value {
    let (mut fields, is_online) = match &node.host {
        Ok(status) => (json!(status), true),
        Err(error) => (json!({ "error": error.to_string() }), !error.is_offline()),
    };
    fields["online"] = is_online.into();
    fields["planned"] = json!(node.planned);
    fields["upToDate"] = json!(node.is_as_planned());
    fields
}

#[cfg(test)]
mod tests;
