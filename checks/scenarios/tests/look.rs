//! For people who look: pictures of a network, where a value comes from, files of a phone; and the smallest modules at work.

use netlib_scenarios::{NETWORK, Network, Site, assert_says};

/// Two hosts and a phone in a mesh, their names in a domain, a greeting for one of them, people with their keys.
fn network() -> Network {
    Network::of(&["alpha", "beta"])
        .importing("hosts")
        .importing("hello")
        .importing("ssh-access")
        .configure(
            "alpha",
            "networking.firewall.allowedTCPPorts = [ 8080 ];\n  environment.etc.\"motd\".text = \"from the working tree\";",
        )
        .with(
            r#"
            defaults.nixos = { lib, node, ... }: lib.mkIf (node.name == "alpha") {
              environment.etc.motd.text = lib.mkDefault (1 + "fails");
            };
            externals.phone = {
              description = "Anna's phone";
              publicKeys.wireguard = "pDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
            };
            wireguard-mesh.wg0 = {
              subnet = "10.10.0.0/24";
              members = {
                alpha.address = "10.10.0.1";
                beta.address = "10.10.0.2";
                phone = { address = "10.10.0.9"; relay = "alpha"; };
              };
              relays = [ "alpha" ];
            };
            hosts.home.domain = "home.arpa";
            hello.morning = {
              server = "alpha";
              clients = [ "beta" ];
              greeting = "Good morning!";
            };
            "#,
        )
}

/// A parser of the deployer, which knows nothing of netlib.
const JSON: &str = "python3 -c 'import json, sys; json.load(sys.stdin)'";

/// Stands for Graphviz: says what it was asked for, and gives back the graph.
const DOT: &str =
    "printf '#!/bin/sh\\necho \"drawn with $*\"; cat\\n' > /usr/local/bin/dot && chmod +x /usr/local/bin/dot";

/// Each opening bracket outside of quotes is closed again by its own kind.
fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    let mut is_quoted = false;
    for character in text.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '{' => open.push('}'),
            '[' => open.push(']'),
            '(' => open.push(')'),
            '}' | ']' | ')' if open.pop() != Some(character) => return false,
            _ => {}
        }
    }
    open.is_empty() && !is_quoted
}

fn shows_the_topology(site: &Site) {
    let text = site.netlib_must("topology");
    assert_says(&text, &["alpha", "beta", "phone", "wg0", "10.10.0.1", "10.10.0.9"]);

    site.must("netlib topology --json > /root/picture");
    site.exec_must("deployer", &format!("{JSON} < /root/picture"));
    let picture = site.exec_must("deployer", "cat /root/picture");
    assert_says(&picture, &["alpha", "beta", "phone", "10.10.0.9"]);

    let (status, text) = site.netlib("topology --svg");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["the program `dot` was not found", "nix shell nixpkgs#graphviz"]);
    site.exec_must("deployer", DOT);
    let picture = site.must("netlib topology --svg");
    assert_says(&picture, &["drawn with -Tsvg\ndigraph ", "phone", "10.10.0.9"]);
    for (format, first) in [("--dot", "digraph "), ("--mermaid", "graph LR\n")] {
        let picture = site.must(&format!("netlib topology {format}"));
        assert!(picture.starts_with(first), "{picture}");
        assert!(is_balanced(&picture), "{picture}");
        assert_says(&picture, &["alpha", "beta", "phone", "10.10.0.9", "7070/tcp"]);
    }
    let (status, text) = site.netlib("topology --dot --svg");
    assert_eq!(status, 2, "{text}");
}

fn explains_where_values_come_from(site: &Site) {
    let ports = site.netlib_must("explain alpha networking.firewall.allowedTCPPorts");
    assert_says(
        &ports,
        &[
            // The user's own file, in the working tree and not in the store.
            &format!("- {NETWORK}/alpha.nix"),
            "8080",
            "netlib.modules.hello: ",
            "as configure.alpha",
            "7070",
            "overridden:",
            "(the option's default)",
        ],
    );
    let text = site.netlib_must("explain alpha 'environment.etc.\"motd\".text'");
    assert_says(
        &text,
        &["not shown: overridden definitions", "from the working tree", &format!("{NETWORK}/alpha.nix")],
    );

    for (arguments, words) in [
        ("alpha networking.hostNam", ["the node `alpha` has no option networking.hostNam", "hostName"]),
        ("alpah networking.hostName", ["there is no node `alpah`", "`alpha`"]),
    ] {
        let (status, text) = site.netlib(&format!("explain {arguments}"));
        assert_eq!(status, 2, "{text}");
        assert_says(&text, &words);
        assert!(!text.contains("does not evaluate"), "{text}");
    }
}

/// What a phone is given is what other programs read.
fn renders_the_files_of_the_phone(site: &Site) {
    let key = site.exec_must("deployer", "wg genkey | tee /root/phone.key");
    site.must("nix run .#render -- phone wg0.conf --private-key /root/phone.key > /root/wg0.conf");
    let stripped = site.exec_must("deployer", "wg-quick strip /root/wg0.conf");
    let peer = site.exec_must("alpha", "wg pubkey < /var/lib/netlib/wireguard-mesh/wg0/private-key");
    assert_says(&stripped, &[&key, &peer, "Endpoint = alpha:51820"]);
    assert!(!stripped.contains("Address"), "{stripped}");

    site.must("nix run .#render -- phone known_hosts > /root/known_hosts");
    for host in ["alpha", "beta"] {
        // Nothing else may make the host known.
        site.exec_must(
            "deployer",
            &format!(
                "ssh -F none -o BatchMode=yes -o GlobalKnownHostsFile=/dev/null -o UserKnownHostsFile=/root/known_hosts root@{host} true"
            ),
        );
    }

    // On a terminal, with what an app scans; without the key a picture would be of no use.
    let shown = site.exec_must(
        "deployer",
        "cd /root/network && script -qec 'nix run .#render -- phone --private-key /root/phone.key' /dev/null",
    );
    assert_says(&shown, &["==> wg0.conf: ", "==> known_hosts: ", "▀"]);
    let without =
        site.exec_must("deployer", "cd /root/network && script -qec 'nix run .#render -- phone wg0.conf' /dev/null");
    assert!(
        without.contains("@PRIVATE_KEY@ stands for the private key of phone") && !without.contains('▀'),
        "{without}"
    );
    for (words, why) in [
        ("phon", "there are no files for `phon`: there are files for `phone`"),
        ("phone nope", "`phone` has no file `nope`: its files are `known_hosts`, `wg0.conf`"),
        ("phone --private-key /etc/hostname.none", "the private key /etc/hostname.none cannot be read"),
        ("phone --private-key /etc/passwd", "holds no private key"),
        ("--wrong", "there is no option --wrong"),
    ] {
        let text =
            site.exec_must("deployer", &format!("cd /root/network && nix run .#render -- {words} 2>&1; test $? = 2"));
        assert_says(&text, &[why]);
    }
}

fn the_modules_are_at_work(site: &Site) {
    for (from, to, address) in [("alpha", "beta", "10.10.0.2"), ("beta", "alpha", "10.10.0.1")] {
        site.wait_until(from, "the mesh is up", &format!("ping -q -c 1 -W 2 {address}"));
        // The bed knows each host by its bare name already.
        for name in [format!("{to}.home.arpa"), format!("{to}.wg0.home.arpa"), format!("{to}.wg0")] {
            let known = site.exec_must(from, &format!("getent ahostsv4 {name}"));
            assert!(known.starts_with(&format!("{address} ")), "{name}: {known}");
            site.exec_must(from, &format!("ping -q -c 1 -W 5 {name}"));
        }
    }
    let phone = site.exec_must("beta", "getent hosts phone.home.arpa");
    assert!(phone.starts_with("10.10.0.9 "), "{phone}");

    let place = site.exec_must("beta", "cat /etc/hello/morning");
    assert_eq!(place, "10.10.0.1:7070");
    let greeting = site.exec_must("beta", "bash -c 'exec 3<>/dev/tcp/10.10.0.1/7070; cat <&3'");
    assert_eq!(greeting, "Good morning!");
}

#[test]
fn people_can_look_at_a_network_that_is_at_work() {
    let site = Site::up(&["alpha", "beta"]);
    site.write(&network());
    shows_the_topology(&site);

    site.gather();
    explains_where_values_come_from(&site);
    renders_the_files_of_the_phone(&site);

    site.netlib_must("deploy");
    the_modules_are_at_work(&site);

    let (status, text) = site.netlib("check");
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["hello-morning", "ssh-host-key"]);
    site.exec_must("alpha", "systemctl stop hello-morning.socket");
    let (status, text) = site.netlib("check");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["alpha  unhealthy  hello-morning"]);
}
