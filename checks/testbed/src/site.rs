//! The place of a bed on this machine: its directory, and everything outside of it that bears its id.
//! Claims places, gives them back, and clears those whose owner is gone.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cgroup::Cgroup;
use crate::error::{Error, Result};
use crate::hash::fnv1a;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::machine::Machine;
use crate::network::Network;
use crate::notice;
use crate::record::{BedRecord, HostRecord, boot_id};
use crate::root_file_system::remove_tree;
use crate::tool::Tool;

/// Where a bed is.
#[derive(Debug)]
pub(crate) struct Site {
    directory: PathBuf,
    lock_file: PathBuf,
    id: String,
    /// Whether the bed lives and dies with this very process.
    pub(crate) tied_to_this_process: bool,
    /// One change to a bed's cables at a time.
    pub(crate) cables: Mutex<()>,
}

impl Site {
    pub(crate) fn of(layout: &Layout, name: &str) -> Self {
        let directory = layout.bed(name);
        // The path is in it: two checkouts may have beds of the same name.
        let id = format!("netlib-{:016x}", fnv1a(directory.as_os_str().as_encoded_bytes()));
        Self { directory, lock_file: layout.lock_file(), id, tied_to_this_process: false, cables: Mutex::new(()) }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Unique on this machine: the name of the control group, and how names of network namespaces begin.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn machine(&self, host: &HostRecord) -> Result<Machine> {
        Machine::new(host.clone(), &self.directory, &self.id)
    }

    /// The same place, of a bed that is left to whoever takes it down.
    pub(crate) fn let_go(&self) -> Self {
        Self {
            directory: self.directory.clone(),
            lock_file: self.lock_file.clone(),
            id: self.id.clone(),
            tied_to_this_process: false,
            cables: Mutex::new(()),
        }
    }

    /// Takes the place for a new bed, after clearing the places of beds whose owner is gone.
    pub(crate) fn claim(layout: &Layout, record: &BedRecord) -> Result<(Self, Lock)> {
        let _lock = Lock::take(&layout.lock_file())?;
        sweep(layout)?;
        let mut site = Self::of(layout, &record.name);
        site.tied_to_this_process = true;
        if site.directory.exists() {
            return Err(Error::Usage(format!(
                "bed \"{0}\" is up already; `testbed down --name {0}` takes it down",
                record.name
            )));
        }
        // Left behind if the directory was deleted under a running bed.
        site.clear()?;
        let owner = Lock::take(&site.owner_file())?;
        record.write(&site.directory)?;
        Ok((site, owner))
    }

    fn owner_file(&self) -> PathBuf {
        self.directory.join("owner.lock")
    }

    /// Whether a running process has tied the bed to its own life.
    pub(crate) fn is_owned(&self) -> Result<bool> {
        let file = self.owner_file();
        Ok(file.exists() && Lock::try_take(&file)?.is_none())
    }

    /// Ends everything of the bed and removes its directory.
    pub(crate) fn remove(&self) -> Result<()> {
        let _lock = Lock::take(&self.lock_file)?;
        self.clear()
    }

    fn clear(&self) -> Result<()> {
        self.note_usage()?;
        Cgroup::at_root(&self.id)?.remove()?;
        Network::new(&self.id).remove()?;
        self.unmount_disks()?;
        remove_tree(&self.directory)
    }

    /// Writes down what the bed cost, in microseconds of CPU, and whose it was, for `checks/bench tests`.
    fn note_usage(&self) -> Result<()> {
        let Some(log) = std::env::var_os("NETLIB_TESTBED_CPU").map(PathBuf::from) else { return Ok(()) };
        let usage = fs::read_to_string(Cgroup::at_root(&self.id)?.path().join("cpu.stat")).unwrap_or_default();
        let Some(spent) = usage.lines().find_map(|line| line.strip_prefix("usage_usec ")) else { return Ok(()) };
        // A test runs in a thread of its name.
        let line = format!("{spent} {}\n", std::thread::current().name().unwrap_or("-"));
        let file = fs::OpenOptions::new().append(true).create(true).open(&log);
        file.and_then(|mut file| std::io::Write::write_all(&mut file, line.as_bytes()))
            .map_err(Error::io("write", &log))
    }

    /// Disks of limited size are the only mounts that outlive a host.
    fn unmount_disks(&self) -> Result<()> {
        let hosts = fs::read_dir(self.directory.join("hosts"));
        for host in hosts.into_iter().flatten().flatten() {
            let disk = host.path().join("disk");
            if disk.is_dir() && is_mount_point(&disk)? {
                Tool::new("unmount a disk", "umount").arg(&disk).run()?;
            }
        }
        Ok(())
    }

    /// Whether nothing of it can be running any more, or nobody is left to take it down.
    fn is_stale(&self) -> Result<bool> {
        if self.is_owned()? {
            return Ok(false);
        }
        Ok(match BedRecord::read(&self.directory)? {
            Some(record) => !record.until_down || record.boot_id != boot_id()?,
            None => true,
        })
    }
}

fn is_mount_point(path: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|m| m.dev()).map_err(Error::io("examine", path));
    let parent = path.parent().unwrap_or(path);
    Ok(device(path)? != device(parent)?)
}

/// The names of all beds of this checkout.
pub(crate) fn names(layout: &Layout) -> Vec<String> {
    let entries = fs::read_dir(layout.beds()).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The root file systems that beds of this checkout stand on.
pub(crate) fn in_use(layout: &Layout) -> Result<Vec<PathBuf>> {
    let records = names(layout).into_iter().map(|name| BedRecord::read(&layout.bed(&name)));
    let records = records.collect::<Result<Vec<_>>>()?;
    Ok(records.into_iter().flatten().flat_map(|record| record.hosts).map(|host| host.lower).collect())
}

/// Clears the places of beds whose owner is gone; the caller holds the layout's lock.
fn sweep(layout: &Layout) -> Result<()> {
    for name in names(layout) {
        let site = Site::of(layout, &name);
        if site.is_stale()? {
            notice(&format!("cleaning up bed \"{name}\", whose owner is gone"));
            site.clear()?;
        }
    }
    Ok(())
}

/// Clears what beds of ended processes have left behind.
pub fn clean_up(layout: &Layout) -> Result<()> {
    let _lock = Lock::take(&layout.lock_file())?;
    sweep(layout)
}
