//! What happens in the middle of a round.

use std::fmt;
use std::time::Duration;

use super::random::Random;
use super::truth::Systems;
use crate::{Run, Site};

/// A second deployer's own clone of the network.
const SECOND: &str = "/root/second";

/// One fault.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    Crash(String),
    Kill,
    Cut(String, u64),
    DiskFull,
    SecondDeployer,
    SshdRestarted(String),
    Interrupt,
    InterruptTwice(u64),
    Hangup,
    UnitKilled(String),
    UnitAndRecoveryKilled(String),
    DaemonReexec(String),
}

impl Fault {
    pub(super) fn random(random: &mut Random, hosts: &[&str]) -> Self {
        let host = (*random.pick(hosts)).to_owned();
        match random.below(12) {
            0 => Self::Crash(host),
            1 => Self::Kill,
            2 => Self::Cut(host, 5 + random.below(56)),
            3 => Self::DiskFull,
            4 => Self::SecondDeployer,
            5 => Self::SshdRestarted(host),
            6 => Self::Interrupt,
            7 => Self::InterruptTwice(1100 + random.below(2000)),
            8 => Self::Hangup,
            9 => Self::UnitKilled(host),
            10 => Self::UnitAndRecoveryKilled(host),
            _ => Self::DaemonReexec(host),
        }
    }

    /// Whether the run itself ends without being able to say how the hosts stand.
    pub(super) fn ends_the_run(&self) -> bool {
        matches!(self, Self::Kill | Self::Interrupt | Self::InterruptTwice(_) | Self::Hangup)
    }

    /// Whether this node may fail because of it.
    pub(super) fn may_harm(&self, host: &str) -> bool {
        match self {
            Self::Crash(on)
            | Self::Cut(on, _)
            | Self::UnitKilled(on)
            | Self::UnitAndRecoveryKilled(on)
            // A systemctl that waits for a unit loses its answer, and so the switch fails.
            | Self::DaemonReexec(on) => on == host,
            Self::DiskFull => host == "alpha",
            Self::SshdRestarted(_) => false,
            Self::SecondDeployer
            | Self::Kill
            | Self::Interrupt
            | Self::InterruptTwice(_)
            | Self::Hangup => true,
        }
    }

    /// Lets it happen; what a second deployer wanted.
    pub(super) fn strike(&self, site: &Site, run: &Run, round: usize) -> Option<Systems> {
        match self {
            Self::Crash(host) => good(site.bed.host(host).crash()),
            Self::Kill => run.signal_if_running("-KILL $pid"),
            Self::Cut(host, seconds) => {
                let host = site.bed.host(host);
                good(host.cut());
                std::thread::sleep(Duration::from_secs(*seconds));
                good(host.heal());
            }
            Self::DiskFull => good(site.bed.host("alpha").fill_disk()),
            Self::SecondDeployer => return Some(deploy_as_second(site, round)),
            Self::SshdRestarted(host) => shell(site, host, "systemctl restart ssh"),
            Self::Interrupt => run.signal_if_running("-INT -- -$pid"),
            Self::InterruptTwice(millis) => {
                run.signal_if_running("-INT -- -$pid");
                std::thread::sleep(Duration::from_millis(*millis));
                run.signal_if_running("-INT -- -$pid");
            }
            Self::Hangup => run.signal_if_running("-HUP -- -$pid"),
            Self::UnitKilled(host) => shell(site, host, "systemctl kill -s KILL 'netlib-*.service' || :"),
            Self::UnitAndRecoveryKilled(host) => {
                // The recovery is part of the unit: whatever it starts is killed for two seconds.
                shell(
                    site,
                    host,
                    "for i in 1 2 3 4 5 6 7 8 9 10; do systemctl kill -s KILL 'netlib-*.service' || :; sleep 0.2; done 2>/dev/null",
                );
            }
            Self::DaemonReexec(host) => shell(site, host, "systemctl daemon-reexec"),
        }
        None
    }

    /// Brings everything back to how it was.
    pub(super) fn heal(&self, site: &Site) {
        match self {
            Self::Crash(host) => good(site.bed.host(host).boot()),
            Self::DiskFull => good(site.bed.host("alpha").free_disk()),
            _ => {}
        }
    }
}

/// Deploys another commit from the second clone, beside the first deployer.
fn deploy_as_second(site: &Site, round: usize) -> Systems {
    for host in super::HOSTS {
        let lines = format!("environment.etc.\"second\".text = \"{round}\";");
        let files = super::network(&|_| lines.clone()).files();
        for (path, text) in files {
            site.bed
                .host("deployer")
                .write_file(&format!("{SECOND}/{path}"), text)
                .unwrap_or_else(|error| panic!("{host}: {error}"));
        }
    }
    shell(site, "deployer", &format!("cd {SECOND} && git add -A && git commit -qm second || :"));
    let wanted = Systems::wanted_in(site, SECOND, &super::HOSTS);
    // Refused or not is decided by who came first; what it says is checked by what the hosts run.
    shell(site, "deployer", &format!("cd {SECOND} && setsid --wait netlib deploy > /root/second.log 2>&1 || :"));
    wanted
}

fn shell(site: &Site, host: &str, line: &str) {
    let output = site.exec(host, line);
    assert!(output.success(), "{host}: {line}: {}", output.stderr);
}

fn good<T>(result: netlib_testbed::Result<T>) {
    if let Err(error) = result {
        panic!("{error}");
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crash(host) => write!(f, "{host} loses power"),
            Self::Kill => write!(f, "netlib is killed"),
            Self::Cut(host, seconds) => write!(f, "{host} is cut off for {seconds} s"),
            Self::DiskFull => write!(f, "the disk of alpha is full"),
            Self::SecondDeployer => write!(f, "somebody else deploys another commit"),
            Self::SshdRestarted(host) => write!(f, "sshd of {host} is restarted"),
            Self::Interrupt => write!(f, "one interrupt"),
            Self::InterruptTwice(millis) => write!(f, "two interrupts within {millis} ms"),
            Self::Hangup => write!(f, "the terminal is closed"),
            Self::UnitKilled(host) => write!(f, "the unit on {host} is killed"),
            Self::UnitAndRecoveryKilled(host) => {
                write!(f, "the unit on {host} and its recovery are killed")
            }
            Self::DaemonReexec(host) => write!(f, "systemd of {host} is executed again"),
        }
    }
}
