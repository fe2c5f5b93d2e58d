//! A run takes up what an earlier one began.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// Fault 6: the second run finds the first one's activation and ends it.
#[test]
fn a_deployer_killed_during_the_switch_takes_it_up_again() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    let before = site.deployed(&network, "alpha");
    site.write(&network.configure("alpha", GATE));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    run.kill();
    assert_eq!(site.systems("alpha").1, before);

    let again = site.start("deploy");
    again.wait_for("already");
    site.open_gate("alpha");
    let (status, text) = again.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_boots("alpha", &toplevel);
}
