//! The machine itself: whose it is, what it cannot do without a restart, and what it has no room for.

use netlib_scenarios::{Network, Site, assert_says};

const RECORD: &str = "/var/lib/netlib/network";

/// Refused before anything is built, and nothing is changed anywhere.
fn refuses(site: &Site, arguments: &str, node: &str, words: &[&str]) {
    let before = ["alpha", "beta"].map(|host| site.systems(host));
    let (status, text) = site.netlib(arguments);
    assert_eq!(status, 1, "{text}");
    assert_says(&text, words);
    assert_eq!(["alpha", "beta"].map(|host| site.systems(host)), before, "{text}");
    let toplevel = site.toplevel(node);
    assert!(!site.sh(&format!("test -e {toplevel}")).success(), "{text}");
}

#[test]
fn number_01_the_machine_of_another_node_is_refused() {
    let network = Network::of(&["alpha", "beta"]);
    let site = Site::deployed_on(&["alpha", "beta"], &network);
    let new = |network: Network, name: &str| network.configure(name, "environment.etc.\"new\".text = \"yes\";");
    let of_alpha = ["this host is the machine of the node \"alpha\", not of \"beta\"", "formerNames = [ \"alpha\" ]"];

    // A mistake in a target, with or without the node whose machine it is.
    let mistaken = network.clone().with("nodes.beta.target.host = lib.mkForce \"alpha.bed\";");
    site.write(&new(mistaken, "beta"));
    refuses(&site, "deploy --on beta", "beta", &of_alpha);
    refuses(&site, "deploy --on beta --adopt", "beta", &of_alpha);
    refuses(&site, "deploy", "beta", &of_alpha);
    refuses(&site, "rollback beta", "beta", &of_alpha);
    assert_says(&site.netlib("status").1, &["node        alpha, by its record"]);

    // Machines that were swapped, where each answers under the name of the other.
    let swapped = network
        .clone()
        .with("nodes.alpha.target.host = lib.mkForce \"beta\"; nodes.beta.target.host = lib.mkForce \"alpha\";");
    site.write(&new(new(swapped.clone(), "alpha"), "beta"));
    refuses(&site, "deploy", "alpha", &[of_alpha[0], "machine of the node \"beta\", not of \"alpha\""]);
    // That is meant.
    site.write(&swapped.with("nodes.alpha.formerNames = [ \"beta\" ]; nodes.beta.formerNames = [ \"alpha\" ];"));
    let text = site.netlib_must("deploy");
    assert_eq!(site.systems("alpha").0, site.toplevel("beta"), "{text}");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=beta"));

    // A record from before there was a node in it.
    site.exec_must("alpha", &format!("sed -i /^node=/d {RECORD}"));
    site.netlib_must("deploy");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=beta"));

    // A node that was renamed, and one that is gone.
    let renamed = Network::of(&["gamma"]).with("nodes.gamma.target.host = lib.mkForce \"alpha\";");
    site.write(&renamed);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &["machine of the node \"beta\", not of \"gamma\"", "`beta` (alpha) is no longer in the network"],
    );
    site.write(&renamed.with("nodes.gamma.formerNames = [ \"beta\" ];"));
    let text = site.netlib_must("deploy");
    assert!(!text.contains("no longer in the network"), "{text}");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=gamma"));
}
