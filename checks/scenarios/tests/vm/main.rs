//! What only a virtual machine shows: boot loaders, kernels and panics. Minutes each: `once` is a part of `checks/run` of its own, and
//! `checks/vm --all` runs the others too.

mod ends;
mod grub;
mod once;
mod power;

use std::time::Duration;

use netlib_scenarios::{Network, Site};
use netlib_testbed::BedOptions;

/// The node is restarted where its system needs that, into a system on trial.
const SYSTEMD_BOOT: &str = "defaults.nixos.boot.loader.systemd-boot.enable = true;";
const GRUB: &str =
    "defaults.nixos.boot.loader.grub = { enable = lib.mkForce true; device = \"nodev\"; efiSupport = true; };";
const ON_TRIAL: &str = "nodes.alpha.activation = { bootOnce = true; reboot = \"when-needed\"; rebootTimeout = 400; };";

/// A virtual machine and the network of it, with a boot loader.
fn site(loader: &str) -> (Site, Network) {
    let site = Site::with(BedOptions::new(["alpha"]).virtual_machine("alpha"));
    // NixOS' own installers know no other parameters than those of the system.
    let own = site.exec_must("alpha", "cat /etc/netlib-vm/parameters").replace(' ', "\" \"");
    let parameters = format!("defaults.nixos.boot.kernelParams = lib.mkBefore [ \"{own}\" ];");
    (site, Network::of(&["alpha"]).with(ON_TRIAL).with(loader).with(&parameters))
}

/// The same, and what the machine has booted; what is deployed from now on differs from that.
fn booted_site() -> (Site, Network, String) {
    let (site, network) = site(SYSTEMD_BOOT);
    site.deployed(&network, "alpha");
    let network = network.configure("alpha", "boot.kernelParams = [ \"first\" ];");
    site.write(&network);
    site.netlib_must("deploy --goal boot");
    let booted = booted(&site);
    (site, network, booted)
}

fn booted(site: &Site) -> String {
    site.exec_must("alpha", "readlink -f /run/booted-system")
}

/// The system that the boot loader boots when nobody tells it anything.
fn default_entry(site: &Site) -> String {
    // That of GRUB comes first.
    let place = "if cd /boot/grub 2>/dev/null; then file=grub.cfg; else cd /boot/loader/entries && \
                 file=$(sed -n 's/^default //p' ../loader.conf); fi";
    let init = "sed -n 's/.* init=\\([^ ]*\\)\\/init .*/\\1/p' \"$file\" | head -n 1";
    site.exec_must("alpha", &format!("{place}; {init}"))
}

/// The same where no trial goes on.
fn settled_entry(site: &Site) -> String {
    let leftovers =
        "ls -d /var/lib/netlib/trial* /nix/var/nix/profiles/system-profiles/netlib_trial* 2>/dev/null || true";
    assert_eq!(site.exec_must("alpha", leftovers), "", "nothing of a trial is left");
    default_entry(site)
}

/// Waits until a line of shell succeeds there, through any number of restarts.
fn wait(site: &Site, what: &str, line: &str) {
    let host = site.bed.host("alpha");
    let is_so = host.wait_until(what, Duration::from_secs(600), |host| {
        Ok(host.exec(["sh", "-c", line]).is_ok_and(|output| output.success()))
    });
    is_so.unwrap_or_else(|error| panic!("{error}"));
}
