//! Crashes, leftovers and damaged records on a host.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// What is on a host of deployments that are over, which should be nothing.
fn left(site: &Site, host: &str) -> String {
    site.exec_must(
        host,
        "cd /run && ls netlib | grep -v -e '^script-' -e '^gate$' -e '^lock$'
         ls /nix/var/nix/gcroots/netlib | grep -v -e '-programs$'
         ls -d /var/lib/netlib/deploys/*/reserve 2>/dev/null
         systemctl list-units --all --no-legend 'netlib-*' | grep -v -e 'netlib-stub' -e not-found -e '\\.mount'
         pgrep -af '[/]run/netlib'
         true",
    )
}

fn assert_nothing_left(site: &Site, host: &str) {
    for _ in 0..100 {
        if left(site, host).is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("left on {host}:\n{}", left(site, host));
}

#[test]
fn attack_17_a_folder_that_is_no_deployment_does_not_make_a_node_unusable() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    site.exec_must(
        "alpha",
        "cd /var/lib/netlib/deploys && mkdir lost+found half && echo x > file && mkdir empty && : > empty/state",
    );
    site.netlib_must("status");
    site.deployed(&network.configure("alpha", "environment.etc.\"new\".text = \"new\";"), "alpha");
    site.exec_must("alpha", "test -d /var/lib/netlib/deploys/lost+found");
    assert_nothing_left(&site, "alpha");
}

#[test]
fn attack_19_probes_end_when_their_connection_breaks() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]).with(
        r#"
        rollout = { timing.minHealthyTime = 1; timing.healthyDeadline = 600; };
        nodes.alpha.checks.word = {
          exec.script = "echo probe >> /run/probes; [ ! -e /root/bad ]";
          period = 1;
          failureThreshold = 1000;
        };
        "#,
    );
    site.deployed(&network, "alpha");
    site.exec_must("alpha", "touch /root/bad; rm -f /run/probes");
    let run = site.start("check");
    site.wait_until("alpha", "probes are made", "test -s /run/probes");
    run.kill();
    site.exec_must("alpha", "pkill -KILL '^sshd' && systemctl restart ssh.service");
    site.wait_until("alpha", "the loop ends", "! pgrep -f 'check [o]nce'");
    let probes = site.exec_must("alpha", "sleep 8; wc -l < /run/probes");
    assert_eq!(site.exec_must("alpha", "sleep 4; wc -l < /run/probes"), probes);
    assert_nothing_left(&site, "alpha");
}

#[test]
fn attack_21_a_unit_that_is_killed_with_its_recovery_still_ends_on_a_confirmed_system() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    assert_nothing_left(&site, "alpha");
    site.write(&network.configure("alpha", GATE));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    let nonce = &site.records("alpha").last().unwrap().nonce.clone();
    // The unit, and then what was to bring it to its end, until systemd has given up on both.
    site.exec_must(
        "alpha",
        &format!("while systemctl is-active netlib-{nonce}.service || systemctl show -P ActiveState netlib-{nonce}.service | grep -q deactivating; do systemctl kill -s KILL netlib-{nonce}.service; done"),
    );
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    site.wait_for_phase("alpha", &toplevel, "rolledBack");
    assert_eq!(site.systems("alpha"), (before.clone(), before));
    assert_says(&text, &["rolled back to the system it ran before"]);
    assert_nothing_left(&site, "alpha");
    site.open_gate("alpha");
    site.netlib_must("deploy");
    site.assert_active("alpha");
    assert_nothing_left(&site, "alpha");
}

#[test]
fn attack_22_a_host_without_inodes_says_so() {
    // Not from disks: what the host keeps in /run is part of it.
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    let before = site.deployed(&network, "alpha");
    site.write(&network.configure("alpha", "environment.etc.\"new\".text = \"new\";"));
    site.exec_must(
        "alpha",
        "rm -f /run/netlib/script-*; mount -o remount,nr_inodes=$(df --output=iused /run | tail -n 1 | tr -d ' ') /run",
    );
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["could not write down its state; nothing was activated", "inodes are used"]);
    assert!(!text.contains("sh -c"), "{text}");
    assert_says(&site.netlib_must("status"), &["alpha"]);
    assert_eq!(site.systems("alpha"), (before.clone(), before));
    site.exec_must("alpha", "mount -o remount,nr_inodes=100000 /run");
    site.netlib_must("deploy");
    site.assert_active("alpha");
    assert_nothing_left(&site, "alpha");
}
