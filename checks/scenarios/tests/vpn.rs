//! A VPN with two servers: clients reach each other, what is behind the servers, and with a full tunnel everything.

use netlib_scenarios::{Network, Site};

const HOSTS: [&str; 4] = ["gate", "cellar", "laptop", "kiosk"];

/// Stands for the Internet: an address that only the gate has.
const OUTSIDE: &str = "198.51.100.7";
/// Stands for a network behind the other server.
const BEHIND: &str = "192.168.7.1";

const VPN: &str = r#"
  imports = [ netlib.modules.wireguard-vpn ];
  nodes.laptop.addresses = [ ];
  nodes.kiosk.addresses = [ ];
  externals.phone.publicKeys.wireguard = "pDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
  rollout.timing.minHealthyTime = 1;
  wireguard-vpn.vpn = {
    subnet = [ "10.20.0.0/24" "fd00:20::/64" ];
    dns = [ "10.20.0.1" ];
    servers.gate = { address = "10.20.0.1"; internetGateway.externalInterface = "eth0"; };
    servers.cellar.networks = [ "192.168.7.0/24" ];
    clients.laptop.server = "cellar";
    clients.kiosk = { server = "gate"; tunnel = "full"; };
    clients.phone.server = "gate";
  };
"#;

fn ping(address: &str) -> String {
    format!("ping -q -c 1 -W 2 {address}")
}

#[test]
fn clients_reach_each_other_the_networks_behind_and_everything() {
    let site = Site::up(&HOSTS);
    site.exec_must("gate", &format!("ip address add {OUTSIDE}/32 dev lo"));
    site.exec_must("cellar", &format!("ip address add {BEHIND}/32 dev lo"));
    site.write(&Network::of(&HOSTS).with(VPN));
    site.gather();
    site.netlib_must("deploy");

    // The check of a client, whose server has to answer.
    let programs = site.copy_programs("laptop");
    let (status, text) = site.probe("laptop", &programs, "wireguard-vpn-vpn");
    assert_eq!(status, 0, "{text}");

    // Clients of two servers, through both of them.
    site.wait_until("laptop", "kiosk answers", &ping("kiosk.vpn"));
    for family in ["-4", "-6"] {
        site.assert_mesh(&HOSTS, "vpn", family);
    }

    // What is behind a server, from a client of it and from one of the other.
    for client in ["laptop", "kiosk"] {
        site.exec_must(client, &ping(BEHIND));
    }

    // Everything goes through the full tunnel, nothing else through the split one.
    site.exec_must("kiosk", &ping(OUTSIDE));
    assert!(!site.exec("laptop", &ping(OUTSIDE)).success());
    let route = site.exec_must("kiosk", &format!("ip route get {OUTSIDE}"));
    assert!(route.contains("dev vpn"), "{route}");
    let resolver = site.exec_must("kiosk", "cat /etc/resolv.conf");
    assert!(resolver.contains("nameserver 10.20.0.1"), "{resolver}");

    // An answer from the node's own address goes out by its own link: it can still be deployed from afar.
    let own = site.exec_must(
        "kiosk",
        "ip -o -4 address show scope global | grep -v ' vpn ' | awk '{ print $4 }' | cut -d / -f 1 | head -n 1",
    );
    let rules = site.exec_must("kiosk", "ip -4 rule");
    assert!(rules.contains(&format!("from {own} lookup main")), "{rules}");

    // Back to a split tunnel: no rule is left.
    site.write(
        &Network::of(&HOSTS)
            .with(&VPN.replace("tunnel = \"full\";", ""))
            .configure("kiosk", "environment.etc.\"split\".text = \"yes\";"),
    );
    site.netlib_must("deploy");
    let rules = site.exec_must("kiosk", "ip -4 rule");
    assert!(!rules.contains("28268"), "{rules}");
    site.exec_must("kiosk", &ping(BEHIND));
    assert!(!site.exec("kiosk", &ping(OUTSIDE)).success());

    site.exec_must("cellar", "systemctl stop wireguard-vpn");
    let (status, text) = site.probe("laptop", &programs, "wireguard-vpn-vpn");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("no answer through vpn from: cellar"), "{text}");
}
