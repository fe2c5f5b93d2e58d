//! A mesh that changes while it runs: new members and new keys, on hosts that reach each other by name.

use netlib_scenarios::{Network, Site, assert_says};

const SUBNET: &str = "\"10.10.0.0/24\"";

/// The process that holds the interface: another one means that all sessions were lost.
fn tunnel_process(site: &Site, host: &str) -> String {
    let show = "systemctl show --property=MainPID --value wireguard-wg0";
    site.exec(host, show).stdout
}

#[test]
fn a_mesh_takes_in_a_member_and_another_key_while_it_runs() {
    let site = Site::up(&["alpha", "beta", "gamma"]);
    site.write(&Network::of(&["alpha", "beta"]).with_mesh(SUBNET, &["alpha", "beta"]));
    site.gather();
    site.netlib_must("deploy");
    site.assert_mesh(&["alpha", "beta"], "wg0", "-4");
    let before = tunnel_process(&site, "alpha");

    let hosts = ["alpha", "beta", "gamma"];
    site.write(&Network::of(&hosts).with_mesh(SUBNET, &hosts));
    site.gather();
    site.netlib_must("deploy");
    site.assert_mesh(&hosts, "wg0", "-4");
    assert_eq!(tunnel_process(&site, "alpha"), before, "a new member restarted the tunnel");

    // As the module's README says: remove the key, gather again, deploy.
    let key = "/var/lib/netlib/wireguard-mesh/wg0/private-key";
    let old = site.exec("beta", &format!("wg pubkey < {key} && rm {key}"));
    site.gather();
    let text = site.must("cat facts/beta.json");
    assert!(!text.contains(old.stdout.trim()), "{text}");
    site.netlib_must("deploy");
    site.assert_mesh(&hosts, "wg0", "-4");

    // A key of its own that nobody else knows: it looks well by itself, and nobody would answer it.
    site.exec_must("gamma", &format!("wg genkey > {key} && systemctl restart wireguard-wg0"));
    let (status, text) = site.netlib("check --on gamma");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("but the others know this node by"), "{text}");
}

#[test]
fn an_endpoint_whose_name_resolves_late_is_reached_once_it_does() {
    let site = Site::up(&["alpha", "beta"]);
    let often = "networking.wireguard.interfaces.wg0.dynamicEndpointRefreshSeconds = 1;";
    let network = Network::of(&["alpha", "beta"])
        .with_mesh(SUBNET, &["alpha", "beta"])
        .with("nodes.alpha.addresses = []; wireguard-mesh.wg0.members.alpha = { endpoint = \"alpha.later:51820\"; listenPort = 51820; };")
        .with("wireguard-mesh.wg0.members.beta.endpoint = null;")
        .configure("beta", often);
    site.write(&network);
    site.gather();
    site.netlib_must("deploy");
    assert!(!site.exec("beta", "ping -c 1 -W 1 alpha.wg0").success());
    site.exec_must("beta", "echo 192.0.2.11 alpha.later >> /etc/hosts");
    site.wait_until("beta", "alpha is found", "ping -q -c 1 -W 2 alpha.wg0");
    // It moves.
    site.exec_must("alpha", "ip address add 192.0.2.99/24 dev eth0");
    site.exec_must("beta", "sed -i 's/192.0.2.11 alpha.later/192.0.2.99 alpha.later/' /etc/hosts");
    site.wait_until(
        "beta",
        "alpha is followed",
        "wg show wg0 endpoints | grep -qF 192.0.2.99 && ping -q -c 1 -W 2 alpha.wg0",
    );
}

/// The deployer reaches beta through alpha's tunnel alone.
#[test]
fn number_17_a_key_changes_over_its_own_tunnel_on_both_ends_or_on_none() {
    let network = Network::of(&["alpha", "beta"])
        .with("wireguard-mesh.wg0 = { subnet = \"10.10.0.0/24\"; members = { alpha = { }; beta.address = \"10.10.0.2\"; }; };")
        .with("rollout.timing = { minHealthyTime = 1; healthyDeadline = 30; };");
    let site = Site::up(&["alpha", "beta"]);
    site.write(&network);
    site.gather();
    site.netlib_must("deploy");
    site.assert_mesh(&["alpha", "beta"], "wg0", "-4");

    let way = "[ \"-J\" \"root@alpha\" \"-o\" \"HostKeyAlias=beta\" ]";
    let network =
        network.with(&format!("nodes.beta.target = {{ host = lib.mkForce \"10.10.0.2\"; sshOptions = {way}; }};"));
    let version = |number: u8| format!("wireguard-mesh.wg0.members.beta.keyVersion = {number};");
    let key = || site.must("grep -o 'wireguard-mesh-wg0.*' facts/beta.json");
    let first = key();
    site.write(&network.clone().with(&version(2)));
    site.gather();
    let second = key();
    assert_ne!(first, second);
    // Said before anything is done, and refused where alpha could not learn it first.
    assert_says(
        &site.netlib_must("plan"),
        &[
            "beta gets another key, over this tunnel itself",
            "Its peers (alpha) learn it first and talk to it under either key",
        ],
    );
    let before = ["alpha", "beta"].map(|host| site.systems(host));
    site.write(&network.clone().with(&version(2)).with("nodes.alpha.deploy.after = [ \"beta\" ];"));
    let (status, text) = site.netlib("deploy");
    assert_eq!((status, ["alpha", "beta"].map(|host| site.systems(host))), (2, before), "{text}");
    assert_says(&text, &["beta gets another key, but alpha, which has to know it first, comes later"]);
    site.write(&network.clone().with(&version(2)));
    site.netlib_must("deploy");
    site.assert_mesh(&["alpha", "beta"], "wg0", "-4");
    let good = site.systems("beta");

    // beta does not come up with the third one, which alpha knows by then.
    let fails = "systemd.services.fails = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; script = \"exit 1\"; };";
    site.write(&network.with(&version(3)).configure("beta", fails));
    site.gather();
    let (status, text) = site.netlib("deploy");
    assert_eq!((status, site.systems("beta")), (1, good), "{text}");
    assert_says(&text, &["fails.service failed", "the host rolled back to the system it ran before"]);
    site.wait_until("alpha", "beta answers under its earlier key", "ping -q -c 1 -W 1 beta.wg0");
    site.assert_mesh(&["alpha", "beta"], "wg0", "-4");
}
