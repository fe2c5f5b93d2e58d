//! Deployers and hosts with other versions of Nix.

use netlib_scenarios::{Network, Site, assert_says};
use netlib_testbed::{BedOptions, Suite};

/// Fault 16.
#[test]
fn a_deployer_with_nix_2_34_deploys_to_2_26_and_2_8() {
    deploys("alpha", Suite::Trixie, Suite::Forky, &["2.34", "2.26", "2.8"]);
}

/// Fault 16: the reverse.
#[test]
fn a_deployer_with_nix_2_26_deploys_to_2_34_and_2_8() {
    deploys("alpha", Suite::Forky, Suite::Trixie, &["2.26", "2.34", "2.8"]);
}

/// Deploys to a host of this suite and to one of bookworm: first well, then a system that fails.
fn deploys(host: &str, suite: Suite, deployer: Suite, versions: &[&str]) {
    let hosts = [host, "beta"];
    let site = Site::with(
        BedOptions::new(hosts).suite_of("deployer", deployer).suite_of(host, suite).suite_of("beta", Suite::Bookworm),
    );
    for (machine, version) in ["deployer", host, "beta"].iter().zip(versions) {
        let found = site.exec_must(machine, "nix --version");
        assert!(found.contains(&format!(" {version}")), "{machine}: {found}");
    }
    let mut network = Network::of(&hosts).with_mesh("\"10.40.0.0/24\"", &hosts);
    site.write(&network);
    site.gather();
    site.netlib_must("deploy");
    for host in hosts {
        site.assert_active(host);
    }
    site.assert_mesh(&hosts, "wg0", "-4");

    let before = hosts.map(|host| site.systems(host).0);
    for host in hosts {
        network =
            network.configure(host, r#"system.activationScripts.broken.text = "echo this one fails >&2; false";"#);
    }
    site.write(&network);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["this one fails", "0 of 2 nodes active"]);
    for (host, before) in hosts.iter().zip(before) {
        assert_eq!(site.systems(host), (before.clone(), before.clone()), "{text}");
        site.assert_boots(host, &before);
    }
}
