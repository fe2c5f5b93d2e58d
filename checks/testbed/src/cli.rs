//! The verbs of the `testbed` binary.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::bed::Bed;
use crate::cable;
use crate::chroot::Chroot;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::install::install;
use crate::layout::Layout;
use crate::notice;
use crate::options::BedOptions;
use crate::record::Link;
use crate::requirements;
use crate::site::clean_up;
use crate::status;
use crate::suite::Suite;

/// Networks of real hosts (systemd, sshd, Nix) on this machine.
#[derive(Debug, Parser)]
#[command(name = "testbed", version)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Install what beds need ahead of time: tools, root file systems, boringtun.
    Install {
        /// Suites to build root file systems of.
        #[arg(long, value_delimiter = ',', default_value = "trixie")]
        suite: Vec<Suite>,
    },
    /// Bring up a bed: the hosts named and a deployer; it stays until `down`.
    Up(Up),
    /// Run a command on a host, with its stdin and exit status.
    Exec {
        #[command(flatten)]
        at: At,
        /// The command and its arguments, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Open a login shell on a host.
    Shell(At),
    /// List beds, their hosts and what is wrong with them on purpose.
    Status,
    /// Pull a host's network cable.
    Cut(At),
    /// Plug a host's network cable in again.
    Heal(At),
    /// Switch a host's power off without warning.
    Crash(At),
    /// Boot a host again from its disk.
    Boot(At),
    /// Hold each frame to and from a host for some milliseconds; 0 ends it.
    Delay {
        #[command(flatten)]
        at: At,
        /// How long; a round trip takes twice that longer.
        milliseconds: u64,
        /// How many of a hundred frames are lost.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
        loss: u8,
    },
    /// Fill the disk of a host that was given a limit (up --disk-limit).
    Fill {
        #[command(flatten)]
        at: At,
        /// Free it again.
        #[arg(long)]
        undo: bool,
    },
    /// Take a bed down and remove everything of it.
    Down {
        /// The bed's name.
        #[arg(long, default_value = "default")]
        name: String,
    },
    /// Remove what beds of ended processes have left behind, as the next `up` would.
    Clean,
    /// Run a command on a throw-away copy of a root file system, in /src, without booting.
    Chroot {
        /// The suite whose root file system is copied.
        #[arg(long, default_value = "trixie")]
        suite: Suite,
        /// A variable of its environment, as NAME=VALUE.
        #[arg(long)]
        env: Vec<OsString>,
        /// The command and its arguments, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Forward a slow host's frames (started by `delay`).
    #[command(hide = true)]
    Forward {
        #[command(flatten)]
        at: At,
        milliseconds: u32,
        loss: u8,
    },
}

#[derive(Debug, Args)]
struct At {
    /// The bed's name.
    #[arg(long, default_value = "default")]
    name: String,
    /// The host's name.
    host: String,
}

impl At {
    fn host(&self) -> Result<Host> {
        Ok(Bed::attach(&self.name)?.host(&self.host))
    }
}

#[derive(Debug, Args)]
struct Up {
    /// The hosts, separated by commas.
    #[arg(long, value_delimiter = ',', required = true)]
    hosts: Vec<String>,
    /// The bed's name.
    #[arg(long, default_value = "default")]
    name: String,
    /// The Debian release of all hosts but the deployer.
    #[arg(long, default_value = "trixie")]
    suite: Suite,
    /// The Debian release of one host, as HOST=SUITE.
    #[arg(long, value_parser = assignment::<Suite>)]
    suite_of: Vec<(String, Suite)>,
    /// A host's disk size, as HOST=SIZE (200M, 1G).
    #[arg(long, value_parser = assignment::<String>)]
    disk_limit: Vec<(String, String)>,
    /// A host that is a virtual machine with a kernel and a boot loader of its own.
    #[arg(long)]
    vm: Vec<String>,
    /// Take it down when stdin is closed, for scripts that must leave nothing behind.
    #[arg(long)]
    tied: bool,
    /// The netlib binary for the deployer; if not given, the one cargo built last.
    #[arg(long)]
    netlib: Option<PathBuf>,
}

/// Parses `HOST=VALUE`.
fn assignment<T: std::str::FromStr>(text: &str) -> std::result::Result<(String, T), String>
where
    T::Err: std::fmt::Display,
{
    let (host, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not of the form HOST=VALUE"))?;
    let value = value.parse().map_err(|error: T::Err| error.to_string())?;
    Ok((host.to_owned(), value))
}

impl Cli {
    /// Does what was asked and returns the exit status.
    pub fn run(self) -> Result<i32> {
        requirements::root()?;
        say_if_another_is_meant()?;
        match self.verb {
            Verb::Install { suite } => install(&Layout::of_this_checkout()?, &suite)?,
            Verb::Up(up) => up.run()?,
            Verb::Exec { at, command } => return at.host()?.command(command).pass_through(),
            Verb::Shell(at) => return at.host()?.command(["bash", "-l"]).pass_through(),
            Verb::Status => print!("{}", status::describe(&Layout::of_this_checkout()?)?),
            Verb::Cut(at) => at.host()?.cut()?,
            Verb::Heal(at) => at.host()?.heal()?,
            Verb::Crash(at) => at.host()?.crash()?,
            Verb::Boot(at) => at.host()?.boot()?,
            Verb::Delay { at, milliseconds, loss } => {
                let host = at.host()?;
                host.lose(loss)?;
                host.delay(Duration::from_millis(milliseconds))?;
            }
            Verb::Fill { at, undo: false } => at.host()?.fill_disk()?,
            Verb::Fill { at, undo: true } => at.host()?.free_disk()?,
            Verb::Down { name } => Bed::attach(&name)?.down()?,
            Verb::Clean => clean_up(&Layout::of_this_checkout()?)?,
            Verb::Chroot { suite, env, command } => {
                let chroot = Chroot::new(&Layout::of_this_checkout()?, suite)?;
                return env.into_iter().fold(chroot, Chroot::env).pass_through(&command);
            }
            Verb::Forward { at, milliseconds, loss } => {
                let link = Link { cut: false, delay_ms: milliseconds, loss_percent: loss };
                cable::forward(&at.host()?, link)?;
            }
        }
        Ok(0)
    }
}

/// Whoever names the checkout knows which one it is.
fn say_if_another_is_meant() -> Result<()> {
    if std::env::var_os("NETLIB_CHECKOUT").is_none()
        && let Ok(here) = std::env::current_dir()
        && let Some(message) = Layout::of_this_checkout()?.mistaken_for(&here)
    {
        notice(&message);
    }
    Ok(())
}

impl Up {
    fn run(self) -> Result<()> {
        let mut options = BedOptions::new(self.hosts).name(self.name).suite(self.suite);
        if !self.tied {
            options = options.until_down();
        }
        for (host, suite) in self.suite_of {
            options = options.suite_of(host, suite);
        }
        for (host, size) in self.disk_limit {
            options = options.disk_limit(host, size);
        }
        options = self.vm.into_iter().fold(options, BedOptions::virtual_machine);
        if let Some(netlib) = self.netlib {
            options = options.netlib(netlib);
        }
        let bed = Bed::up(options)?;
        let hosts = bed.hosts();
        let names: Vec<&str> = hosts.iter().map(Host::name).collect();
        eprintln!("testbed: bed \"{}\" is up: {}", bed.name(), names.join(", "));
        if self.tied {
            std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).map_err(Error::io("read", "stdin".as_ref()))?;
            bed.down()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn assignments() {
        assert_eq!(assignment("a=forky"), Ok(("a".to_owned(), Suite::Forky)));
        assert!(assignment::<Suite>("a=sarge").unwrap_err().contains("unknown suite"));
        assert!(assignment::<Suite>("forky").unwrap_err().contains("HOST=VALUE"));
    }

    #[test]
    fn a_command_may_have_options_of_its_own() {
        let cli = Cli::try_parse_from(["testbed", "exec", "alpha", "--", "ls", "--name", "-l"]).unwrap();
        let Verb::Exec { at, command } = cli.verb else {
            panic!("not exec");
        };
        assert_eq!((at.name.as_str(), at.host.as_str()), ("default", "alpha"));
        assert_eq!(command, ["ls", "--name", "-l"]);
    }
}
