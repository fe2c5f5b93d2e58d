//! The folders of a run on the deployer: private, locked as long as it lives, and tidied by the next run where it was killed.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

use crate::private;

/// What the names of such folders begin with.
const PREFIX: &str = "netlib-";
/// The file whose lock the run holds; the kernel frees it however the run ends.
const LOCK: &str = "lock";
/// The file with what names the run's deployment on hosts.
const NONCE: &str = "nonce";

/// A folder that belongs to one run. Dropping it removes it.
#[derive(Debug)]
pub struct RunDir {
    folder: TempDir,
    _lock: File,
}

impl RunDir {
    /// Makes one in this folder, which other users must not be able to take away.
    pub fn new_in(parent: &Path) -> io::Result<Self> {
        let parent = private::own_folder(parent)?;
        loop {
            let folder = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(&parent)?;
            let lock = locked(&folder.path().join(LOCK), FlockOperation::LockExclusive)?;
            // Somebody who tidied at this very moment may have taken it for a dead one.
            if folder.path().join(LOCK).exists() {
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    /// Keeps what names the run's deployment on hosts: when the run is killed, the next one can say there that it is dead.
    pub fn remember(&self, nonce: &str) -> io::Result<()> {
        std::fs::write(self.path().join(NONCE), nonce)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn locked(path: &Path, how: FlockOperation) -> io::Result<File> {
    let file = private::append(path)?;
    flock(&file, how)?;
    Ok(file)
}

/// Removes what killed runs of this user left in a folder; what named their deployments. `end` is told of each socket there,
/// whose process may live.
pub fn tidy(parent: &Path, mut end: impl FnMut(&Path)) -> Vec<String> {
    let mut dead = Vec::new();
    for entry in parent.read_dir().into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry
                .metadata()
                .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw());
        if is_ours {
            dead.extend(remove_dead(&entry.path(), &mut end));
        }
    }
    dead
}

/// Removes a folder whose lock nobody holds; what named its deployment. One without a lock is being made at this moment, or
/// is not a run's.
fn remove_dead(folder: &Path, end: &mut impl FnMut(&Path)) -> Option<String> {
    let path = folder.join(LOCK);
    if !path.is_file() {
        return None;
    }
    let _lock = locked(&path, FlockOperation::NonBlockingLockExclusive).ok()?;
    let nonce = std::fs::read_to_string(folder.join(NONCE)).ok();
    each_socket(folder, end);
    // The lock goes last: what a process of the dead run still writes meanwhile is for the next one to remove.
    let emptied = remove_but_lock(folder);
    if let Err(error) = emptied.and_then(|()| std::fs::remove_dir_all(folder)) {
        tracing::debug!(folder = %folder.display(), "what a killed run left stays: {error}");
    }
    nonce
}

fn remove_but_lock(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()?.flatten() {
        if entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Tells of each socket in a folder.
pub fn each_socket(folder: &Path, mut tell: impl FnMut(&Path)) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_socket()) {
            tell(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dead_runs_are_tidied() {
        let parent = tempfile::tempdir().unwrap();
        let alive = RunDir::new_in(parent.path()).unwrap();
        let mode = alive.path().metadata().unwrap().mode();
        assert_eq!(mode & 0o777, 0o700);
        let make = |name: &str, files: &[&str]| {
            let folder = parent.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            for file in files {
                std::fs::write(folder.join(file), "").unwrap();
            }
            folder
        };
        let dead = make("netlib-dead", &[LOCK, "root"]);
        std::fs::write(dead.join(NONCE), "1-a").unwrap();
        alive.remember("2-b").unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(dead.join("0")).unwrap();
        let unlocked = make("netlib-begun", &["root"]);
        let other = make("other", &[LOCK]);
        let mut ended = Vec::new();
        let nonces = tidy(parent.path(), |socket| ended.push(socket.to_owned()));
        assert_eq!((ended, nonces), (vec![dead.join("0")], vec!["1-a".to_owned()]));
        assert!(!dead.exists());
        assert!(alive.path().join(LOCK).exists() && unlocked.exists() && other.exists());
        let path = alive.path().to_owned();
        drop(alive);
        assert!(!path.exists());
    }
}
