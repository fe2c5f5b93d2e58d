//! Disks of a bed's hosts, kept for later beds to start from: what takes long to reach is reached once.
//!
//! They lie below `target/testbed/saved` in a folder for the state of the checkout and of the driver; those of another
//! state are removed.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::bed::Bed;
use crate::binds;
use crate::error::{Error, Result};
use crate::hash::fnv1a;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::options::check_name;
use crate::root_file_system::{self, remove_tree};
use crate::suite::Suite;

/// Saved disks; while there is a clone of it, they are not removed.
#[derive(Debug, Clone)]
pub struct Saved {
    directory: PathBuf,
    _in_use: Arc<Lock>,
}

impl Saved {
    /// The disks of this name and made of these `things`. If there are none, they are those of the bed that `make`
    /// brings up. `None` where this machine cannot keep the disks of hosts.
    pub fn get(name: &str, things: &[&str], make: impl FnOnce() -> Result<Bed>) -> Result<Option<Self>> {
        check_name("saved bed", name)?;
        let layout = Layout::of_this_checkout()?;
        let folder = layout.saved().join(format!("{:016x}", state_once(&STATE, || state_of(&layout))?));
        let in_use = layout.saved().join("in-use.lock");
        if !folder.is_dir() {
            remove_others(&layout.saved(), &in_use)?;
        }
        let things = things.iter().fold(0, |key, thing| fnv1a(format!("{key:x} {thing}").as_bytes()));
        let directory = folder.join(format!("{name}-{things:016x}"));
        let saved = Self { directory, _in_use: Arc::new(Lock::share(&in_use)?) };
        if saved.directory.is_dir() {
            return Ok(Some(saved));
        }
        let _alone = Lock::take(&saved.directory.with_extension("lock"))?;
        let kept = saved.directory.is_dir() || make()?.save(&saved.directory)?;
        Ok(kept.then_some(saved))
    }

    /// The layer with a host's disk.
    pub(crate) fn disk(&self, host: &str) -> PathBuf {
        self.directory.join(host)
    }
}

/// Removes all saved disks, unless a bed stands on any.
fn remove_others(saved: &Path, in_use: &Path) -> Result<()> {
    let Some(_alone) = Lock::try_take(in_use)? else { return Ok(()) };
    entries(saved)?.iter().filter(|entry| entry.is_dir()).try_for_each(|entry| remove_tree(entry))
}

/// The state that a process starts from. Looked at once: disks stand on one another, those of a network on a deployer's, and a file
/// that changes in between must not put them on one of another state, which lacks what their stores name.
static STATE: OnceLock<u64> = OnceLock::new();

fn state_once(known: &OnceLock<u64>, look: impl FnOnce() -> Result<u64>) -> Result<u64> {
    match known.get() {
        Some(state) => Ok(*state),
        None => look().map(|state| *known.get_or_init(|| state)),
    }
}

/// A hash that changes with every change of the checkout, as hosts see it, of the driver that was built from it, and of
/// what hosts stand on.
fn state_of(layout: &Layout) -> Result<u64> {
    let mut seen = Vec::new();
    for entry in entries(layout.checkout())? {
        let name = entry.file_name().unwrap_or_default();
        if name != "target" && name != ".git" {
            look(&entry, &mut seen)?;
        }
    }
    if let Some(netlib) = layout.built_netlib() {
        look(&netlib, &mut seen)?;
    }
    if let Some(folder) = binds::switch_folder() {
        look(&folder, &mut seen)?;
    }
    look(&root_file_system::ensure(layout, Suite::default())?.join("etc/machine-id"), &mut seen)?;
    seen.sort();
    let lines: Vec<u8> = seen.into_iter().flat_map(OsString::into_encoded_bytes).collect();
    Ok(fnv1a(&lines))
}

fn look(path: &Path, seen: &mut Vec<OsString>) -> Result<()> {
    let data = fs::symlink_metadata(path).map_err(Error::io("examine", path))?;
    if data.is_dir() {
        for entry in entries(path)? {
            look(&entry, seen)?;
        }
        return Ok(());
    }
    let mut line = path.as_os_str().to_owned();
    line.push(format!(" {} {} {} {:o}\n", data.size(), data.mtime(), data.mtime_nsec(), data.mode()));
    seen.push(line);
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(Error::io("read", folder))?,
    };
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(Error::io("read", folder))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_disks_are_removed_unless_a_bed_stands_on_them() {
        let scratch = tempfile::tempdir().unwrap();
        let (old, lock) = (scratch.path().join("0123456789abcdef"), scratch.path().join("in-use.lock"));
        fs::create_dir(&old).unwrap();
        let used = Lock::share(&lock).unwrap();
        remove_others(scratch.path(), &lock).unwrap();
        assert!(old.is_dir());
        drop(used);
        remove_others(scratch.path(), &lock).unwrap();
        assert!(!old.is_dir() && lock.is_file());
    }

    #[test]
    fn all_disks_that_a_process_starts_from_are_of_one_state() {
        let known = OnceLock::new();
        assert!(state_once(&known, || Err(Error::Usage("not there yet".to_owned()))).is_err());
        assert_eq!(state_once(&known, || Ok(1)).unwrap(), 1);
        // A file was changed meanwhile.
        assert_eq!(state_once(&known, || Ok(2)).unwrap(), 1);
    }

    #[test]
    fn every_change_of_a_file_is_another_state() {
        let scratch = tempfile::tempdir().unwrap();
        let state = || {
            let mut seen = Vec::new();
            look(scratch.path(), &mut seen).unwrap();
            seen
        };
        fs::write(scratch.path().join("a"), "1").unwrap();
        let before = state();
        assert_eq!(before, state());
        fs::write(scratch.path().join("a"), "12").unwrap();
        assert_ne!(before, state());
    }
}
