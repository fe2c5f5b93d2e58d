//! Faults of the cable between a host and the bridge: pulled, slow, lossy.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::cgroup::Cgroup;
use crate::error::{Error, Result};
use crate::forward::Forwarder;
use crate::host::Host;
use crate::machine::Machine;
use crate::record::Link;
use crate::site::Site;
use crate::tool::Tool;

/// Said by a forwarder process when frames pass.
const READY: &str = "ready";

/// Brings a host's cable into this state and remembers it for the host's next boot.
pub(crate) fn set(site: &Site, machine: &Machine, link: Link) -> Result<()> {
    if link.loss_percent > 100 {
        return Err(Error::Usage(format!("{} of 100 frames cannot be lost", link.loss_percent)));
    }
    let before = machine.link()?;
    let network = machine.network();
    let slowness = |link: Link| (link.delay_ms, link.loss_percent);
    if slowness(before) != slowness(link) {
        network.shortcut(machine.record())?;
        if link.is_slow() {
            start_forwarder(site, machine, link)?;
        }
    }
    machine.remember_link(link)?;
    network.carry(machine.record(), link)
}

/// A bed that outlives this process needs a forwarder that does so too.
fn start_forwarder(site: &Site, machine: &Machine, link: Link) -> Result<()> {
    if site.tied_to_this_process {
        return Forwarder::start(machine.network(), machine.record(), link).map(|_| ());
    }
    start_process(site, machine, link)
}

fn start_process(site: &Site, machine: &Machine, link: Link) -> Result<()> {
    let bed = site.directory().file_name().unwrap_or_default();
    let group = Cgroup::at_root(site.id())?.child("forward");
    group.create()?;
    let program = std::env::current_exe().map_err(Error::io("find", "the running program".as_ref()))?;
    let tool = Tool::new("start a forwarder", "sh")
        .args(["-c", r#"echo $$ > "$1" && shift && exec setsid "$@""#, "sh"])
        .arg(group.procs())
        .arg(program)
        .args(["forward", "--name"])
        .arg(bed)
        .arg(machine.name())
        .args([link.delay_ms.to_string(), link.loss_percent.to_string()]);
    let mut child = tool
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(tool.spawn_error())?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line).map_err(tool.spawn_error())?;
    }
    if line.trim() == READY {
        return Ok(());
    }
    // It has ended, or will: it is not what was expected.
    let output = child.wait_with_output().map_err(tool.spawn_error())?;
    Err(Error::Usage(format!(
        "the forwarder of host \"{}\" did not start; only the testbed program can slow down the hosts of a bed \
         that does not belong to its own process: {}",
        machine.name(),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// What a forwarder process does: says that it is ready and forwards until the devices are removed.
pub(crate) fn forward(host: &Host, link: Link) -> Result<()> {
    let machine = host.machine()?;
    let forwarder = Forwarder::start(machine.network(), machine.record(), link)?;
    println!("{READY}");
    forwarder.wait();
    Ok(())
}
