//! The way to the host breaks: from outside, or by the new system.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// Fault 4: the connection is killed, and the switch is not repeated.
#[test]
fn a_connection_killed_during_the_switch_loses_nothing() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    site.deployed(&network, "alpha");
    let counted =
        format!("{GATE} system.activationScripts.count.text = \"echo once >> /root/count\";");
    site.write(&network.configure("alpha", &counted));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    site.exec_must(
        "alpha",
        "pkill -KILL '^sshd' && systemctl restart ssh.service",
    );
    run.wait_for("lost the connection");
    site.open_gate("alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    assert_eq!(site.exec_must("alpha", "cat /root/count"), "once");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_boots("alpha", &toplevel);
}
