//! The clock of a host is years off, or jumps.
//!
//! The hosts of a bed share the machine's clock, so it is not set: `date` answers something else on the host, which is
//! the only clock its side of netlib looks at.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// A `date` that is years off, another number of them each time it is asked.
const JUMPING: &str = r#"#!/bin/sh
count=$(($(cat /run/clock 2>/dev/null || echo 0) + 1))
echo "$count" > /run/clock
case $((count % 3)) in 0) off='12 years ago' ;; 1) off='now + 9 years' ;; *) off='now + 1 year' ;; esac
exec /usr/bin/date --date "$off" "$@"
"#;

/// Fault 12: no deadline comes early, none never.
#[test]
fn a_clock_that_is_years_off_changes_no_deadline() {
    let site = Site::up(&["alpha"]);
    let alpha = site.bed.host("alpha");
    alpha.write_file("/usr/local/sbin/date", JUMPING).expect("date");
    site.exec_must("alpha", "chmod +x /usr/local/sbin/date");
    let network = Network::of(&["alpha"])
        .impatient(&["alpha"])
        .with("nodes.alpha.activation = { timeout = 100; confirmTimeout = 100; };");
    let before = site.deployed(&network, "alpha");
    site.exec_must("alpha", "test -s /run/clock");

    // While it goes on, both systems are safe from garbage collection.
    let gated = network.clone().configure("alpha", GATE);
    site.write(&gated);
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    let kept = site.exec_must("alpha", "readlink /nix/var/nix/gcroots/netlib/*");
    assert_says(&kept, &[toplevel.as_str(), before.as_str()]);
    site.open_gate("alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);

    // Nobody confirms: it rolls back all the same.
    let short = network.with("nodes.alpha.activation.confirmTimeout = lib.mkForce 3;");
    site.write(&short.configure("alpha", &format!("{GATE} environment.etc.\"new\".text = \"new\"; system.activationScripts.cut.text = \"echo 1 > /proc/sys/net/ipv6/conf/eth0/keep_addr_on_down; /usr/bin/ip link set eth0 down\";")));
    let unconfirmed = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_phase("alpha", &unconfirmed, "rolledBack");
    site.exec_must("alpha", "ip link set eth0 up");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["rolled back to the system it ran before"]);
    assert_eq!(site.systems("alpha"), (toplevel.clone(), toplevel.clone()));
    site.assert_boots("alpha", &toplevel);
}
