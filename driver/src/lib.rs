//! netlib's driver: walks the deploy plan that the Nix library computed.
//!
//! The library never prints: it sends events and returns errors; `main` and `cli` talk to people.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod cli;
pub mod diagnose;
pub mod difference;
pub mod evaluate;
pub mod evaluation;
pub mod event;
pub mod facts;
pub mod flake;
#[cfg(test)]
#[path = "tests/fuzz.rs"]
mod fuzz;
pub mod graph;
pub mod host;
pub mod nix;
pub mod plan;
pub mod private;
pub mod process;
pub mod report;
pub mod rollout;
pub mod run_dir;
pub mod saved;
pub mod schedule;
pub mod status;
pub mod steps;
pub mod store_path;
pub mod text;
pub mod value;
