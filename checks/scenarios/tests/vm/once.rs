//! A boot on trial that succeeds, and one that panics.

use netlib_scenarios::{Site, assert_says};

use super::{SYSTEMD_BOOT, booted, settled_entry, site};

#[test]
fn a_system_is_the_default_once_its_boot_was_confirmed_and_one_that_panics_never_is() {
    let site = assert_boots_once(SYSTEMD_BOOT);

    // An entry whose boots are counted, which the loader knows without the count.
    let bootctl = "#!/bin/sh\\ncase $1 in set-oneshot) echo $2 ;; --print-boot-path) echo /root ;; esac\\n";
    let entry = "mkdir -p /root/bin /root/loader/entries && echo options init=/nix/store/x/init >/root/loader/entries/nixos-x+3-1.conf";
    let fake = format!("{entry} && printf '{bootctl}' >/root/bin/bootctl && chmod 755 /root/bin/bootctl");
    let choose = "PATH=/root/bin:$PATH /run/current-system/netlib/boot-once /nix/store/x";
    assert_eq!(site.exec_must("alpha", &format!("{fake} && {choose}")), "nixos-x.conf");
}

/// The same with each boot loader.
pub(super) fn assert_boots_once(loader: &str) -> Site {
    let (site, network) = site(loader);
    let first = site.deployed(&network, "alpha");
    assert_eq!(settled_entry(&site), first);

    let second = network.clone().configure("alpha", "boot.kernelParams = [ \"second\" ];");
    site.write(&second);
    let text = site.netlib_must("deploy --goal boot");
    site.assert_active("alpha");
    let good = booted(&site);
    assert_eq!((settled_entry(&site), &site.toplevel("alpha")), (good.clone(), &good), "{text}");
    assert_says(&site.exec_must("alpha", "cat /proc/cmdline"), &["second"]);

    // Whoever sits at a console has time to read what the kernel says; nobody sits here.
    let panics = "boot.kernelParams = lib.mkAfter [ \"third\" \"panic=1\" ]; systemd.services.panics = { \
                  wantedBy = [ \"multi-user.target\" ]; serviceConfig.ExecStart = \"/bin/sh -c 'echo c >/proc/sysrq-trigger'\"; };";
    site.write(&network.configure("alpha", panics));
    let (status, text) = site.netlib("deploy");
    assert_ne!(status, 0, "{text}");
    assert_says(&text, &["the new system did not come up"]);
    assert_eq!(site.systems("alpha"), (good.clone(), good.clone()), "{text}");
    assert_eq!((booted(&site), settled_entry(&site)), (good.clone(), good), "{text}");
    site
}
