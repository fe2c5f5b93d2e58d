//! File locks that the kernel lets go of when their owner ends, however it ends.

use std::fs::{File, OpenOptions};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::error::{Error, Result};

/// A held lock; dropping it releases it.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until the lock is free and takes it.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        let file = open(path)?;
        flock(&file, FlockOperation::LockExclusive).map_err(|errno| Error::io("lock", path)(errno.into()))?;
        Ok(Self { _file: file })
    }

    /// Waits until nobody holds the lock alone and shares it.
    pub(crate) fn share(path: &Path) -> Result<Self> {
        let file = open(path)?;
        flock(&file, FlockOperation::LockShared).map_err(|errno| Error::io("lock", path)(errno.into()))?;
        Ok(Self { _file: file })
    }

    /// Takes the lock if nobody holds it.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>> {
        let file = open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(errno) => Err(Error::io("lock", path)(errno.into())),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(Error::io("make", parent))?;
    }
    // Not truncated: another process may hold it.
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(Error::io("open", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_is_not_handed_out_twice() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/lock");
        let held = Lock::take(&path).unwrap();
        assert!(Lock::try_take(&path).unwrap().is_none());
        drop(held);
        assert!(Lock::try_take(&path).unwrap().is_some());
    }
}
