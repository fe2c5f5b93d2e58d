//! The folders of a run on the deployer: private, locked as long as it lives, and tidied by the next run where it was killed.

use std::fs::{DirEntry, File, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

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
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn locked(path: &Path, how: FlockOperation) -> io::Result<File> {
    let file = private::append(path)?;
    flock(&file, how)?;
    Ok(file)
}

/// Removes what killed runs of this user left in a folder, but not what named their deployments. `end` is told of each socket
/// there, whose process may live.
pub fn tidy(parent: &Path, mut end: impl FnMut(&Path)) {
    for (folder, _lock) in dead_runs(parent) {
        each_socket(&folder, &mut end);
        // The lock goes last: what a process of the dead run still writes meanwhile is for the next one to remove.
        let emptied = remove_all_but(&folder, &[LOCK, NONCE]);
        let is_nameless = !folder.join(NONCE).exists();
        if let Err(error) = emptied.and_then(|()| if is_nameless { std::fs::remove_dir_all(&folder) } else { Ok(()) }) {
            tracing::debug!(folder = %folder.display(), "what a killed run left stays: {error}");
        }
    }
}

/// What named the deployments of killed runs, for a deployment that says on hosts that they are dead. It is told once.
pub fn take_dead_nonces(parent: &Path) -> Vec<String> {
    let taken = dead_runs(parent).into_iter().filter_map(|(folder, _lock)| {
        let nonce = std::fs::read_to_string(folder.join(NONCE)).ok()?;
        std::fs::remove_file(folder.join(NONCE)).ok()?;
        Some(nonce)
    });
    let taken = taken.collect();
    tidy(parent, |_| ());
    taken
}

/// Folders of this user's runs whose lock nobody holds, with the lock. One without a lock is being made at this moment, or is
/// not a run's.
fn dead_runs(parent: &Path) -> Vec<(PathBuf, File)> {
    let entries = parent.read_dir().into_iter().flatten().flatten();
    let ours = entries.filter(|entry| {
        entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry
                .metadata()
                .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw())
    });
    let dead = ours.filter_map(|entry| {
        let lock = entry.path().join(LOCK);
        let lock = lock.is_file().then(|| locked(&lock, FlockOperation::NonBlockingLockExclusive).ok())??;
        Some((entry.path(), lock))
    });
    dead.collect()
}

fn remove_all_but(folder: &Path, kept: &[&str]) -> io::Result<()> {
    let is_kept = |entry: &DirEntry| kept.iter().any(|name| entry.file_name() == *name);
    let mut others = folder.read_dir()?.flatten().filter(|entry| !is_kept(entry));
    others.try_for_each(|entry| match entry.file_type()?.is_dir() {
        true => std::fs::remove_dir_all(entry.path()),
        false => std::fs::remove_file(entry.path()),
    })
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
        tidy(parent.path(), |socket| ended.push(socket.to_owned()));
        assert_eq!(ended, [dead.join("0")]);
        assert!(dead.join(NONCE).exists() && !dead.join("root").exists(), "what a deployment has to know stays");
        assert_eq!(take_dead_nonces(parent.path()), ["1-a"]);
        assert!(!dead.exists());
        assert!(take_dead_nonces(parent.path()).is_empty());
        assert!(alive.path().join(LOCK).exists() && unlocked.exists() && other.exists());
        let path = alive.path().to_owned();
        drop(alive);
        assert!(!path.exists());
    }
}
