//! What a network looks like: who is there, in which networks, and who talks to whom. Read from Nix, drawn by `report`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The document that the library writes, schema version 1.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Topology {
    /// Schema version.
    pub version: u32,
    /// Who the network is.
    pub network: Identity,
    /// Machines that are deployed, by name.
    pub nodes: BTreeMap<String, Machine>,
    /// Machines that are not, by name.
    pub externals: BTreeMap<String, Machine>,
    /// IP networks, by name.
    pub networks: BTreeMap<String, Network>,
    /// What listens, by machine and name.
    pub services: BTreeMap<String, BTreeMap<String, Service>>,
}

/// Name and id of a network.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Identity {
    /// For people.
    pub name: String,
    /// As hosts remember it.
    pub id: String,
}

/// One machine.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Machine {
    /// Where others reach it, outside of the networks.
    pub addresses: Vec<String>,
    /// What it is, for people.
    pub description: String,
    /// Its roles.
    pub roles: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// One IP network.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// What it is, for people.
    pub description: String,
    /// Its short name.
    pub label: String,
    /// Lower ones are used first.
    pub preference: u32,
    /// Its subnets in CIDR notation.
    pub subnets: Vec<String>,
    /// Who is in it, by name.
    pub members: BTreeMap<String, Member>,
    /// Members that pass packets on between all that they are linked with.
    #[serde(default)]
    pub relays: Vec<String>,
    /// Who reaches whom; none when everybody reaches everybody.
    pub links: Option<Vec<Link>>,
}

/// A machine's part in a network.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its addresses there.
    pub addresses: Vec<String>,
    /// Networks that others reach through it.
    #[serde(rename = "allowedIPs")]
    pub allowed_ips: Vec<String>,
    /// Its interface, where it is known.
    pub interface: Option<String>,
}

/// Two members that reach each other.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Link {
    /// One of them.
    pub from: String,
    /// The other.
    pub to: String,
    /// Who passes their packets on.
    pub via: Option<String>,
}

/// Something that listens.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Service {
    /// The address it listens on; none for all.
    pub address: Option<String>,
    /// Who uses it.
    pub clients: Vec<String>,
    /// What it is, for people.
    pub description: String,
    /// Where its URLs begin.
    pub path: Option<String>,
    /// Its port.
    pub port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// Scheme of its URLs.
    pub scheme: Option<String>,
}

impl Topology {
    /// All machines, nodes first.
    pub fn machines(&self) -> impl Iterator<Item = (&str, &Machine)> {
        let all = self.nodes.iter().chain(&self.externals);
        all.map(|(name, machine)| (name.as_str(), machine))
    }

    /// Every service with its machine's and its own name.
    pub fn all_services(&self) -> impl Iterator<Item = (&str, &str, &Service)> {
        self.services.iter().flat_map(|(machine, services)| {
            let own = services.iter();
            own.map(move |(name, service)| (machine.as_str(), name.as_str(), service))
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two nodes and a phone, a mesh of all and a cable with one link, a service.
    pub(crate) fn example() -> Topology {
        serde_json::from_str(
            r#"{
              "version": 1,
              "network": { "name": "home", "id": "x" },
              "nodes": {
                "alpha": { "addresses": [ "alpha.example.org" ], "roles": [ "web" ], "tags": [ "edge" ] },
                "beta": { "addresses": [ ], "roles": [ ], "tags": [ ] }
              },
              "externals": { "phone": { "addresses": [ ], "description": "Anna's \"phone\"" } },
              "networks": {
                "lan": {
                  "description": "", "label": "lan", "preference": 20, "subnets": [ "192.168.7.0/24" ],
                  "members": {
                    "alpha": { "addresses": [ "192.168.7.1" ], "allowedIPs": [ ], "interface": null },
                    "beta": { "addresses": [ "192.168.7.2" ], "allowedIPs": [ ], "interface": null }
                  },
                  "links": null
                },
                "wireguard-mesh-wg0": {
                  "description": "WireGuard mesh wg0", "label": "wg0", "preference": 50, "subnets": [ "10.10.0.0/24" ],
                  "members": {
                    "alpha": { "addresses": [ "10.10.0.1" ], "allowedIPs": [ "10.20.0.0/16" ], "interface": "wg0" },
                    "beta": { "addresses": [ "10.10.0.2" ], "allowedIPs": [ ], "interface": "wg0" },
                    "phone": { "addresses": [ "10.10.0.3" ], "allowedIPs": [ ], "interface": null }
                  },
                  "links": [
                    { "from": "alpha", "to": "beta", "via": null },
                    { "from": "alpha", "to": "phone", "via": null },
                    { "from": "beta", "to": "phone", "via": "alpha" }
                  ]
                }
              },
              "services": {
                "alpha": {
                  "web": {
                    "address": null, "clients": [ "beta", "phone" ], "description": "", "path": null,
                    "port": 443, "protocol": "tcp", "scheme": "https"
                  }
                }
              }
            }"#,
        )
        .unwrap()
    }
}
