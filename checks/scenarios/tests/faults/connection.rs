//! The way to the host breaks: from outside, or by the new system.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// Fault 4: the connection is killed, and the switch is not repeated.
#[test]
fn a_connection_killed_during_the_switch_loses_nothing() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let counted = format!("{GATE} system.activationScripts.count.text = \"echo once >> /root/count\";");
    site.write(&network.configure("alpha", &counted));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    site.exec_must("alpha", "pkill -KILL '^sshd' && systemctl restart ssh.service");
    // What only looks is asked again over another connection, without a word.
    site.wait_until("alpha", "netlib is back", "pgrep '^sshd-session'");
    site.open_gate("alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    assert_eq!(site.exec_must("alpha", "cat /root/count"), "once");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_boots("alpha", &toplevel);
}

/// Fault 4, earlier: what arrived stays, and the rest follows over another connection.
#[test]
fn a_connection_killed_during_the_copy_is_made_again() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    site.write(&network.configure("alpha", Site::large_copy()));
    let toplevel = site.toplevel("alpha");
    site.gate_copies("alpha");
    let run = site.start("deploy");
    site.wait_for_copy("alpha");
    site.exec_must("alpha", "pkill -KILL '^sshd' && systemctl restart ssh.service");
    run.wait_for("the connection broke; copying the rest");
    site.ungate_copies("alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
}

/// A connection that ends while nothing is done over it is made again, too; and a killed netlib leaves none for long.
#[test]
fn a_connection_that_ended_during_a_build_is_made_again() {
    let site = Site::up(&["alpha"]);
    let waits = "environment.etc.\"slow\".source = pkgs.runCommand \"slow\" { } \
         \"touch /tmp/build-reached; until [ -e /tmp/build-open ]; do sleep 0.1; done; touch $out\";";
    site.write(&Network::of(&["alpha"]).configure("alpha", waits));
    let run = site.start("deploy");
    site.wait_until("deployer", "the build runs", "test -e /tmp/build-reached");
    let masters = site.exec_must("deployer", "pgrep -af 'ssh .*ControlPersist'");
    assert_says(&masters, &["ControlPersist=2m"]);
    site.exec_must("deployer", "pkill -KILL -f 'ssh .*[C]ontrolPersist'");
    // Longer than a connection is believed to be there without a look.
    site.exec_must("deployer", "sleep 21; touch /tmp/build-open");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    site.assert_active("alpha");
}
