//! The command `netlib`: what people say to the driver, what they are told, and how Nix is asked.

#![cfg_attr(test, allow(clippy::disallowed_methods))]

/// Why a command comes to nothing: bad usage, or a network that does not evaluate.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

pub mod commands;
pub mod diagnose;
pub mod difference;
pub mod evaluate;
pub mod flake;
#[cfg(test)]
#[allow(dead_code, reason = "what only tests of netlib-core use")]
#[path = "../../core/src/tests/fuzz.rs"]
mod fuzz;
pub mod members;
pub mod report;
pub mod saved;
