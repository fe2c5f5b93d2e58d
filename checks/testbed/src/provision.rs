//! What distinguishes one host from another: files written to its own layer before it first boots.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::hash::fnv1a;
use crate::keys::KeyPair;
use crate::machine::Machine;
use crate::options::DEPLOYER;
use crate::record::{BedRecord, HostRecord, PREFIX};

/// In the place of the public flake registry: `netlib` and `nixpkgs` are the checkout and its stub.
const GLOBAL_REGISTRY: &str = r#"{ "version": 2, "flakes": [
  { "from": { "type": "indirect", "id": "netlib" }, "to": { "type": "path", "path": "/src" } },
  { "from": { "type": "indirect", "id": "nixpkgs" }, "to": { "type": "path", "path": "/src/checks/nixpkgs-stub" } }
] }
"#;

/// Of git on the deployer: who commits, and nothing that is tidied up, synced or copied for the future.
const GIT: &str = "[user]\n\tname = Deployer\n\temail = root@deployer.bed\n[init]\n\tdefaultBranch = main\n\ttemplateDir =\n\
[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[core]\n\tfsync = none\n";

/// What each bed's hosts get anew, wherever they start from: too large to be saved.
pub(crate) const PROGRAMS: [&str; 2] = ["usr/local/bin/boringtun-cli", "usr/local/bin/netlib"];

/// What goes onto the hosts of one bed.
pub(crate) struct Supplies {
    /// New keys; `None` where hosts start from disks that have all this already.
    pub(crate) keys: Option<Keys>,
    pub(crate) boringtun: PathBuf,
    /// The driver, for the deployer.
    pub(crate) netlib: Option<PathBuf>,
}

/// The keys of a bed.
pub(crate) struct Keys {
    /// The key of root on the deployer, which all hosts let in.
    pub(crate) deployer: KeyPair,
    /// The key of each host's sshd, in the order of the bed's hosts.
    pub(crate) hosts: Vec<KeyPair>,
}

/// Writes a host's own files; its directories must have been prepared.
pub(crate) fn provision(machine: &Machine, bed: &BedRecord, supplies: &Supplies) -> Result<()> {
    let host = machine.record();
    let layer = Layer { lower: host.lower.clone(), upper: machine.upper() };
    if let Some(keys) = &supplies.keys {
        provision_identity(&layer, machine, (bed, keys))?;
    }
    let [boringtun, netlib] = PROGRAMS;
    layer.copy(boringtun, &supplies.boringtun)?;
    match &supplies.netlib {
        Some(binary) if host.name == DEPLOYER => layer.copy(netlib, binary),
        _ => Ok(()),
    }
}

fn provision_identity(layer: &Layer, machine: &Machine, (bed, keys): (&BedRecord, &Keys)) -> Result<()> {
    let host = machine.record();
    layer.write("etc/hostname", 0o644, format!("{}\n", host.name))?;
    layer.write("etc/hosts", 0o644, hosts_file(bed))?;
    layer.write("etc/machine-id", 0o444, machine_id(machine))?;
    if host.image.is_some() {
        let addresses = format!("{}/{}\n{}/{}\n", host.ipv4(), PREFIX.0, host.ipv6(), PREFIX.1);
        layer.write("etc/netlib-vm/address", 0o644, addresses)?;
    }
    let place = bed.hosts.iter().position(|other| other.name == host.name);
    if let Some(key) = place.and_then(|place| keys.hosts.get(place)) {
        layer.write_key("etc/ssh/ssh_host_ed25519_key", key)?;
    }
    let allowed = format!("{}\n", keys.deployer.public);
    for home in ["root", "home/admin"] {
        layer.write(&format!("{home}/.ssh/authorized_keys"), 0o600, &allowed)?;
    }
    if host.name == DEPLOYER {
        provision_deployer(layer, bed, keys)?;
    }
    Ok(())
}

fn provision_deployer(layer: &Layer, bed: &BedRecord, keys: &Keys) -> Result<()> {
    layer.write_key("root/.ssh/id_ed25519", &keys.deployer)?;
    let known = known_hosts(&bed.hosts, &keys.hosts);
    layer.write("root/.ssh/known_hosts", 0o600, known)?;
    layer.write("root/.gitconfig", 0o644, GIT)?;
    layer.write("etc/nix/global-registry.json", 0o644, GLOBAL_REGISTRY)
}

fn hosts_file(bed: &BedRecord) -> String {
    let mut text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n".to_owned();
    for host in &bed.hosts {
        let name = &host.name;
        text += &format!("{} {name} {name}.bed\n{} {name} {name}.bed\n", host.ipv4(), host.ipv6());
    }
    text
}

fn known_hosts(hosts: &[HostRecord], keys: &[KeyPair]) -> String {
    let line = |(host, key): (&HostRecord, &KeyPair)| {
        let name = &host.name;
        format!("{name},{name}.bed,{},{} {}\n", host.ipv4(), host.ipv6(), key.public)
    };
    hosts.iter().zip(keys).map(line).collect()
}

/// Different for each host, the same at each of its boots.
fn machine_id(machine: &Machine) -> String {
    let path = machine.upper();
    let bytes = path.as_os_str().as_encoded_bytes();
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    format!("{:016x}{:016x}\n", fnv1a(bytes), fnv1a(&reversed))
}

/// A host's own layer on top of the shared one.
struct Layer {
    lower: PathBuf,
    upper: PathBuf,
}

impl Layer {
    /// A directory of the own layer hides the shared one's owner and mode, so it takes them over.
    fn directory(&self, path: &Path) -> Result<PathBuf> {
        let own = self.upper.join(path);
        if own.is_dir() {
            return Ok(own);
        }
        if let Some(parent) = path.parent().filter(|parent| *parent != path) {
            self.directory(parent)?;
        }
        fs::create_dir(&own).map_err(Error::io("make", &own))?;
        let shared = self.lower.join(path);
        let (owner, mode) = match fs::metadata(&shared) {
            Ok(shared) => ((shared.uid(), shared.gid()), shared.mode() & 0o7777),
            // New directories here are all of the `.ssh` kind: they belong to whom their parent belongs.
            Err(_) => (self.owner_of_parent(&own)?, 0o700),
        };
        chown(&own, Some(owner.0), Some(owner.1)).map_err(Error::io("change the owner of", &own))?;
        set_mode(&own, mode)?;
        Ok(own)
    }

    fn owner_of_parent(&self, path: &Path) -> Result<(u32, u32)> {
        let parent = path.parent().unwrap_or(&self.upper);
        let metadata = fs::metadata(parent).map_err(Error::io("examine", parent))?;
        Ok((metadata.uid(), metadata.gid()))
    }

    fn write(&self, path: &str, mode: u32, text: impl AsRef<[u8]>) -> Result<()> {
        let file = self.place(path)?;
        fs::write(&file, text).map_err(Error::io("write", &file))?;
        self.finish(&file, mode)
    }

    fn write_key(&self, path: &str, key: &KeyPair) -> Result<()> {
        self.write(path, 0o600, &key.private)?;
        self.write(&format!("{path}.pub"), 0o644, format!("{}\n", key.public))
    }

    fn copy(&self, path: &str, from: &Path) -> Result<()> {
        let file = self.place(path)?;
        fs::copy(from, &file).map_err(Error::io("copy", from))?;
        self.finish(&file, 0o755)
    }

    fn place(&self, path: &str) -> Result<PathBuf> {
        let path = Path::new(path);
        let directory = self.directory(path.parent().unwrap_or(Path::new("")))?;
        Ok(directory.join(path.file_name().unwrap_or_default()))
    }

    fn finish(&self, file: &Path, mode: u32) -> Result<()> {
        let (user, group) = self.owner_of_parent(file)?;
        chown(file, Some(user), Some(group)).map_err(Error::io("change the owner of", file))?;
        set_mode(file, mode)
    }
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    let permissions = fs::Permissions::from_mode(mode);
    fs::set_permissions(path, permissions).map_err(Error::io("change the mode of", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn names_stand_for_both_addresses() {
        let text = hosts_file(&record(&["deployer", "alpha"]));
        assert!(text.contains("\n192.0.2.11 alpha alpha.bed\n2001:db8:bed::b alpha alpha.bed\n"));
        assert!(text.starts_with("127.0.0.1 localhost\n"));
    }

    #[test]
    fn known_hosts_has_names_and_addresses() {
        let key = KeyPair { private: String::new(), public: "ssh-ed25519 AAAA alpha".into() };
        let record = record(&["alpha"]);
        assert_eq!(
            known_hosts(&record.hosts, &[key]),
            "alpha,alpha.bed,192.0.2.10,2001:db8:bed::a ssh-ed25519 AAAA alpha\n"
        );
    }

    #[test]
    fn directories_take_over_mode_and_new_ones_are_private() {
        let scratch = tempfile::tempdir().unwrap();
        let layer = Layer { lower: scratch.path().join("lower"), upper: scratch.path().join("upper") };
        fs::create_dir_all(layer.lower.join("etc/open")).unwrap();
        set_mode(&layer.lower.join("etc/open"), 0o1777).unwrap();
        fs::create_dir_all(&layer.upper).unwrap();
        layer.write("etc/open/file", 0o640, "text").unwrap();
        layer.write("etc/.ssh/key", 0o600, "text").unwrap();
        let mode = |path: &str| fs::metadata(layer.upper.join(path)).unwrap().mode() & 0o7777;
        assert_eq!(mode("etc/open"), 0o1777);
        assert_eq!(mode("etc/open/file"), 0o640);
        assert_eq!(mode("etc/.ssh"), 0o700);
    }
}
