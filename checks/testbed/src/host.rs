//! One host of a bed, as tests and people use it.

use std::ffi::OsString;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::cable;
use crate::error::{Error, Result};
use crate::exec::HostCommand;
use crate::machine::Machine;
use crate::record::Link;
use crate::site::Site;
use crate::suite::Suite;
use crate::tool::Output;
use crate::wait::until;

/// How long a boot may take on a machine that is busy with other tests.
const BOOT_DEADLINE: Duration = Duration::from_secs(240);

/// The same where the processor is emulated as well.
const VM_BOOT_DEADLINE: Duration = Duration::from_secs(1200);

/// Ends when systemd has started what can be started, and sshd answers.
const WAIT_BOOTED: &str = r#"
state=$(systemctl is-system-running --wait)
case $state in running | degraded) ;; *) echo "state: $state"; exit 1 ;; esac
exec 3<> "/dev/tcp/127.0.0.1/22"
read -r -t 10 banner <&3
[[ $banner == SSH-* ]]
"#;

/// Fails if any unit has, and shows why.
const ALL_UNITS_WELL: &str = r#"
failed=$(systemctl --failed --no-legend --plain)
[ -z "$failed" ] || { echo "$failed"; journalctl --no-pager --priority=err --lines=20; exit 1; } >&2
"#;

/// Replaces the key of the host's sshd, which tells everybody about it from then on: a reload would return before it does.
const NEW_HOST_KEY: &str = "rm -f /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key.pub && \
     ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh.service";

/// One host of a bed.
#[derive(Debug, Clone)]
pub struct Host {
    name: String,
    site: Arc<Site>,
    machine: std::result::Result<Machine, String>,
}

impl Host {
    pub(crate) fn new(name: &str, site: Arc<Site>, machine: std::result::Result<Machine, String>) -> Self {
        Self { name: name.to_owned(), site, machine }
    }

    /// The host's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn machine(&self) -> Result<&Machine> {
        self.machine.as_ref().map_err(|message| Error::Usage(message.clone()))
    }

    /// Its IPv4 address on the bed's bridge.
    pub fn ipv4(&self) -> Result<Ipv4Addr> {
        Ok(self.machine()?.record().ipv4())
    }

    /// Its IPv6 address on the bed's bridge.
    pub fn ipv6(&self) -> Result<Ipv6Addr> {
        Ok(self.machine()?.record().ipv6())
    }

    /// The Debian release it runs.
    pub fn suite(&self) -> Result<Suite> {
        Ok(self.machine()?.record().suite)
    }

    /// A command on the host, to be given stdin, variables or a time limit before it runs.
    pub fn command<S: Into<OsString>>(&self, argv: impl IntoIterator<Item = S>) -> HostCommand {
        let argv = argv.into_iter().map(Into::into).collect();
        HostCommand::new(self.machine().cloned(), argv)
    }

    /// Runs a command as root in `/root` and hands out what it did, whatever its status.
    pub fn exec<S: Into<OsString>>(&self, argv: impl IntoIterator<Item = S>) -> Result<Output> {
        self.command(argv).output()
    }

    /// Runs a shell script that must succeed, and returns its stdout without the last line break.
    pub fn sh(&self, script: &str) -> Result<String> {
        let output = self.command(["bash", "-euc", script]).run()?;
        Ok(output.stdout.trim_end_matches('\n').to_owned())
    }

    /// Reads a file of the host.
    pub fn read_file(&self, path: &str) -> Result<String> {
        Ok(self.command(["cat", "--", path]).run()?.stdout)
    }

    /// Writes a file of the host, making its directory if need be.
    pub fn write_file(&self, path: &str, content: impl Into<Vec<u8>>) -> Result<()> {
        let script = r#"mkdir -p "$(dirname "$1")" && cat > "$1""#;
        let command = self.command(["sh", "-c", script, "sh", path]);
        command.stdin(content).run().map(|_| ())
    }

    /// Asks `condition` until it is true; `what` is said when it is not so in time.
    pub fn wait_until(
        &self,
        what: &str,
        deadline: Duration,
        mut condition: impl FnMut(&Self) -> Result<bool>,
    ) -> Result<()> {
        until(&format!("host \"{}\": {what}", self.name), deadline, || {
            Ok(if condition(self)? { Ok(()) } else { Err(String::new()) })
        })
    }

    /// Whether it has power.
    pub fn is_running(&self) -> Result<bool> {
        Ok(self.machine()?.is_running())
    }

    /// Power loss: everything on it ends at once; its disk stays as it is.
    pub fn crash(&self) -> Result<()> {
        self.machine()?.power_off()
    }

    /// Shuts it down in good order and waits until it is off.
    pub fn shut_down(&self) -> Result<()> {
        let machine = self.machine()?;
        self.sh("systemctl poweroff")?;
        until(&format!("host \"{}\" is off", self.name), BOOT_DEADLINE, || {
            Ok(if machine.is_running() { Err(String::new()) } else { Ok(()) })
        })?;
        machine.power_off()
    }

    /// Boots it again from its disk and waits until it is up; units that a deployment broke may have failed.
    pub fn boot(&self) -> Result<()> {
        let machine = self.machine()?;
        machine.start()?;
        self.wait_booted()
    }

    /// Waits until everything has started and sshd answers.
    pub(crate) fn wait_booted(&self) -> Result<()> {
        let deadline = if self.machine()?.record().image.is_some() { VM_BOOT_DEADLINE } else { BOOT_DEADLINE };
        self.machine()?.wait_started(deadline)?;
        let what = format!("host \"{}\" has booted", self.name);
        until(&what, deadline, || {
            let command = self.command(["bash", "-c", WAIT_BOOTED]).timeout(deadline);
            let output = command.output()?;
            Ok(match output.success() {
                true => Ok(()),
                false => Err(output.stdout + &output.stderr),
            })
        })
    }

    /// That a new host boots without any failed unit.
    pub(crate) fn check_units(&self) -> Result<()> {
        self.sh(ALL_UNITS_WELL).map(|_| ())
    }

    /// The state of its cable.
    pub fn link(&self) -> Result<Link> {
        self.machine()?.link()
    }

    /// Brings its cable into a state; what `Link::default()` describes is a good one.
    pub fn set_link(&self, link: Link) -> Result<()> {
        // A panic elsewhere leaves nothing half done that matters here.
        let _one_at_a_time = self.site.cables.lock();
        cable::set(&self.site, self.machine()?, link)
    }

    /// Pulls its cable.
    pub fn cut(&self) -> Result<()> {
        let link = self.link()?;
        self.set_link(Link { cut: true, ..link })
    }

    /// Plugs its cable in again.
    pub fn heal(&self) -> Result<()> {
        let link = self.link()?;
        self.set_link(Link { cut: false, ..link })
    }

    /// Holds each frame to and from it for `delay`: a round trip takes twice that longer. Zero ends it.
    pub fn delay(&self, delay: Duration) -> Result<()> {
        let delay_ms =
            u32::try_from(delay.as_millis()).map_err(|_| Error::Usage(format!("a delay of {delay:?} is too long")))?;
        let link = self.link()?;
        self.set_link(Link { delay_ms, ..link })
    }

    /// Loses this many of a hundred frames to and from it. Zero ends it.
    pub fn lose(&self, loss_percent: u8) -> Result<()> {
        let link = self.link()?;
        self.set_link(Link { loss_percent, ..link })
    }

    /// Gives its sshd another host key, as if somebody else answered on its address.
    pub fn change_ssh_host_key(&self) -> Result<()> {
        self.sh(NEW_HOST_KEY).map(|_| ())
    }

    /// Fills its disk to the last block, so that writing fails; only for hosts with a disk limit.
    pub fn fill_disk(&self) -> Result<()> {
        if self.machine()?.record().disk_limit.is_none() {
            return Err(Error::Usage(format!(
                "host \"{}\" has no disk limit, so filling its disk would fill the machine's; bring it up with one",
                self.name
            )));
        }
        // dd ends with an error, which is the point.
        self.sh("dd if=/dev/zero of=/var/filler bs=64k 2> /dev/null || dd if=/dev/zero of=/var/filler2 bs=512 2> /dev/null || :")
            .map(|_| ())
    }

    /// Undoes `fill_disk`.
    pub fn free_disk(&self) -> Result<()> {
        self.sh("rm -f /var/filler /var/filler2").map(|_| ())
    }
}
