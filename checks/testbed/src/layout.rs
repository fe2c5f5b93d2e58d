//! Where the bed keeps its things: everything it makes lies below `target/testbed` of the checkout.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The directories of one checkout.
#[derive(Debug, Clone)]
pub struct Layout {
    checkout: PathBuf,
    state: PathBuf,
}

impl Layout {
    /// The checkout this crate was built from, or the one that `NETLIB_CHECKOUT` names.
    pub fn of_this_checkout() -> Result<Self> {
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let checkout = std::env::var_os("NETLIB_CHECKOUT").map_or(built_from, PathBuf::from);
        let checkout = fs::canonicalize(&checkout).map_err(|source| {
            Error::Usage(format!(
                "no checkout at {}: {source}. Set NETLIB_CHECKOUT to the directory of the clone.",
                checkout.display()
            ))
        })?;
        let state = checkout.join("target/testbed");
        fs::create_dir_all(&state).map_err(Error::io("make", &state))?;
        Ok(Self { checkout, state })
    }

    /// The root of the checkout.
    pub fn checkout(&self) -> &Path {
        &self.checkout
    }

    /// The lock that guards starting and cleaning up of beds.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.state.join("lock")
    }

    /// Cached root file systems.
    pub(crate) fn root_file_systems(&self) -> PathBuf {
        self.state.join("rootfs")
    }

    /// Where cargo installs boringtun.
    pub(crate) fn boringtun(&self) -> PathBuf {
        self.state.join("boringtun")
    }

    /// All beds.
    pub(crate) fn beds(&self) -> PathBuf {
        self.state.join("beds")
    }

    /// One bed.
    pub(crate) fn bed(&self, name: &str) -> PathBuf {
        self.beds().join(name)
    }

    /// The `netlib` binary that was built last: beside the running program, else in `target/debug`.
    pub fn built_netlib(&self) -> Option<PathBuf> {
        let program = std::env::current_exe().ok();
        let beside =
            program.iter().flat_map(|exe| exe.ancestors().skip(1).take(2)).map(|directory| directory.join("netlib"));
        beside.chain([self.checkout.join("target/debug/netlib")]).find(|candidate| candidate.is_file())
    }
}
