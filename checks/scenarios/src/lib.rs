//! What the end-to-end scenarios share: a network directory on the deployer of a bed, and questions to its hosts.
//!
//! The scenarios themselves are in `tests/`, one file a capability.

mod network;
mod site;

pub use network::Network;
pub use site::{NETWORK, Site};
