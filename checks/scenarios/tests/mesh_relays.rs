//! Members that nobody can call reach each other through a relay, and nodes agree on preshared keys that nobody else sees.

use netlib_scenarios::{Network, Site, assert_says};

const HOSTS: [&str; 3] = ["alpha", "beta", "gamma"];
const KEYS: &str = "/var/lib/netlib/wireguard-mesh/wg0/preshared";

/// Beta and gamma have no address for the others, so alpha is between them.
fn network() -> Network {
    Network::of(&HOSTS)
        .with_mesh("[ \"10.10.0.0/24\" \"fd00:10::/64\" ]", &HOSTS)
        .with("nodes.beta.addresses = [ ]; nodes.gamma.addresses = [ ];")
        .with("wireguard-mesh.wg0 = { relays = [ \"alpha\" ]; presharedKeys = true; };")
}

/// What a host's interface has as preshared keys, by the peers' public keys.
fn preshared_keys(site: &Site, host: &str) -> Vec<String> {
    let shown = site.exec_must(host, "wg show wg0 preshared-keys");
    shown.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

#[test]
fn hidden_members_talk_through_a_relay_with_preshared_keys() {
    let site = Site::up(&HOSTS);
    site.write(&network());

    // The first time nobody knows the others' keys yet; deploying says what to do.
    site.gather();
    let fact = site.must("cat facts/alpha.json");
    assert_says(&fact, &["\"wireguard-mesh-wg0-psk-beta\": \"pending\""]);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["is not made yet", "netlib facts gather --on alpha"]);

    site.gather();
    site.netlib_must("deploy");
    // The relay can only pass packets on when both have called it.
    site.wait_until("beta", "gamma answers", "ping -q -c 1 -W 1 gamma.wg0");
    for family in ["-4", "-6"] {
        site.assert_mesh(&["beta", "gamma", "alpha"], "wg0", family);
    }

    // One tunnel each for the hidden ones: what they say to each other goes through alpha.
    for host in ["beta", "gamma"] {
        assert_eq!(site.exec_must(host, "wg show wg0 peers | wc -l"), "1");
    }

    // Both ends of a tunnel have the same key, each tunnel another, and it is nowhere on the deployer.
    let relay = preshared_keys(&site, "alpha");
    for host in ["beta", "gamma"] {
        let keys = preshared_keys(&site, host);
        assert_eq!(keys.len(), 1, "{keys:?}");
        assert!(keys[0].len() == 44 && relay.contains(&keys[0]), "{host}");
    }
    assert_ne!(relay[0], relay[1]);
    for key in &relay {
        let found =
            site.exec("deployer", &format!("grep -rlF -- '{key}' /root /tmp /nix/store /run/netlib 2>/dev/null"));
        assert_eq!(found.stdout, "");
    }
    assert_eq!(site.exec_must("beta", &format!("stat -c '%a %U' {KEYS}/alpha-*")), "400 root");

    // Gathering again changes nothing.
    let text = site.netlib_must("facts gather");
    assert_says(&text, &["unchanged"]);
}

#[test]
fn a_node_notices_that_a_tunnel_which_worked_is_gone() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    let network = Network::of(&hosts).with_mesh("\"10.10.0.0/24\"", &hosts);
    site.write(&network);
    site.gather();
    site.netlib_must("deploy");
    let programs = site.copy_programs("beta");
    let check = || site.probe("beta", &programs, "wireguard-mesh-wg0");

    // Nobody had a tunnel before the first deployment, so nobody has to answer; without one there is nothing to keep.
    assert_eq!(check().0, 0, "{}", check().1);
    site.exec_must("alpha", "systemctl stop wireguard-wg0");
    assert_eq!(check().0, 0, "{}", check().1);

    // With a live tunnel before the switch, the other end has to answer after it.
    site.exec_must("alpha", "systemctl start wireguard-wg0");
    site.wait_until("beta", "alpha answers", "ping -q -c 1 -W 1 alpha.wg0");
    site.write(&network.configure("beta", "environment.etc.\"changed\".text = \"yes\";"));
    site.netlib_must("deploy");
    assert_eq!(check().0, 0, "{}", check().1);
    site.exec_must("alpha", "systemctl stop wireguard-wg0");
    let (status, text) = check();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["no answer through wg0 from: alpha (10.10.0.", "last handshake"]);

    // Its own half is looked at in any case.
    site.exec_must("beta", "systemctl stop wireguard-wg0");
    let (status, text) = check();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the interface wg0 is not there", "journalctl"]);
}

#[test]
fn a_preshared_key_for_another_key_pair_is_refused_and_made_anew() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    site.write(
        &Network::of(&hosts).with_mesh("\"10.10.0.0/24\"", &hosts).with("wireguard-mesh.wg0.presharedKeys = true;"),
    );
    site.gather();
    site.gather();
    site.netlib_must("deploy");
    site.assert_mesh(&hosts, "wg0", "-4");
    let before = site.systems("beta");

    // Beta is installed anew: what alpha made for its old key opens to nothing, and the deployment is reverted.
    site.exec_must("beta", &format!("rm -r {KEYS}"));
    site.must("touch facts && netlib facts gather --on beta && git add facts && git commit -qm Facts");
    site.write(
        &Network::of(&hosts)
            .with_mesh("\"10.10.0.0/24\"", &hosts)
            .with("wireguard-mesh.wg0.presharedKeys = true;")
            .configure("beta", "environment.etc.\"again\".text = \"yes\";"),
    );
    let (status, text) = site.netlib("deploy --on beta");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["alpha made is for another key than the one of beta"]);
    assert_eq!(site.systems("beta").1, before.1, "{text}");

    site.gather();
    site.netlib_must("deploy");
    site.assert_active("beta");
    site.assert_mesh(&hosts, "wg0", "-4");
}
