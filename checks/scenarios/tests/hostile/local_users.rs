//! What other users of a node or of the deployer can do.

use netlib_scenarios::{Network, Site, assert_says};

/// A network whose only node has checks that need a while.
fn with_slow_checks() -> Network {
    Network::of(&["alpha"]).with(
        r#"
        rollout = { timing.minHealthyTime = 1; timing.healthyDeadline = 60; };
        nodes.alpha.checks = lib.genAttrs [ "one" "two" "three" ] (_: {
          exec.script = "sleep 1";
        });
        "#,
    )
}

/// A local user who lies in wait for folders of root's scripts, to have programs of their own run from there.
const LIES_IN_WAIT: &str = r"#!/bin/sh
printf '#!/bin/sh\ntouch /root/owned\n' > /var/tmp/evil
chmod 755 /var/tmp/evil
while :; do
  for folder in /tmp/tmp.* /tmp/netlib* /run/netlib/*; do
    [ -d $folder ] || continue
    echo '/var/tmp/evil 0 0 9 1 1 evil' > $folder.checks
    echo '/var/tmp/evil 0 0 9 1 1 evil' > $folder/checks
    touch /var/tmp/found
  done 2>/dev/null
  touch /var/tmp/lies-in-wait
done
";

#[test]
fn attack_01_a_local_user_finds_no_folder_in_which_checks_are_made() {
    let site = Site::up(&["alpha"]);
    site.deployed(&with_slow_checks(), "alpha");
    let alpha = site.bed.host("alpha");
    alpha.write_file("/var/tmp/wait", LIES_IN_WAIT).unwrap();
    let begin = "useradd mallory && chmod 755 /var/tmp/wait && systemd-run --uid=mallory --unit=mallory /var/tmp/wait";
    site.exec_must("alpha", begin);
    site.wait_until("alpha", "the attacker is there", "test -e /var/tmp/lies-in-wait");
    for _ in 0..3 {
        site.netlib_must("check");
    }
    site.exec_must("alpha", "systemctl is-active mallory");
    site.exec_must("alpha", "test ! -e /root/owned");
    // The attacker's own folders would be found as well: there is none of root's that could be.
    site.exec_must("alpha", "test ! -e /var/tmp/found");
    assert_eq!(site.exec_must("alpha", "ls /run/netlib | grep check || true"), "");
}

#[test]
fn attack_13_a_local_user_can_hold_no_lock_and_a_process_of_roots_that_does_is_named() {
    // Not from disks: what the host keeps in /run is part of it.
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    site.deployed(&network, "alpha");
    site.exec_must("alpha", "useradd mallory");
    for file in ["lock", "gate", "holder"] {
        let hold = format!("setpriv --reuid=mallory --clear-groups flock /run/netlib/{file} true");
        let held = site.exec("alpha", &hold);
        assert!(!held.success() && held.stderr.contains("Permission denied"), "{}", held.stderr);
    }
    site.exec_must("alpha", "systemd-run --unit=holds flock /run/netlib/lock sleep 1234");
    site.wait_until("alpha", "the lock is held", "! flock -n /run/netlib/lock true");
    site.write(&network.configure("alpha", "environment.etc.\"new\".text = \"new\";"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    let process = site.exec_must("alpha", "systemctl show -P MainPID holds");
    assert_says(&text, &[&format!("process {process} "), "flock /run/netlib/lock sleep 1234"]);
    assert_says(&site.netlib("status").1, &[&format!("process {process} ")]);
    site.exec_must("alpha", "systemctl stop holds");
    site.netlib_must("deploy");
    site.assert_active("alpha");
}
