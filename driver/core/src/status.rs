//! How the nodes of a network stand: what runs on each, what should, and what is going on there.
//!
//! Only asks: nothing is changed on any host.

use std::collections::BTreeMap;

use futures::StreamExt;
use serde::Serialize;

use crate::evaluation::{Job, Results};
use crate::host::script::{HostStatus, fields, inspect};
use crate::host::{HostError, Hosts};
use crate::plan::Plan;

/// How many hosts are asked at the same time.
const AT_ONCE: usize = 32;

/// How a node stands.
#[derive(Clone, Debug)]
pub struct NodeStatus {
    /// Its name.
    pub node: String,
    /// What the host says.
    pub host: Result<HostStatus, HostError>,
    /// What the network says.
    pub planned: Planned,
}

/// The system that a node should run.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Planned {
    /// Its store path.
    System(String),
    /// Its configuration does not evaluate; the whole message for people.
    #[serde(rename = "error")]
    Unknown(String),
    /// Nobody asked.
    #[serde(untagged)]
    NotAsked,
}

impl NodeStatus {
    /// Whether the host answered and its configuration, if it was asked for, evaluates.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.host.is_ok() && !matches!(self.planned, Planned::Unknown(_))
    }

    /// Whether the host runs and boots what it should; none if either is not known.
    #[must_use]
    pub fn is_as_planned(&self) -> Option<bool> {
        match (&self.host, &self.planned) {
            (Ok(status), Planned::System(system)) => {
                let is_it = |path: &Option<String>| path.as_ref() == Some(system);
                Some(is_it(&status.probe.current_system) && is_it(&status.probe.system_profile))
            }
            _ => None,
        }
    }
}

/// Asks all of these nodes at the same time; sorted by name.
pub async fn ask(hosts: &Hosts, plan: &Plan, results: Option<&Results>) -> Vec<NodeStatus> {
    let selected = plan.nodes.iter().filter(|(_, planned)| planned.selected);
    let asked = futures::stream::iter(selected)
        .map(|(node, about)| async move {
            let (host, planned) = tokio::join!(look(hosts, (node, &about.status)), planned(results, node));
            NodeStatus { node: node.clone(), host, planned }
        })
        .buffered(AT_ONCE);
    asked.collect().await
}

type Columns = BTreeMap<String, String>;

async fn look(hosts: &Hosts, (node, columns): (&str, &Columns)) -> Result<HostStatus, HostError> {
    let host = hosts.get(node).await?;
    Ok(HostStatus { fields: fields(&*host, columns).await?, ..inspect(&*host).await? })
}

async fn planned(results: Option<&Results>, node: &str) -> Planned {
    let Some(results) = results else {
        return Planned::NotAsked;
    };
    match results.get(Job::toplevel(node)).await {
        Ok(toplevel) => Planned::System(toplevel.out_path),
        Err(error) => Planned::Unknown(error.to_string()),
    }
}
