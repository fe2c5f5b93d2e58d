//! Faults of the cable between a host and the bridge: pulled, slow, lossy.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::cgroup::Cgroup;
use crate::error::{Error, Result};
use crate::forward::Forwarder;
use crate::host::Host;
use crate::machine::Machine;
use crate::record::{BedRecord, Link};
use crate::site::Site;
use crate::tool::Tool;

/// Said by a forwarder process when frames pass.
const READY: &str = "ready";

/// Brings a host's cable into this state and remembers it for the host's next boot.
pub(crate) fn set(site: &Site, machine: &Machine, link: Link) -> Result<()> {
    if link.loss_percent > 100 {
        return Err(Error::Usage(format!(
            "{} of 100 frames cannot be lost",
            link.loss_percent
        )));
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
    let record = BedRecord::read(site.directory())?;
    match record {
        Some(record) if record.until_down => start_process(site, machine, &record.name, link),
        _ => Forwarder::start(machine.network(), machine.record(), link).map(|_| ()),
    }
}

fn start_process(site: &Site, machine: &Machine, bed: &str, link: Link) -> Result<()> {
    let group = Cgroup::at_root(site.id())?.child("forward");
    group.create()?;
    let program =
        std::env::current_exe().map_err(Error::io("find", "the running program".as_ref()))?;
    let tool = Tool::new("start a forwarder", "sh")
        .args(["-c", r#"echo $$ > "$1" && shift && exec setsid "$@""#, "sh"])
        .arg(group.procs())
        .arg(program)
        .args(["forward", "--name", bed, machine.name()])
        .args([link.delay_ms.to_string(), link.loss_percent.to_string()]);
    let mut child = tool
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(tool.spawn_error())?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(tool.spawn_error())?;
    }
    if line.trim() == READY {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "the forwarder of host \"{}\" did not start; only the testbed program can slow down the hosts of a bed that stays up",
        machine.name()
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
