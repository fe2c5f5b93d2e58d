//! Networks of real hosts on one Linux machine, in seconds: each host has its own systemd as process 1, sshd,
//! Nix store and network namespace. For netlib's tests and demo.
//!
//! ```no_run
//! use netlib_testbed::{Bed, BedOptions};
//!
//! # fn main() -> netlib_testbed::Result<()> {
//! let bed = Bed::up(BedOptions::new(["alpha", "beta"]))?;
//! let output = bed.deployer().exec(["ssh", "alpha", "hostname"])?;
//! assert_eq!(output.stdout, "alpha\n");
//! bed.host("alpha").cut()?;
//! # Ok(())
//! # }
//! ```

mod apt;
mod bed;
mod binds;
mod boringtun;
mod cable;
mod cgroup;
mod chroot;
pub mod cli;
mod download;
mod error;
mod exec;
mod forward;
mod hash;
mod host;
mod install;
mod keys;
mod layout;
mod lock;
mod machine;
mod network;
mod options;
mod provision;
mod record;
mod requirements;
mod root_file_system;
mod saved;
mod site;
mod status;
mod suite;
mod tap;
mod tool;
mod vm;
mod wait;

pub use bed::Bed;
pub use chroot::Chroot;
pub use error::{Error, Result};
pub use exec::HostCommand;
pub use host::Host;
pub use install::install;
pub use layout::Layout;
pub use options::{BedOptions, DEPLOYER};
pub use record::Link;
pub use saved::Saved;
pub use site::clean_up;
pub use suite::Suite;
pub use tool::Output;

/// Tells the person in front of the machine what the bed does to it.
fn notice(message: &str) {
    eprintln!("testbed: {message}");
}
