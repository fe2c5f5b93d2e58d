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

    /// What to tell somebody who stands in one checkout and calls the testbed of another, such as one in a copied `target`.
    pub(crate) fn mistaken_for(&self, here: &Path) -> Option<String> {
        let other = here.ancestors().find(|folder| folder.join("checks/testbed/Cargo.toml").is_file())?;
        (other != self.checkout).then(|| {
            format!(
                "this testbed serves the checkout {}, not {}. For that one, build it there: cargo build --bin netlib --bin testbed",
                self.checkout.display(),
                other.display()
            )
        })
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

    /// Disks that beds start from.
    pub(crate) fn saved(&self) -> PathBuf {
        self.state.join("saved")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_in_another_checkout_is_told() {
        let layout = Layout::of_this_checkout().unwrap();
        assert_eq!(layout.mistaken_for(&layout.checkout().join("docs")), None);
        assert_eq!(layout.mistaken_for(Path::new("/")), None);
        let other = tempfile::tempdir().unwrap();
        let crate_folder = other.path().join("checks/testbed");
        fs::create_dir_all(&crate_folder).unwrap();
        fs::write(crate_folder.join("Cargo.toml"), "").unwrap();
        let said = layout.mistaken_for(&crate_folder).unwrap();
        assert!(said.contains(&layout.checkout().display().to_string()), "{said}");
        assert!(said.contains(&other.path().display().to_string()), "{said}");
    }
}
