//! What a bed shall be like, before there is one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::saved::Saved;
use crate::suite::Suite;

/// The host that each bed has besides those asked for.
pub const DEPLOYER: &str = "deployer";

/// The first host's place; below it are addresses a test may use for hosts that do not exist.
pub(crate) const FIRST_INDEX: u8 = 10;

/// Hosts that fit beside the deployer in the IPv4 network of the bridge.
const MAX_HOSTS: usize = 200;

/// What a bed shall be like.
#[derive(Debug, Clone, Default)]
pub struct BedOptions {
    pub(crate) hosts: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) suite: Suite,
    pub(crate) suites: BTreeMap<String, Suite>,
    pub(crate) disk_limits: BTreeMap<String, String>,
    pub(crate) virtual_machines: BTreeSet<String>,
    pub(crate) netlib: Option<PathBuf>,
    pub(crate) until_down: bool,
    pub(crate) start: Option<Saved>,
    pub(crate) deployer_disk: Option<Saved>,
}

impl BedOptions {
    /// A bed with these hosts and the deployer, all Debian 13.
    pub fn new<S: Into<String>>(hosts: impl IntoIterator<Item = S>) -> Self {
        Self { hosts: hosts.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The bed's name; without one it gets one that no other bed has.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The suite of all hosts but the deployer.
    #[must_use]
    pub fn suite(mut self, suite: Suite) -> Self {
        self.suite = suite;
        self
    }

    /// The suite of one host, the deployer included.
    #[must_use]
    pub fn suite_of(mut self, host: impl Into<String>, suite: Suite) -> Self {
        self.suites.insert(host.into(), suite);
        self
    }

    /// Gives a host a disk of this size (`200M`, `1G`): beyond it, writes fail as on a full disk.
    #[must_use]
    pub fn disk_limit(mut self, host: impl Into<String>, size: impl Into<String>) -> Self {
        self.disk_limits.insert(host.into(), size.into());
        self
    }

    /// Makes a host a virtual machine, with UEFI firmware, systemd-boot and a kernel of its own: it boots in a minute.
    #[must_use]
    pub fn virtual_machine(mut self, host: impl Into<String>) -> Self {
        self.virtual_machines.insert(host.into());
        self
    }

    /// The `netlib` binary the deployer gets; without it, the one built last if there is one.
    #[must_use]
    pub fn netlib(mut self, binary: impl AsRef<Path>) -> Self {
        self.netlib = Some(binary.as_ref().to_owned());
        self
    }

    /// Starts all hosts from the disks that hosts of the same names had; they must be named in the same order.
    #[must_use]
    pub fn start_from(mut self, saved: Saved) -> Self {
        self.start = Some(saved);
        self
    }

    /// Puts what a deployer's disk had below the disk of this bed's deployer, if that is of the usual suite.
    #[must_use]
    pub fn deployer_on(mut self, saved: Saved) -> Self {
        self.deployer_disk = Some(saved);
        self
    }

    /// Leaves the bed up when this process ends, until somebody takes it down by name.
    #[must_use]
    pub fn until_down(mut self) -> Self {
        self.until_down = true;
        self
    }

    /// All hosts, the deployer first.
    pub(crate) fn all_hosts(&self) -> Vec<&str> {
        let named = self.hosts.iter().map(String::as_str);
        std::iter::once(DEPLOYER).chain(named).collect()
    }

    /// The deployer runs what cargo built on this machine, so it does not follow `suite`.
    pub(crate) fn suite_for(&self, host: &str) -> Suite {
        let default = if host == DEPLOYER { Suite::default() } else { self.suite };
        self.suites.get(host).copied().unwrap_or(default)
    }

    /// What lies between a host's root file system and its own layer, the uppermost first.
    pub(crate) fn layers_of(&self, host: &str) -> Vec<PathBuf> {
        let below =
            self.deployer_disk.as_ref().filter(|_| host == DEPLOYER && self.suite_for(host) == Suite::default());
        self.start.iter().chain(below).map(|saved| saved.disk(host)).collect()
    }

    pub(crate) fn check(&self) -> Result<()> {
        if let Some(name) = &self.name {
            check_name("bed", name)?;
        }
        if self.hosts.len() > MAX_HOSTS {
            return usage(format!("{} hosts asked for; a bed has at most {MAX_HOSTS}", self.hosts.len()));
        }
        let mut seen = BTreeSet::from([DEPLOYER]);
        for host in &self.hosts {
            check_name("host", host)?;
            if !seen.insert(host) {
                return usage(format!("host \"{host}\" is there twice (each bed has a \"{DEPLOYER}\" of its own)"));
            }
        }
        let named = self.suites.keys().chain(self.disk_limits.keys()).chain(&self.virtual_machines);
        for host in named {
            if !seen.contains(host.as_str()) {
                return usage(format!("an option names the host \"{host}\", which is not in the bed"));
            }
        }
        if self.virtual_machines.contains(DEPLOYER) {
            return usage("the deployer is no virtual machine".to_owned());
        }
        self.disk_limits.values().try_for_each(|size| check_size(size))
    }
}

/// Names become host names, directories, control groups and network namespaces.
pub(crate) fn check_name(what: &str, name: &str) -> Result<()> {
    let first = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let rest = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'));
    if first && rest && name.len() <= 63 {
        return Ok(());
    }
    usage(format!(
        "{what} name {name:?} is not allowed: a lower-case letter or _ first, then lower-case letters, digits, _ and -, at most 63"
    ))
}

fn check_size(size: &str) -> Result<()> {
    let number = size.trim_end_matches(['k', 'K', 'm', 'M', 'g', 'G']);
    let good = size.len() - number.len() <= 1 && number.parse::<u32>().is_ok_and(|n| n > 0);
    if good {
        return Ok(());
    }
    usage(format!("disk size {size:?} is not a number with k, M or G, like 200M"))
}

fn usage<T>(message: String) -> Result<T> {
    Err(Error::Usage(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deployer_is_always_there_and_keeps_its_suite() {
        let options = BedOptions::new(["alpha"]).suite(Suite::Forky);
        options.check().unwrap();
        assert_eq!(options.all_hosts(), ["deployer", "alpha"]);
        assert_eq!(options.suite_for("deployer"), Suite::Trixie);
        assert_eq!(options.suite_for("alpha"), Suite::Forky);
        let options = options.suite_of("deployer", Suite::Bookworm);
        assert_eq!(options.suite_for("deployer"), Suite::Bookworm);
    }

    #[test]
    fn bad_options_are_refused_by_name() {
        let long = "a".repeat(64);
        for (options, part) in [
            (BedOptions::new(["a", "a"]), "there twice"),
            (BedOptions::new(["deployer"]), "there twice"),
            (BedOptions::new(["a/b"]), "not allowed"),
            (BedOptions::new(["-a"]), "not allowed"),
            (BedOptions::new([""]), "not allowed"),
            (BedOptions::new(["ä"]), "not allowed"),
            (BedOptions::new([long]), "not allowed"),
            (BedOptions::new(["a"]).name(".."), "bed name"),
            (BedOptions::new(["a"]).suite_of("b", Suite::Forky), "\"b\""),
            (BedOptions::new(["a"]).disk_limit("b", "1G"), "\"b\""),
            (BedOptions::new(["a"]).disk_limit("a", "lots"), "\"lots\""),
            (BedOptions::new(["a"]).disk_limit("a", "1GG"), "\"1GG\""),
            (BedOptions::new(["a"]).disk_limit("a", "0"), "\"0\""),
            (BedOptions::new((0..201).map(|n| format!("h{n}"))), "at most 200"),
        ] {
            let message = options.check().unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
        BedOptions::new(["a"]).disk_limit("a", "200M").check().unwrap();
    }
}
