//! netlib's driver: walks the deploy plan that the Nix library computed.
//!
//! The library never prints: it sends events and returns errors; `main` and `cli` talk to people.

pub mod event;
pub mod plan;
pub mod process;
