//! The power switch of one host: starts its init on its layers, ends it, and knows whether it runs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cgroup::Cgroup;
use crate::error::{Error, Result};
use crate::exec::CLEAN_ENVIRONMENT;
use crate::network::{Network, port};
use crate::provision;
use crate::record::{HostRecord, Link, read_json, write_json};
use crate::tool::Tool;
use crate::vm::{Disks, from_deployer};
use crate::wait::until;

/// Runs first in the host's namespaces.
const BOOT: &str = include_str!("host-boot.sh");
/// Puts the host's root together.
pub(crate) const ROOT: &str = include_str!("host-root.sh");

/// Waits for its control group, then leaves for good: nobody waits for a host's init.
const LAUNCH: &str = r#"
echo $$ > "$1/cgroup.procs"; shift
exec setsid --fork "$@"
"#;

/// Runs QEMU.
const RUN_VM: &str = include_str!("vm-run.sh");

/// One host with its directory, control group and place in the network.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    record: HostRecord,
    directory: PathBuf,
    cgroup: Cgroup,
    network: Network,
    /// The host from which commands reach a virtual machine.
    deployer: Option<Box<Machine>>,
}

impl Machine {
    pub(crate) fn new(record: HostRecord, bed: &Path, bed_id: &str) -> Result<Self> {
        Ok(Self {
            directory: bed.join("hosts").join(&record.name),
            cgroup: Cgroup::at_root(bed_id)?.child(&record.name),
            network: Network::new(bed_id),
            record,
            deployer: None,
        })
    }

    /// A virtual machine, with the host from which commands reach it.
    pub(crate) fn entered_from(self, deployer: Self) -> Self {
        Self { deployer: Some(Box::new(deployer)), ..self }
    }

    /// Where a command is started, and as what.
    pub(crate) fn entry(&self, argv: Vec<OsString>) -> (&Self, Vec<OsString>) {
        match &self.deployer {
            Some(deployer) => (deployer, from_deployer(self.name(), &argv)),
            None => (self, argv),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.record.name
    }

    pub(crate) fn record(&self) -> &HostRecord {
        &self.record
    }

    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// The group of all the host's processes, and of those sent into it.
    pub(crate) fn cgroup(&self) -> &Cgroup {
        &self.cgroup
    }

    /// The layer that the host writes to.
    pub(crate) fn upper(&self) -> PathBuf {
        self.directory.join("disk/upper")
    }

    /// What came out of the host before its journal ran.
    fn console(&self) -> PathBuf {
        self.directory.join("console.log")
    }

    fn pid_file(&self) -> PathBuf {
        self.directory.join("init.pid")
    }

    /// Makes the host's directories, and its disk if that is limited.
    pub(crate) fn prepare(&self) -> Result<()> {
        let make = |path: PathBuf| fs::create_dir_all(&path).map_err(Error::io("make", &path));
        for name in ["lower", "root", "disk"] {
            make(self.directory.join(name))?;
        }
        let disk = self.directory.join("disk");
        if let Some(size) = self.disk_size()? {
            Tool::new(format!("make the disk of {}", self.name()), "mount")
                .args(["-t", "tmpfs", "-o", &format!("mode=0755{size}"), "tmpfs"])
                .arg(&disk)
                .run()?;
        }
        make(disk.join("work"))?;
        make(self.upper())
    }

    /// Mount options of the tmpfs that is the host's disk; `None` where a plain directory will do.
    fn disk_size(&self) -> Result<Option<String>> {
        if let Some(limit) = &self.record.disk_limit {
            return Ok(Some(format!(",size={limit}")));
        }
        // An overlay cannot write to another overlay, as in a container.
        const OVERLAY: i64 = 0x794c_7630;
        let stat =
            rustix::fs::statfs(&self.directory).map_err(|errno| Error::io("examine", &self.directory)(errno.into()))?;
        #[allow(clippy::unnecessary_cast)]
        let is_overlay = stat.f_type as i64 == OVERLAY;
        Ok(is_overlay.then(String::new))
    }

    /// Switches the power on. The host is then starting; `wait_booted` waits for it.
    pub(crate) fn start(&self) -> Result<()> {
        if self.is_running() {
            return Err(Error::Usage(format!("host \"{}\" is running already", self.name())));
        }
        self.power_off()?;
        let (inside, outside) = (self.cgroup.child("machine"), self.cgroup.child("outside"));
        inside.create()?;
        outside.create()?;
        self.network.plug(&self.record, self.link()?)?;
        let console = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.console())
            .map_err(Error::io("open", &self.console()))?;
        let tool = match &self.record.image {
            Some(image) => self.emulator(image, &inside)?,
            None => self.launcher(&inside, &outside),
        };
        let again = console.try_clone().map_err(Error::io("open", &self.console()))?;
        let status = tool
            .command()
            .stdin(std::process::Stdio::null())
            .stdout(again)
            .stderr(console)
            .status()
            .map_err(tool.spawn_error())?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "host \"{}\" could not be started ({status}); see {}",
            self.name(),
            self.console().display()
        )))
    }

    fn launcher(&self, inside: &Cgroup, outside: &Cgroup) -> Tool {
        let mut network = OsString::from("--net=");
        network.push(self.network.namespace_of(&self.record));
        Tool::new(format!("start host {}", self.name()), "sh")
            .args(["-eu", "-c", LAUNCH, "sh"])
            .arg(outside.path())
            .arg("nsenter")
            .arg(network)
            .args(["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork"])
            .args(["--", "sh", "-c", BOOT, "host-boot"])
            .args(["/usr/bin/env", "--ignore-environment", "container=netlib"])
            .args(CLEAN_ENVIRONMENT)
            .arg("/sbin/init")
            .env("HOST_ROOT_SCRIPT", ROOT)
            .env("PID_FILE", self.pid_file())
            .env("CGROUP", inside.path())
            .env("DIRECTORY", &self.directory)
            .env("LOWER", &self.record.lower)
            .env("LAYERS", self.layers())
            .env("HOST_NAME", self.name())
            .env("BINDS", crate::binds::as_lines(&self.record.binds))
    }

    /// As `host-root.sh` reads them.
    fn layers(&self) -> std::ffi::OsString {
        self.record.layers.iter().map(|layer| layer.as_os_str()).collect::<Vec<_>>().join("\n".as_ref())
    }

    /// Keeps what is on the disk of a host that is off; `false` where the disk is in memory and gone with the bed.
    pub(crate) fn save(&self, to: &Path) -> Result<bool> {
        if self.disk_size()?.is_some() {
            return Ok(false);
        }
        for program in provision::PROGRAMS {
            let file = self.upper().join(program);
            if file.exists() {
                fs::remove_file(&file).map_err(Error::io("remove", &file))?;
            }
        }
        fs::rename(self.upper(), to).map_err(Error::io("keep", to)).map(|()| true)
    }

    /// QEMU, in the network namespace of the bridge.
    fn emulator(&self, image: &Path, group: &Cgroup) -> Result<Tool> {
        let disks = Disks::of(&self.directory);
        disks.prepare(image, &self.upper())?;
        let mut network = OsString::from("--net=");
        network.push(self.network.switch_namespace());
        Ok(Tool::new(format!("start virtual machine {}", self.name()), "sh")
            .args(["-eu", "-c", LAUNCH, "sh"])
            .arg(group.path())
            .arg("nsenter")
            .arg(network)
            .args(["--", "sh", "-c", RUN_VM, "vm-run"])
            .arg(self.pid_file())
            .arg(self.console())
            .arg("qemu-system-x86_64")
            .args(disks.qemu(&port(&self.record), &self.record.mac(), &self.console())))
    }

    /// The process id of the host's init, as the machine knows it.
    pub(crate) fn pid(&self) -> Result<u32> {
        if !self.is_running() {
            return Err(Error::Usage(format!(
                "host \"{}\" is off; `testbed boot {}` switches it on",
                self.name(),
                self.name()
            )));
        }
        let text = fs::read_to_string(self.pid_file()).map_err(Error::io("read", &self.pid_file()))?;
        text.trim().parse().map_err(|_| Error::Usage(format!("{} holds no process id", self.pid_file().display())))
    }

    /// Whether the host's init, or anything it started, is there.
    pub(crate) fn is_running(&self) -> bool {
        let populated = self.cgroup.child("machine").populated().unwrap_or(false);
        populated && self.pid_file().exists()
    }

    /// Power loss: everything ends at once, the network's state is gone, the disk stays.
    pub(crate) fn power_off(&self) -> Result<()> {
        self.cgroup.remove()?;
        let file = self.pid_file();
        if file.exists() {
            fs::remove_file(&file).map_err(Error::io("remove", &file))?;
        }
        self.network.unplug(&self.record)
    }

    /// Waits until init has taken over, so that commands can be sent into the host.
    pub(crate) fn wait_started(&self, deadline: Duration) -> Result<()> {
        if self.record.image.is_some() {
            return Ok(());
        }
        until(&format!("host \"{}\" has an init", self.name()), deadline, || {
            let Ok(pid) = self.pid() else {
                return Ok(Err(self.console_text()));
            };
            // While the scripts run the root is not complete yet.
            let command = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            Ok(match command.trim() {
                "systemd" | "init" => Ok(()),
                _ => Err(self.console_text()),
            })
        })
    }

    fn console_text(&self) -> String {
        fs::read_to_string(self.console()).unwrap_or_default()
    }

    fn link_file(&self) -> PathBuf {
        self.directory.join("link.json")
    }

    /// The state of the cable.
    pub(crate) fn link(&self) -> Result<Link> {
        Ok(read_json(&self.link_file())?.unwrap_or_default())
    }

    /// Remembers the state of the cable.
    pub(crate) fn remember_link(&self, link: Link) -> Result<()> {
        write_json(&self.link_file(), &link)
    }
}
