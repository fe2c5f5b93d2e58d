//! What the kernel and the machine must offer, tried out and not guessed.

use std::fs::{self, OpenOptions};
use std::path::Path;

use crate::apt;
use crate::cgroup::Cgroup;
use crate::error::{Error, Result};
use crate::notice;
use crate::tap;
use crate::tool::Tool;

/// How many inotify instances a user may have.
const WATCHERS: &str = "/proc/sys/fs/inotify/max_user_instances";
const ENOUGH_WATCHERS: u32 = 1024;

/// All within a tmpfs, so that the kind of the machine's own file systems does not matter.
const TRY_OVERLAY: &str = "mount -t tmpfs tmpfs /tmp && cd /tmp && mkdir lower upper work root && \
     mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root";
const TRY_NETWORK: &str = "ip link add br0 type bridge && ip link add v0 type veth peer name v1 && \
     ip link set v0 master br0";

/// Installs the tools that are missing, then makes sure that hosts can run here; else tells all that is missing.
pub(crate) fn check() -> Result<()> {
    root()?;
    apt::install_prerequisites()?;
    let attempts = [
        attempt(
            "namespaces (mount, pid, uts, ipc, net, cgroup)",
            &["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork", "true"],
        ),
        attempt("overlayfs", &["--mount", "sh", "-c", TRY_OVERLAY]),
        attempt("bridges and veth devices", &["--net", "sh", "-c", TRY_NETWORK]),
        tun(),
        cgroups(),
    ];
    let missing: Vec<String> = attempts.into_iter().filter_map(Result::err).map(|e| e.to_string()).collect();
    if missing.is_empty() {
        return enough_watches();
    }
    Err(Error::Missing(missing))
}

/// Each systemd holds a handful of inotify instances, and all hosts are root's: twenty need more than a kernel allows
/// by default. The setting is the machine's and lasts until its next boot.
fn enough_watches() -> Result<()> {
    let path = Path::new(WATCHERS);
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    if text.trim().parse::<u32>().is_ok_and(|now| now >= ENOUGH_WATCHERS) {
        return Ok(());
    }
    notice(&format!("sets {WATCHERS} to {ENOUGH_WATCHERS} (it was {}), so that many hosts can run", text.trim()));
    fs::write(path, ENOUGH_WATCHERS.to_string()).map_err(Error::io("write", path))
}

/// Nothing here works without it.
pub(crate) fn root() -> Result<()> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    Err(Error::Missing(vec!["root: namespaces, mounts and bridges are root's business; run it as root".into()]))
}

fn attempt(what: &str, args: &[&str]) -> Result<()> {
    Tool::new(what, "unshare").args(args).run().map(|_| ())
}

fn tun() -> Result<()> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(tap::DEVICE)
        .map(|_| ())
        .map_err(|error| Error::Usage(format!("TUN: {} cannot be opened: {error}", tap::DEVICE)))
}

fn cgroups() -> Result<()> {
    let group = Cgroup::at_root(&format!("netlib-try-{}", std::process::id()))?;
    group.create()?;
    group.remove()
}
