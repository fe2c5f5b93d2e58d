//! A disk that is full.

use netlib_scenarios::{Network, Site, assert_says};
use netlib_testbed::BedOptions;

/// Fault 11: during the copy.
#[test]
fn a_full_disk_during_the_copy_is_named_and_nothing_is_activated() {
    let site = Site::with(BedOptions::new(["alpha"]).disk_limit("alpha", "120M"));
    let network = Network::of(&["alpha"]);
    let before = site.deployed(&network, "alpha");
    site.write(&network.configure(
        "alpha",
        "environment.etc.\"large\".source = pkgs.runCommand \"large\" { } \"dd if=/dev/urandom of=$out bs=1M count=150\";",
    ));
    let toplevel = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["no space left on root@alpha", "nix-collect-garbage"]);
    assert_says(&text, &["nothing was activated", "0 of 1 nodes active"]);
    assert!(site.phases("alpha", &toplevel).is_empty());
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));
    site.assert_boots("alpha", &before);
}

/// Fault 11: before and during the activation.
#[test]
fn a_disk_that_is_full_when_state_is_written_leaves_the_old_system_and_the_truth() {
    let site = Site::with(BedOptions::new(["alpha"]).disk_limit("alpha", "200M"));
    let alpha = site.bed.host("alpha");
    let network = Network::of(&["alpha"]);
    let before = site.deployed(&network, "alpha");

    // The new system itself fills the disk: the space for its end was set aside before.
    let greedy = r#"systemd.services.greedy = {
        wantedBy = [ "multi-user.target" ];
        serviceConfig.Type = "oneshot";
        script = "[ -e /root/modest ] || { dd if=/dev/zero of=/var/filler bs=64k || dd if=/dev/zero of=/var/filler2 bs=512; }";
      };"#;
    site.write(&network.configure("alpha", greedy));
    let toplevel = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["No space left on device", "0 of 1 nodes active"]);
    assert_eq!(site.phases("alpha", &toplevel), ["rolledBack"], "{text}");
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));

    // Full from the start, and everything is copied already: the record cannot be written, so nothing begins.
    alpha.fill_disk().expect("fill");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["could not write down its state", "nothing was activated"]);
    assert_eq!(site.phases("alpha", &toplevel), ["rolledBack"]);
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));

    alpha.free_disk().expect("free");
    site.assert_boots("alpha", &before);
    site.exec_must("alpha", "touch /root/modest");
    site.netlib_must("deploy");
    site.assert_active("alpha");
    site.assert_boots("alpha", &toplevel);
}
