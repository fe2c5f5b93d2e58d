//! WireGuard interfaces.

use std::time::Duration;

use netlib_testbed::{BedOptions, Suite};

use crate::lab::Lab;

/// A WireGuard host: its number in the tunnel's networks, and its peers as Nix.
fn tunnel(number: u8, peers: &str) -> String {
    format!(
        r#"{{ networking.wireguard.interfaces.wg0 = {{
          ips = [ "10.9.0.{number}/24" "fd09::{number}/64" ];
          privateKeyFile = "/var/lib/wg/key";
          generatePrivateKeyFile = true;
          listenPort = 51820;
          peers = [ {peers} ];
        }}; }}"#
    )
}

fn peer(number: u8, host: &str, key: &str) -> String {
    format!(
        r#"{{ publicKey = "{key}"; endpoint = "{host}:51820"; allowedIPs = [ "10.9.0.{number}/32" "fd09::{number}/128" "10.77.{number}.0/24" ]; }}"#
    )
}

fn assert_tunnel(lab: &Lab) {
    for (host, other) in [("alpha", 2), ("beta", 1)] {
        lab.must(host, &format!("ping -c 1 -W 10 10.9.0.{other}"));
        lab.must(host, &format!("ping -c 1 -W 10 fd09::{other}"));
    }
}

fn tunnel_between(alpha: Suite, beta: Suite) -> Lab {
    let lab = Lab::up(BedOptions::new(["alpha", "beta"]).suite_of("alpha", alpha).suite_of("beta", beta));
    for (host, number) in [("alpha", 1), ("beta", 2)] {
        let alone = lab.build(host, &tunnel(number, ""));
        lab.switch_must(host, &alone, "test");
    }
    let [first, second] = ["alpha", "beta"].map(|host| lab.must(host, "wg pubkey < /var/lib/wg/key"));
    for (host, number, peer) in [("alpha", 1, peer(2, "beta", &second)), ("beta", 2, peer(1, "alpha", &first))] {
        let before = lab.must(host, "systemctl show --property=MainPID --value wireguard-wg0");
        let joined = lab.build(host, &tunnel(number, &peer));
        let text = lab.switch_must(host, &joined, "test");
        assert!(text.contains("reloading the following units: wireguard-wg0.service"), "{text}");
        let after = lab.must(host, "systemctl show --property=MainPID --value wireguard-wg0");
        assert_eq!(before, after, "a new peer restarted the interface");
    }
    assert_tunnel(&lab);
    lab
}

#[test]
fn a_tunnel_carries_both_ways_and_outlives_its_process() {
    let lab = tunnel_between(Suite::Trixie, Suite::Trixie);
    assert_eq!(lab.must("alpha", "stat -c '%a %U' /var/lib/wg/key"), "600 root");
    lab.must("alpha", "ip route show dev wg0 | grep -q '^10.77.2.0/24'");

    // The process dies: the service brings the interface back with all that was set up.
    lab.must("alpha", "systemctl kill --kill-whom=main --signal=KILL wireguard-wg0");
    lab.bed
        .host("alpha")
        .wait_until("the tunnel is back", Duration::from_secs(240), |host| {
            Ok(host.exec(["ping", "-c", "1", "-W", "1", "10.9.0.2"])?.success())
        })
        .unwrap_or_else(|error| panic!("{error}"));

    // A peer that goes takes its routes with it; without the interface nothing of it is left.
    let alone = lab.build("alpha", &tunnel(1, ""));
    lab.switch_must("alpha", &alone, "test");
    assert_eq!(lab.must("alpha", "wg show wg0 peers; ip route show dev wg0 | grep 10.77 || true"), "");
    let none = lab.build("alpha", "{ }");
    lab.switch_must("alpha", &none, "test");
    lab.must("alpha", "! ip link show dev wg0 2>/dev/null && ! pgrep -x boringtun-cli");

    // An endpoint that nothing resolves fails the switch and names the unit.
    let lost =
        lab.build("alpha", &tunnel(1, &peer(2, "nowhere.invalid", "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=")));
    let (status, text) = lab.switch("alpha", &lost, "test");
    assert_eq!(status, 4, "{text}");
    assert!(text.contains("the following units failed: wireguard-wg0.service"), "{text}");
    lab.must("alpha", "journalctl --unit=wireguard-wg0 | grep nowhere.invalid");
}

#[test]
fn a_tunnel_stands_between_older_and_newer_debian() {
    tunnel_between(Suite::Bookworm, Suite::Forky);
}
