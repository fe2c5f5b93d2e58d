//! `netlib status`: how the nodes stand, for people and for programs.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use netlib_core::host::LockHolder;
use netlib_core::host::script::{DEPLOYS, HostStatus};
use netlib_core::plan::Network;
use netlib_core::status::{NodeStatus, Planned};

/// Version of the JSON document.
pub const SCHEMA: u64 = 2;

/// A block for each node, and one last line that says it all.
#[must_use]
pub fn text(network: &Network, nodes: &[NodeStatus]) -> String {
    let mut text = String::new();
    for node in nodes {
        match &node.host {
            Ok(status) => describe(&mut text, network, node, status),
            Err(error) => {
                let _ = writeln!(
                    text,
                    "{}: {}",
                    node.node,
                    if error.is_offline() { "offline" } else { "could not be asked" }
                );
                indent(&mut text, &error.to_string());
                if let Planned::System(system) = &node.planned {
                    let _ = writeln!(text, "  planned     {system}");
                }
            }
        }
        if let Planned::Unknown(message) = &node.planned {
            let _ = writeln!(text, "  planned     unknown");
            indent(&mut text, message);
        }
    }
    text + &last_line(nodes) + "\n"
}

fn describe(text: &mut String, network: &Network, node: &NodeStatus, status: &HostStatus) {
    let probe = &status.probe;
    let verdict = match node.is_as_planned() {
        _ if status.lock().is_some() => ": being deployed to",
        Some(true) => ": up to date",
        Some(false) => ": not as planned",
        None => "",
    };
    let _ = writeln!(text, "{}: online{verdict}", node.node);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<11} {value}");
    };
    let running = probe.current_system.as_deref();
    line("running", running.unwrap_or("no NixOS system"));
    line("next boot", &next_boot(status));
    if let Planned::System(system) = &node.planned {
        line("planned", same_or(system, running));
    }
    match &probe.network {
        Some(theirs) if theirs.id != network.id => {
            line("network", &format!("{} ({}): not this one", theirs.name, theirs.id));
        }
        Some(theirs) if theirs.name != network.name => {
            let said = format!("{} ({}): another one with this id", theirs.name, theirs.id);
            line("network", &said);
        }
        Some(_) => {}
        None => line("network", "none yet: netlib has not deployed to it"),
    }
    for (column, value) in &status.fields {
        line(column, value);
    }
    if let Some(lock) = status.lock() {
        line("lock", &held(lock));
    }
    for left in &probe.unfinished {
        let what = format!("{} of {} (record: {DEPLOYS}/{})", left.phase, left.toplevel, left.nonce);
        line("unfinished", &what);
    }
    // One that is under way is what the lock is about.
    if let Some(last) = probe.last.as_ref().filter(|last| last.phase.is_final()) {
        let why = if last.message.is_empty() { String::new() } else { format!(": {}", last.message) };
        let unseen = if last.is_unseen { ", while nobody looked" } else { "" };
        let phase = last.phase;
        line("last deploy", &format!("{phase}{unseen}{why}"));
    }
}

fn next_boot(status: &HostStatus) -> String {
    let probe = &status.probe;
    let generation = status.generation.map(|number| format!(" (generation {number})")).unwrap_or_default();
    match probe.system_profile.as_deref() {
        None => "no system profile".to_owned(),
        Some(path) => format!("{}{generation}", same_or(path, probe.current_system.as_deref())),
    }
}

/// The path, unless it is the one that was just shown.
fn same_or<'a>(path: &'a str, running: Option<&str>) -> &'a str {
    if running == Some(path) { "the running one" } else { path }
}

fn held(lock: &LockHolder) -> String {
    if let Some(process) = &lock.process {
        return format!("process {process}, which is no deployment");
    }
    let what = lock
        .deployment
        .as_ref()
        .map(|underway| format!(", {} of {}", underway.phase, underway.toplevel))
        .unwrap_or_default();
    format!("{} since {}{what}", lock.deployer, lock.since)
}

fn indent(text: &mut String, message: &str) {
    for line in message.trim_end().lines() {
        let _ = writeln!(text, "    {line}");
    }
}

fn last_line(nodes: &[NodeStatus]) -> String {
    let count = |is: &dyn Fn(&NodeStatus) -> bool| nodes.iter().filter(|node| is(node)).count();
    let mut line = format!("{} of {} nodes online", count(&|node| node.host.is_ok()), nodes.len());
    let parts = [
        (count(&|node| node.is_as_planned() == Some(true)), "up to date"),
        (count(&|node| node.is_as_planned() == Some(false)), "not as planned"),
        (count(&|node| matches!(node.planned, Planned::Unknown(_))), "not evaluated"),
    ];
    for (number, what) in parts {
        if number > 0 {
            let _ = write!(line, ", {number} {what}");
        }
    }
    line
}

/// The same as one JSON document, documented in docs/command-line.md.
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
