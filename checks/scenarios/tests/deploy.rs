//! Deploying: first time, nothing to do, one changed node, order, local and sudo targets.

use netlib_scenarios::{Network, Site, assert_says};

const HOSTS: [&str; 3] = ["alpha", "beta", "gamma"];

#[test]
fn a_mesh_is_deployed_left_alone_and_changed_node_by_node() {
    let site = Site::up(&HOSTS);
    let network = Network::of(&HOSTS).with_mesh("\"10.10.0.0/24\"", &HOSTS);
    site.write(&network);

    // The first deploy needs the facts, and says so.
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("netlib facts gather"), "{text}");
    for host in HOSTS {
        assert_eq!(site.systems(host), (String::new(), String::new()), "{text}");
    }

    site.gather();
    let text = site.must("nix run .#deploy 2>&1");
    assert!(text.contains("3 of 3 nodes active"), "{text}");
    for host in HOSTS {
        site.assert_active(host);
    }
    site.assert_mesh(&HOSTS, "wg0", "-4");

    // Nothing to do: every node is left alone and said to be up to date.
    let text = site.netlib_must("deploy");
    assert!(text.matches("up to date").count() >= 3, "{text}");
    assert!(text.contains("3 of 3 nodes active"), "{text}");

    // One changed node: only that one moves.
    let before: Vec<_> = HOSTS.map(|host| site.systems(host)).to_vec();
    site.write(&network.configure("beta", "environment.etc.\"changed\".text = \"yes\";"));
    let text = site.netlib_must("deploy --dry-run");
    assert_says(&text, &["would change", "beta: /nix/store/", "  to build: ", "wave 1  alpha, beta, gamma"]);
    assert_eq!(HOSTS.map(|host| site.systems(host)).to_vec(), before, "a dry run changed a host");
    // One connection for all the work, and one for the confirmation where there is something to confirm.
    let logins = || HOSTS.map(|host| logins(&site, host));
    let earlier = logins();
    site.netlib_must("deploy");
    let more: Vec<usize> = std::iter::zip(logins(), earlier).map(|(now, earlier)| now - earlier).collect();
    assert_eq!(more, [1, 2, 1]);
    assert_eq!(site.exec("beta", "cat /etc/changed").stdout, "yes");
    assert_eq!(site.systems("alpha"), before[0]);
    assert_ne!(site.systems("beta"), before[1]);
    assert_eq!(site.systems("gamma"), before[2]);
    site.assert_active("beta");
    site.assert_mesh(&HOSTS, "wg0", "-4");
}

/// How often anybody has logged in on a host.
fn logins(site: &Site, host: &str) -> usize {
    let counted =
        site.exec_must(host, "journalctl --sync && journalctl -q --no-pager | grep -c 'Accepted publickey for'");
    counted.parse().expect("a number")
}

/// The address by which the other hosts reach a host over IPv6.
fn ipv6_of(site: &Site, host: &str) -> String {
    site.exec_must(host, "ip -6 -o address show dev eth0 scope global | awk '{ print $4 }' | cut -d / -f 1 | head -n 1")
}

#[test]
fn a_mesh_over_ipv6_and_a_member_behind_nat() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    let (router, alpha) = (ipv6_of(&site, "deployer"), ipv6_of(&site, "alpha"));
    // Beta calls alpha at the router, which neither of them is told.
    site.exec_must("deployer", &format!("systemd-run --unit=router /src/checks/stand-ins/udp-nat 4500 {alpha} 51820"));
    let network = Network::of(&hosts)
        .with_mesh("[ \"fd00:10::/64\" \"10.20.0.0/24\" ]", &hosts)
        .with("nodes.beta.addresses = [ ];")
        .with(&format!(
            "wireguard-mesh.wg0.members = {{ alpha.endpoint = \"[{router}]:4500\"; beta.keepalive = 1; }};"
        ));
    site.write(&network);
    site.gather();
    site.netlib_must("deploy");
    // Only the member without an endpoint can open the tunnel, and its keepalive does.
    site.wait_until("alpha", "beta answers", "ping -6 -q -c 1 -W 1 beta.wg0");
    site.assert_mesh(&["beta", "alpha"], "wg0", "-6");
    site.assert_mesh(&["alpha", "beta"], "wg0", "-4");
    let endpoints = site.exec_must("alpha", "wg show wg0 endpoints");
    assert!(endpoints.contains(&format!("[{router}]:")), "{endpoints}");

    // The router forgets everybody, so nothing comes in: the keepalive opens another way, and alpha notices.
    site.exec_must("deployer", "systemctl restart router");
    site.wait_until("alpha", "beta answers", "ping -6 -q -c 1 -W 1 beta.wg0");
}

#[test]
fn an_order_between_nodes_is_kept_and_a_selection_keeps_it() {
    let site = Site::up(&HOSTS);
    let note = |node: &str| format!("system.activationScripts.note.text = \"date +%s%N > /root/activated-{node}\";");
    let mut network = Network::of(&HOSTS)
        .with("deploy.order.one = { nodes = [ \"beta\" ]; after = [ \"gamma\" ]; };")
        .with("deploy.order.two = { nodes = [ \"alpha\" ]; after = [ \"beta\" ]; };");
    for host in HOSTS {
        network = network.configure(host, &note(host));
    }
    site.write(&network);
    site.netlib_must("deploy --on alpha --on gamma");
    let when = |host: &str| -> u128 {
        let text = site.exec(host, &format!("cat /root/activated-{host}")).stdout;
        text.trim().parse().unwrap_or_else(|_| panic!("{host}: {text:?}"))
    };
    assert!(when("gamma") < when("alpha"));
    assert_eq!(site.systems("beta"), (String::new(), String::new()));
    site.netlib_must("deploy");
    site.assert_active("beta");
}

#[test]
fn the_deployer_deploys_to_itself_without_ssh() {
    let site = Site::up(&[]);
    site.write(
        &Network::of(&["deployer"])
            .with("nodes.deployer.target.local = true;")
            .configure("deployer", "environment.etc.\"local\".text = \"yes\";"),
    );
    site.exec("deployer", "chmod 000 /usr/bin/ssh");
    let text = site.netlib_must("deploy");
    assert!(text.contains("1 of 1 nodes active"), "{text}");
    site.assert_active("deployer");
    assert_eq!(site.exec("deployer", "cat /etc/local").stdout, "yes");
}

#[test]
fn a_user_with_sudo_deploys_and_one_without_is_told() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]).with("nodes.alpha.target.user = \"admin\";"));
    let text = site.netlib_must("deploy");
    assert!(text.contains("1 of 1 nodes active"), "{text}");
    site.assert_active("alpha");

    site.exec("alpha", "rm -f /etc/sudoers.d/*");
    site.write(
        &Network::of(&["alpha"])
            .with("nodes.alpha.target.user = \"admin\";")
            .configure("alpha", "environment.etc.\"second\".text = \"yes\";"),
    );
    let before = site.systems("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("sudo"), "{text}");
    assert_eq!(site.systems("alpha"), before);
}

#[test]
fn two_pins_in_one_network_and_debian_releases_with_other_nix_versions() {
    use netlib_testbed::{BedOptions, Suite};
    let hosts = ["alpha", "beta", "gamma"];
    let site = Site::with(BedOptions::new(hosts).suite_of("beta", Suite::Forky).suite_of("gamma", Suite::Bookworm));
    site.exec(
        "deployer",
        "cp -r /src/checks/nixpkgs-stub /root/other-nixpkgs && chmod -R u+w /root/other-nixpkgs && echo 25.05 > /root/other-nixpkgs/.version",
    );
    let other = "builtins.fetchTree { type = \"path\"; path = \"/root/other-nixpkgs\"; narHash = \"HASH\"; }";
    let hash = site.exec("deployer", "nix hash path /root/other-nixpkgs").stdout.trim().to_owned();
    site.write(
        &Network::of(&hosts)
            .with_mesh("\"10.30.0.0/24\"", &hosts)
            .with(&format!("nodes.beta.nixpkgs = {};", other.replace("HASH", &hash))),
    );
    site.gather();
    site.netlib_must("deploy");
    let version = |host: &str| site.exec(host, "cat /run/current-system/nixos-version").stdout;
    assert!(version("beta").contains("25.05"), "{}", version("beta"));
    assert!(!version("alpha").contains("25.05"), "{}", version("alpha"));
    assert_eq!(version("alpha"), version("gamma"));
    for host in hosts {
        site.assert_active(host);
    }
    site.assert_mesh(&hosts, "wg0", "-4");
}
