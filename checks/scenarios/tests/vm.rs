//! What only a virtual machine shows: boot loaders, kernels and panics. Minutes each, so they are a part of `checks/run` of their own.

use netlib_scenarios::{Network, Site, assert_says};
use netlib_testbed::BedOptions;

/// The node is restarted where its system needs that, into a system on trial.
const ON_TRIAL: &str = "nodes.alpha.activation = { bootOnce = true; reboot = \"when-needed\"; rebootTimeout = 400; };";

/// A virtual machine and the network of it.
fn site() -> (Site, Network) {
    let site = Site::with(BedOptions::new(["alpha"]).virtual_machine("alpha"));
    (site, Network::of(&["alpha"]).with(ON_TRIAL))
}

fn booted(site: &Site) -> String {
    site.exec_must("alpha", "readlink -f /run/booted-system")
}

/// The system that the boot loader boots when nobody tells it anything.
fn default_entry(site: &Site) -> String {
    let entry = site.exec_must("alpha", "sed -n 's/^default //p' /boot/loader/loader.conf");
    let options = site.exec_must(
        "alpha",
        &format!("sed -n 's/^options init=\\([^ ]*\\)\\/init .*/\\1/p' /boot/loader/entries/{entry}"),
    );
    let leftovers =
        "ls -d /var/lib/netlib/trial* /nix/var/nix/profiles/system-profiles/netlib-trial* 2>/dev/null || true";
    assert_eq!(site.exec_must("alpha", leftovers), "", "nothing of a trial is left");
    options
}

#[test]
fn a_system_is_the_default_once_its_boot_was_confirmed_and_one_that_panics_never_is() {
    let (site, network) = site();
    let first = site.deployed(&network, "alpha");
    assert_eq!(default_entry(&site), first);

    let second = network.clone().configure("alpha", "boot.kernelParams = [ \"second\" ];");
    site.write(&second);
    let text = site.netlib_must("deploy --goal boot");
    site.assert_active("alpha");
    let good = booted(&site);
    assert_eq!((default_entry(&site), &site.toplevel("alpha")), (good.clone(), &good), "{text}");
    assert_says(&site.exec_must("alpha", "cat /proc/cmdline"), &["second"]);

    let panics = "boot.kernelParams = [ \"third\" ]; systemd.services.panics = { \
                  wantedBy = [ \"multi-user.target\" ]; serviceConfig.ExecStart = \"/bin/sh -c 'echo c >/proc/sysrq-trigger'\"; };";
    site.write(&network.configure("alpha", panics));
    let (status, text) = site.netlib("deploy");
    assert_ne!(status, 0, "{text}");
    assert_says(&text, &["the new system did not come up"]);
    assert_eq!(site.systems("alpha"), (good.clone(), good.clone()), "{text}");
    assert_eq!((booted(&site), default_entry(&site)), (good.clone(), good), "{text}");
}
