//! The power goes while the entry of a boot on trial is made.

use super::{booted, booted_site, default_entry, settled_entry, wait};

/// What is there from that moment on.
const MOMENTS: [(&str, &str); 3] = [
    ("the system has a profile", "test -L /nix/var/nix/profiles/system-profiles/netlib_trial"),
    ("the boot loader has its entry", "grep -q moment-1 /boot/loader/entries/*.conf"),
    ("it is to boot once", "ls /sys/firmware/efi/efivars/LoaderEntryOneShot-*"),
];

#[test]
fn a_host_whose_power_goes_while_the_entry_is_made_boots_a_whole_system_and_takes_the_next_deploy() {
    let (site, network, mut good) = booted_site();
    for (number, (what, condition)) in MOMENTS.into_iter().enumerate() {
        let next = network.clone().configure("alpha", &format!("boot.kernelParams = [ \"moment-{number}\" ];"));
        site.write(&next);
        let new = site.toplevel("alpha");
        // As without power: nothing more is written.
        let cut = format!("until {condition}; do sleep 0.02; done >/dev/null 2>&1; echo b >/proc/sysrq-trigger");
        site.exec_must("alpha", &format!("systemd-run --quiet --unit=cut sh -c '{cut}'"));
        let (status, text) = site.netlib("deploy");
        let up = format!("test \"$(readlink -f /run/booted-system)\" != {new} || [ ! -e /var/lib/netlib/trial ]");
        wait(&site, "a system after the power loss", &up);
        let (ran, boots) = (booted(&site), default_entry(&site));
        assert_eq!(ran, boots, "{what}: {text}");
        assert_eq!(ran == new, status == 0, "{what}: {text}");
        assert!(ran == new || ran == good, "{what}: {text}");
        site.netlib_must("deploy");
        good = booted(&site);
        assert_eq!((&good, settled_entry(&site)), (&new, new.clone()), "{what}");
    }
}
