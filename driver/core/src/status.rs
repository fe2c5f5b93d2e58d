//! How the nodes of a network stand: what runs on each, what should, and what is going on there.
//!
//! Only asks: nothing is changed on any host.

use std::collections::BTreeMap;

use futures::StreamExt;
use serde_json::{Map, Value, json};

use crate::evaluation::{Job, Results};
use crate::host::script::{HostStatus, fields, inspect, reboot_needed};
use crate::host::{HostError, Hosts};
use crate::plan::Plan;

/// How many hosts are asked at the same time.
const AT_ONCE: usize = 32;

/// Asks all of these nodes at the same time; a document of each, by its name.
pub async fn ask(hosts: &Hosts, plan: &Plan, results: Option<&Results>) -> Map<String, Value> {
    let selected = plan.nodes.iter().filter(|(_, planned)| planned.selected);
    let asked = futures::stream::iter(selected)
        .map(|(node, about)| async move {
            let (host, planned) = tokio::join!(look(hosts, (node, &about.status)), planned(results, node));
            (node.clone(), document(host, planned))
        })
        .buffered(AT_ONCE);
    asked.collect().await
}

/// How a node stands, as docs/command-line.md describes it.
pub fn document(host: Result<HostStatus, HostError>, planned: Option<Value>) -> Value {
    let (mut node, is_online) = match &host {
        Ok(status) => (json!(status), true),
        Err(error) => (json!({ "error": error.to_string() }), !error.is_offline()),
    };
    node["online"] = is_online.into();
    node["planned"] = planned.into();
    let system = node["planned"]["system"].clone();
    let is_known = host.is_ok() && !system.is_null();
    node["upToDate"] = json!(is_known.then(|| node["running"] == system && node["nextBoot"] == system));
    node
}

async fn look(hosts: &Hosts, (node, columns): (&str, &BTreeMap<String, String>)) -> Result<HostStatus, HostError> {
    let host = hosts.get(node).await?;
    let status = inspect(&*host).await?;
    let next = status.probe.system_profile.clone().unwrap_or_default();
    // One that runs no NixOS cannot say.
    let restart = reboot_needed(&*host, &next).await.unwrap_or_default().parts;
    Ok(HostStatus { fields: fields(&*host, columns).await, restart, ..status })
}

/// The system that a node should run, or why it does not evaluate; none where nobody asked.
async fn planned(results: Option<&Results>, node: &str) -> Option<Value> {
    Some(match results?.get(Job::toplevel(node)).await {
        Ok(toplevel) => json!({ "system": toplevel.out_path }),
        Err(error) => json!({ "error": error.to_string() }),
    })
}
