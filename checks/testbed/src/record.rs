//! What a bed's directory remembers of it, so that another process can find and tend it.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::suite::Suite;

/// A bed as written to `bed.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BedRecord {
    pub(crate) name: String,
    /// The machine's boot in which it was started: after another, nothing of it is left but files.
    pub(crate) boot_id: String,
    /// Whether it outlives the process that started it.
    pub(crate) until_down: bool,
    pub(crate) hosts: Vec<HostRecord>,
}

/// A host as written to `bed.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HostRecord {
    pub(crate) name: String,
    /// Its place among the bed's hosts, from which its addresses follow.
    pub(crate) index: u8,
    pub(crate) suite: Suite,
    /// The cached root file system it stands on.
    pub(crate) lower: PathBuf,
    /// What lies between that and the host's own layer, the uppermost first.
    #[serde(default)]
    pub(crate) layers: Vec<PathBuf>,
    /// Size of its disk as tmpfs understands it; `None` = as large as the machine's.
    pub(crate) disk_limit: Option<String>,
    /// Directories of the machine it sees, read-only.
    pub(crate) binds: Vec<Bind>,
    /// The disk that it starts from, where it is a virtual machine.
    pub(crate) image: Option<PathBuf>,
}

/// A directory of the machine shown inside a host, read-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bind {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    /// Entries directly below that appear empty.
    pub(crate) hide: Vec<String>,
}

impl HostRecord {
    /// From the block reserved for documentation: no network a test describes collides with it.
    pub(crate) fn ipv4(&self) -> Ipv4Addr {
        Ipv4Addr::new(192, 0, 2, self.index)
    }

    /// From the block reserved for documentation.
    pub(crate) fn ipv6(&self) -> Ipv6Addr {
        Ipv6Addr::new(0x2001, 0xdb8, 0xbed, 0, 0, 0, 0, u16::from(self.index))
    }

    /// Locally administered, the same at every boot.
    pub(crate) fn mac(&self) -> String {
        format!("02:be:d0:00:00:{:02x}", self.index)
    }
}

/// Prefix lengths of the two networks on the bridge.
pub(crate) const PREFIX: (u8, u8) = (24, 64);

impl BedRecord {
    pub(crate) fn host(&self, name: &str) -> Result<&HostRecord> {
        self.hosts.iter().find(|host| host.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.hosts.iter().map(|host| host.name.as_str()).collect();
            Error::Usage(format!("bed \"{}\" has no host \"{name}\"; it has: {}", self.name, known.join(", ")))
        })
    }

    pub(crate) fn write(&self, directory: &Path) -> Result<()> {
        write_json(&directory.join("bed.json"), self)
    }

    /// `None` where a bed was never finished.
    pub(crate) fn read(directory: &Path) -> Result<Option<Self>> {
        read_json(&directory.join("bed.json"))
    }
}

/// What is wrong on purpose with the cable between a host and the bridge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The cable is pulled.
    pub cut: bool,
    /// How long each frame is held, in either direction.
    pub delay_ms: u32,
    /// How many of a hundred frames are lost, in either direction.
    pub loss_percent: u8,
}

impl Link {
    /// Whether frames must pass through the forwarder.
    pub(crate) fn is_slow(self) -> bool {
        self.delay_ms > 0 || self.loss_percent > 0
    }
}

/// Writes by renaming, so that no reader ever sees half a file.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::io("write", path)(error.into()))?;
    let new = path.with_extension("new");
    fs::write(&new, text + "\n").map_err(Error::io("write", &new))?;
    fs::rename(&new, path).map_err(Error::io("rename", &new))
}

pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>> {
    match fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| Error::io("read", path)(error.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// Identifies the machine's current boot.
pub(crate) fn boot_id() -> Result<String> {
    let path = Path::new("/proc/sys/kernel/random/boot_id");
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn record(names: &[&str]) -> BedRecord {
        let hosts = names.iter().zip(10..).map(|(name, index)| HostRecord {
            name: (*name).to_owned(),
            index,
            suite: Suite::Trixie,
            lower: "/lower".into(),
            layers: Vec::new(),
            disk_limit: None,
            binds: Vec::new(),
            image: None,
        });
        BedRecord { name: "bed".into(), boot_id: "boot".into(), until_down: true, hosts: hosts.collect() }
    }

    #[test]
    fn a_record_survives_writing_and_reading() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(BedRecord::read(directory.path()).unwrap(), None);
        let written = record(&["deployer", "alpha"]);
        written.write(directory.path()).unwrap();
        assert_eq!(BedRecord::read(directory.path()).unwrap(), Some(written));
    }

    #[test]
    fn addresses_follow_from_the_place_in_the_bed() {
        let record = record(&["deployer", "alpha"]);
        let alpha = record.host("alpha").unwrap();
        assert_eq!(alpha.ipv4().to_string(), "192.0.2.11");
        assert_eq!(alpha.ipv6().to_string(), "2001:db8:bed::b");
        assert_eq!(alpha.mac(), "02:be:d0:00:00:0b");
    }

    #[test]
    fn an_unknown_host_is_an_error_that_lists_the_known_ones() {
        let error = record(&["deployer", "alpha"]).host("beta").unwrap_err();
        assert_eq!(error.to_string(), "bed \"bed\" has no host \"beta\"; it has: deployer, alpha");
    }
}
