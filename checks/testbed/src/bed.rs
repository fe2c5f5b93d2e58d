//! A bed: a network of hosts, from bringing it up to taking it down.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::binds;
use crate::boringtun;
use crate::chroot::Chroot;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::keys;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::machine::Machine;
use crate::network::Network;
use crate::notice;
use crate::options::{BedOptions, DEPLOYER, FIRST_INDEX, check_name};
use crate::provision::{Keys, Supplies, provision};
use crate::record::{BedRecord, HostRecord, boot_id};
use crate::requirements;
use crate::root_file_system::{self, remove_tree};
use crate::saved::Saved;
use crate::site::Site;
use crate::vm;

/// A network of hosts. Dropping the one that `up` returned takes it down, unless it was asked to stay.
#[derive(Debug)]
pub struct Bed {
    site: Arc<Site>,
    record: BedRecord,
    /// Held by the process whose bed it is; free as soon as that process is gone.
    owner: Option<Lock>,
    /// What its hosts stand on.
    _saved: Vec<Saved>,
}

impl Bed {
    /// Brings up a bed and waits until all hosts have booted and answer on SSH.
    pub fn up(options: BedOptions) -> Result<Self> {
        options.check()?;
        requirements::check()?;
        let layout = Layout::of_this_checkout()?;
        let record = plan(&layout, &options)?;
        let boringtun = boringtun::ensure(&layout)?;
        let netlib = find_netlib(&layout, &options)?;
        let (site, owner) = Site::claim(&layout, &record)?;
        // From here on a failure drops the bed and thereby cleans up.
        let saved = options.start.iter().chain(&options.deployer_disk).cloned().collect();
        let mut bed = Self { site: Arc::new(site), record, owner: Some(owner), _saved: saved };
        let keys = match options.start {
            Some(_) => None,
            None => Some(bed.new_keys(&layout)?),
        };
        bed.power_on(&Supplies { keys, boringtun, netlib })?;
        if options.until_down {
            bed.record.until_down = true;
            bed.record.write(bed.site.directory())?;
            bed.site = Arc::new(bed.site.let_go());
            bed.owner = None;
        }
        Ok(bed)
    }

    fn new_keys(&self, layout: &Layout) -> Result<Keys> {
        let chroot = Chroot::on(layout, self.record.host(DEPLOYER)?.lower.clone())?;
        let names = self.record.hosts.iter().map(|host| host.name.as_str());
        let comments: Vec<&str> = std::iter::once("root@deployer").chain(names).collect();
        let mut made = keys::generate(&chroot, &comments)?;
        let hosts = made.split_off(1);
        let Some(deployer) = made.pop() else {
            return Err(Error::Usage("no key for the deployer was made".into()));
        };
        Ok(Keys { deployer, hosts })
    }

    fn power_on(&self, supplies: &Supplies) -> Result<()> {
        Network::new(self.site.id()).create()?;
        for host in &self.record.hosts {
            let machine = self.site.machine(host)?;
            machine.prepare()?;
            provision(&machine, &self.record, supplies)?;
            machine.start()?;
        }
        for host in self.hosts() {
            host.wait_booted()?;
            host.check_units()?;
        }
        Ok(())
    }

    /// A bed that was brought up by another process; dropping it leaves the bed up.
    pub fn attach(name: &str) -> Result<Self> {
        check_name("bed", name)?;
        let layout = Layout::of_this_checkout()?;
        let site = Site::of(&layout, name);
        let record = BedRecord::read(site.directory())?.ok_or_else(|| {
            Error::Usage(format!(
                "there is no bed \"{name}\"; `testbed status` lists those there are, `testbed up --name {name} --hosts …` makes it"
            ))
        })?;
        Ok(Self { site: Arc::new(site), record, owner: None, _saved: Vec::new() })
    }

    /// The bed's name.
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// Whether the bed stays up until somebody takes it down, whatever becomes of its process.
    pub fn is_until_down(&self) -> bool {
        self.record.until_down
    }

    /// A host by name. That there is such a host is checked when something is asked of it.
    pub fn host(&self, name: &str) -> Host {
        let machine = self.record.host(name).and_then(|host| self.machine(host));
        Host::new(name, Arc::clone(&self.site), machine.map_err(|error| error.to_string()))
    }

    fn machine(&self, host: &HostRecord) -> Result<Machine> {
        let machine = self.site.machine(host)?;
        if host.image.is_none() {
            return Ok(machine);
        }
        Ok(machine.entered_from(self.site.machine(self.record.host(DEPLOYER)?)?))
    }

    /// The host that deploys.
    pub fn deployer(&self) -> Host {
        self.host(DEPLOYER)
    }

    /// All hosts, the deployer first.
    pub fn hosts(&self) -> Vec<Host> {
        self.record.hosts.iter().map(|host| self.host(&host.name)).collect()
    }

    /// Switches all hosts off in good order and keeps their disks, for `Saved`; `false` where they cannot be kept.
    pub(crate) fn save(self, directory: &Path) -> Result<bool> {
        let new = directory.with_extension("new");
        remove_tree(&new)?;
        fs::create_dir_all(&new).map_err(Error::io("make", &new))?;
        for host in self.hosts() {
            host.shut_down()?;
        }
        for host in &self.record.hosts {
            if !self.site.machine(host)?.save(&new.join(&host.name))? {
                remove_tree(&new)?;
                return Ok(false);
            }
        }
        // Hosts sync nothing, and a file cut short by a crash of the machine would be used again and again.
        let folder = fs::File::open(&new).map_err(Error::io("open", &new))?;
        rustix::fs::syncfs(folder).map_err(|errno| Error::io("sync", &new)(errno.into()))?;
        fs::rename(&new, directory).map_err(Error::io("rename", &new))?;
        Ok(true)
    }

    /// Ends all hosts and removes everything that was theirs.
    pub fn down(mut self) -> Result<()> {
        if self.owner.is_none() && !self.record.until_down && self.site.is_owned()? {
            return Err(Error::Usage(format!("bed \"{}\" belongs to a process that is still running", self.name())));
        }
        let _owner = self.owner.take();
        self.site.remove()
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        if self.owner.is_none() {
            return;
        }
        if let Err(error) = self.site.remove() {
            notice(&format!("bed \"{}\" could not be cleaned up: {error}", self.name()));
        }
    }
}

/// Decides everything about the bed's hosts that is written down; builds missing root file systems.
fn plan(layout: &Layout, options: &BedOptions) -> Result<BedRecord> {
    let mut hosts = Vec::new();
    for (name, index) in options.all_hosts().into_iter().zip(FIRST_INDEX..) {
        let suite = options.suite_for(name);
        let mut shown = binds::of_all();
        if name == DEPLOYER {
            shown.extend(binds::of_deployer(layout)?);
        }
        hosts.push(HostRecord {
            name: name.to_owned(),
            index,
            suite,
            lower: root_file_system::ensure(layout, suite)?,
            layers: options.layers_of(name),
            disk_limit: options.disk_limits.get(name).cloned(),
            binds: shown,
            image: if options.virtual_machines.contains(name) { Some(vm::ensure(layout)?) } else { None },
        });
    }
    Ok(BedRecord {
        name: options.name.clone().unwrap_or_else(unique_name),
        boot_id: boot_id()?,
        until_down: false,
        hosts,
    })
}

fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("t{}-{number}", std::process::id())
}

fn find_netlib(layout: &Layout, options: &BedOptions) -> Result<Option<PathBuf>> {
    match &options.netlib {
        Some(path) if path.is_file() => Ok(Some(path.clone())),
        Some(path) => Err(Error::Usage(format!(
            "{}: no such file; build the driver first (cargo build -p netlib)",
            path.display()
        ))),
        None => {
            let built = layout.built_netlib();
            if built.is_none() {
                notice("no netlib binary has been built yet, so the deployer has none (cargo build -p netlib)");
            }
            Ok(built)
        }
    }
}
