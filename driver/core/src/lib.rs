//! What netlib's driver does with the document that Nix computed: the walk, hosts, steps, rollouts.
//!
//! Knows no command line, no terminal and none of Nix's wordings. It never prints: it sends events and returns errors.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod evaluation;
pub mod event;
#[cfg(test)]
#[path = "tests/fuzz.rs"]
mod fuzz;
pub mod graph;
pub mod host;
pub mod lock;
pub mod nix;
pub mod plan;
pub mod private;
pub mod process;
pub mod rollout;
pub mod run_dir;
pub mod schedule;
pub mod status;
pub mod steps;
pub mod store_path;
mod table;
pub mod text;
pub mod value;
