//! Control groups: each bed has one, each host one below it, and killing a host is killing its group,
//! so that the bed never ends a process it did not start.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::wait::until;

/// How long killed processes may take to be gone; one that waits for a busy disk goes only after that.
const DEADLINE: Duration = Duration::from_secs(120);

/// A directory in the cgroup2 hierarchy.
#[derive(Debug, Clone)]
pub(crate) struct Cgroup {
    directory: PathBuf,
}

impl Cgroup {
    /// The group with this name directly below the root of the hierarchy; it may not exist.
    pub(crate) fn at_root(name: &str) -> Result<Self> {
        Ok(Self { directory: mount_point()?.join(name) })
    }

    /// A group below this one; it may not exist.
    pub(crate) fn child(&self, name: &str) -> Self {
        Self { directory: self.directory.join(name) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.directory
    }

    /// The file that takes the ids of processes to be moved in.
    pub(crate) fn procs(&self) -> PathBuf {
        self.directory.join("cgroup.procs")
    }

    /// Makes the group and those above it.
    pub(crate) fn create(&self) -> Result<()> {
        fs::create_dir_all(&self.directory).map_err(Error::io("make", &self.directory))
    }

    /// Kills every process in it and below, and waits until they are gone.
    pub(crate) fn kill(&self) -> Result<()> {
        if !self.directory.is_dir() {
            return Ok(());
        }
        let what = format!("the processes of {} are gone", self.directory.display());
        until(&what, DEADLINE, || {
            if !self.populated()? {
                return Ok(Ok(()));
            }
            self.kill_once()?;
            Ok(Err(String::new()))
        })
    }

    fn kill_once(&self) -> Result<()> {
        let switch = self.directory.join("cgroup.kill");
        if switch.exists() {
            return fs::write(&switch, "1").map_err(Error::io("write", &switch));
        }
        // Kernels before 5.14.
        for group in self.tree() {
            let procs = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
            for pid in procs.lines().filter_map(|line| line.parse().ok()) {
                if let Some(pid) = rustix::process::Pid::from_raw(pid) {
                    // It may be gone already.
                    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
                }
            }
        }
        Ok(())
    }

    /// Whether any process is in it or below.
    pub(crate) fn populated(&self) -> Result<bool> {
        let events = self.directory.join("cgroup.events");
        match fs::read_to_string(&events) {
            Ok(text) => Ok(text.lines().any(|line| line == "populated 1")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::io("read", &events)(error)),
        }
    }

    /// Kills what is in it and removes it with all below.
    pub(crate) fn remove(&self) -> Result<()> {
        // Another process may just be sending a command into the host.
        let what = format!("{} is gone", self.directory.display());
        until(&what, DEADLINE, || {
            self.kill()?;
            let mut refused = String::new();
            for group in self.tree() {
                match fs::remove_dir(&group) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        refused = format!("{}: {error}", group.display());
                    }
                    _ => {}
                }
            }
            Ok(if refused.is_empty() { Ok(()) } else { Err(refused) })
        })
    }

    /// It and all groups below, deepest first.
    fn tree(&self) -> Vec<PathBuf> {
        fn visit(directory: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    visit(&entry.path(), found);
                }
            }
            found.push(directory.to_owned());
        }
        let mut found = Vec::new();
        visit(&self.directory, &mut found);
        found
    }
}

/// Where the cgroup2 hierarchy is mounted.
pub(crate) fn mount_point() -> Result<PathBuf> {
    let path = Path::new("/proc/self/mountinfo");
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    parse_mount_point(&text).ok_or_else(|| {
        Error::Missing(vec![
            "cgroup v2: no cgroup2 file system is mounted (mount -t cgroup2 none /sys/fs/cgroup)".into(),
        ])
    })
}

fn parse_mount_point(mountinfo: &str) -> Option<PathBuf> {
    mountinfo.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        kind.starts_with("cgroup2 ").then(|| mount.split(' ').nth(4).map(PathBuf::from)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_cgroup2_on_pure_and_hybrid_machines() {
        let pure = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
        assert_eq!(parse_mount_point(pure), Some(PathBuf::from("/sys/fs/cgroup")));
        let hybrid = "31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
                      32 30 0:28 / /sys/fs/cgroup/unified rw shared:5 - cgroup2 cgroup2 rw\n";
        assert_eq!(parse_mount_point(hybrid), Some(PathBuf::from("/sys/fs/cgroup/unified")));
        assert_eq!(parse_mount_point("1 2 0:3 / / rw - ext4 /dev/vda rw\n"), None);
    }
}
