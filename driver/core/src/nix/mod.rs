//! Calls of `nix`: which one is there, its arguments, and what it says while it works.
//!
//! Knows nothing of flakes, networks or what is evaluated.

mod command;
pub mod memory;
mod message;

pub use command::{Answer, Nix, NixCallError};
pub use command::{FEATURES, TIMEOUT, program, with_heap};
pub use message::{Messages, NixError};
