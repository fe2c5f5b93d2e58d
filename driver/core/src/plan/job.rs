//! Derivations of the network.

use serde::Deserialize;

/// The attribute of the network that holds the NixOS systems.
const TOPLEVELS: &str = "toplevels";

/// One derivation of the network. Those of a node come one after the other.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub struct Job {
    /// The node, or the Nix system of the deployer.
    pub node: String,
    /// The attribute of the network that holds it.
    pub attribute: String,
}

impl Job {
    /// The system of a node.
    pub fn toplevel(node: &str) -> Self {
        Self { node: node.to_owned(), attribute: TOPLEVELS.to_owned() }
    }

    /// Whether it is the system of a node.
    pub fn is_toplevel(&self) -> bool {
        self.attribute == TOPLEVELS
    }

    /// From the path of an attribute below the network.
    pub fn at(path: &[String]) -> Option<Self> {
        let [attribute, node] = path else { return None };
        Some(Self { node: node.clone(), attribute: attribute.clone() })
    }
}

impl std::fmt::Display for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.attribute, self.node)
    }
}
