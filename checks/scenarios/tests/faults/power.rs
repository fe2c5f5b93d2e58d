//! A host loses its power during the copy, during the switch, and between the switch and its confirmation.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// Fault 5.
#[test]
fn a_host_that_crashes_during_the_copy_runs_the_old_system() {
    let network = Network::of(&["alpha"]).impatient(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure("alpha", Site::large_copy()));
    let toplevel = site.toplevel("alpha");
    site.gate_copies("alpha");
    let run = site.start("deploy");
    site.wait_for_copy("alpha");
    site.bed.host("alpha").crash().expect("crash");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["copying to root@alpha failed", "0 of 1 nodes active"]);

    site.assert_boots("alpha", &before);
    assert!(site.phases("alpha", &toplevel).is_empty());
    site.ungate_copies("alpha");
    site.netlib_must("deploy");
    site.assert_active("alpha");
    site.exec_must("alpha", &format!("nix-store --verify --check-contents && cat {toplevel}/etc/large >/dev/null"));
    site.assert_boots("alpha", &toplevel);
}

/// Fault 5.
#[test]
fn a_host_that_crashes_during_the_switch_boots_the_old_system() {
    let network = Network::of(&["alpha"]).impatient(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    let gated = network.configure("alpha", &format!("{GATE} environment.etc.\"new\".text = \"new\";"));
    site.write(&gated);
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    site.exec_must("alpha", "test -e /etc/new");
    site.bed.host("alpha").crash().expect("crash");
    site.assert_boots("alpha", &before);
    assert!(!site.exec("alpha", "test -e /etc/new").success());
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the host was restarted in the middle of the activation"]);
    let running = format!("now running: {before} (the system from before)");
    assert_says(&text, &[running.as_str()]);

    // The next run says what it found, and goes through.
    site.open_gate("alpha");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["was stopped in the middle", toplevel.as_str()]);
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["interrupted", "confirmed"]);
    let text = site.netlib_must("deploy");
    assert!(!text.contains("was stopped in the middle"), "{text}");
}
