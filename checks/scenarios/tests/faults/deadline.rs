//! A switch that takes too long.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// Fault 2.
#[test]
fn a_switch_that_hangs_past_its_deadline_goes_back() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    // The rollback has as long.
    let hasty = network.with("nodes.alpha.activation.timeout = 10;");
    site.write(&hasty.configure("alpha", GATE));
    let toplevel = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["did not end within 10 seconds"]);
    assert_says(&text, &["the host rolled back to the system it ran before"]);
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));
    assert_eq!(site.phases("alpha", &toplevel), ["rolledBack"]);
    site.assert_boots("alpha", &before);
}

#[test]
fn a_switch_that_waits_says_for_which_unit() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    site.write(&network.configure("alpha", GATE));
    let run = site.start("deploy");
    run.wait_for("systemd is at work on gate.service (start)");
    site.open_gate("alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    site.assert_active("alpha");
}
