//! The network's repository on its nodes: two people who deploy to the same machines from clones of their own.

mod alone;
mod faults;
mod hostile;
mod machines;
mod plans;
mod story;

use netlib_scenarios::{Network, Site, assert_says};

const HOSTS: [&str; 3] = ["alpha", "beta", "gamma"];
/// Where the network of a scenario lies, and what a clone of it is like: with a key and a name of its own.
const ALICE: &str = "/root/network";

/// Two people, of whom the network knows the keys, and the network in Alice's clone.
fn site(hosts: &[&str], settings: &str) -> Site {
    site_of(hosts, settings, Network::of(hosts))
}

/// The same with more in it.
fn site_of(hosts: &[&str], settings: &str, network: Network) -> Site {
    let site = Site::up(hosts);
    for who in ["alice", "bob", "mallory"] {
        site.exec_must(
            "deployer",
            &format!("mkdir -p /root/keys && ssh-keygen -q -t ed25519 -N '' -C {who} -f /root/keys/{who}"),
        );
    }
    let key = |who: &str| site.exec_must("deployer", &format!("cut -d ' ' -f 1,2 /root/keys/{who}.pub"));
    let network = network.importing("git-tracking").with(&format!(
        "git-tracking = {{ signers.alice = \"{}\"; signers.bob = \"{}\"; {settings} }};",
        key("alice"),
        key("bob"),
    ));
    site.write(&network);
    site.must(&format!(
        "git branch -q -M main && {} && git commit -q --amend -m 'the network begins' --reset-author",
        identity(ALICE, "alice")
    ));
    site.gather();
    site
}

/// Gives a clone its owner.
fn identity(clone: &str, who: &str) -> String {
    format!(
        "cd {clone} && git config user.name {who} && git config user.email {who}@example.org && git config gpg.format ssh \
         && git config user.signingKey /root/keys/{who}.pub && git config commit.gpgSign true"
    )
}

/// Another clone, of the state that Alice has now.
fn clone(site: &Site, who: &str) -> String {
    let clone = format!("/root/{who}");
    site.must(&format!("git clone -q {ALICE} {clone} && {}", identity(&clone, who)));
    clone
}

fn commit(site: &Site, clone: &str, subject: &str) {
    site.must(&format!("cd {clone} && git add -A && git commit -q -m '{subject}'"));
}

/// Writes a file of a node's system and commits it; each person writes at another place of the node's own file.
fn change(site: &Site, clone: &str, node: &str, value: &str) {
    change_as(site, (clone, clone), node, value);
}

/// The same at the place of somebody else.
fn change_as(site: &Site, (whose, clone): (&str, &str), node: &str, value: &str) {
    let line = format!("environment.etc.\"{value}\".text = \"{value}\";");
    let insert = match whose {
        ALICE => format!("sed -i '$ d' {node}.nix && printf '%s\\n}}\\n' '{line}' >>{node}.nix"),
        _ => format!("sed -i '2a {line}' {node}.nix"),
    };
    site.must(&format!("cd {clone} && {insert}"));
    commit(site, clone, value);
}

/// Deploys from a clone.
fn deploy(site: &Site, clone: &str, words: &str) -> (i32, String) {
    let output = site.sh(&format!("cd {clone} && netlib deploy {words} 2>&1"));
    (output.code(), output.stdout)
}

fn deploy_must(site: &Site, clone: &str, words: &str) -> String {
    let (status, text) = deploy(site, clone, words);
    assert_eq!(status, 0, "{text}");
    text
}

/// The commit that a node says it runs.
fn on(site: &Site, node: &str) -> String {
    site.exec_must(node, &format!("git -C /var/lib/netlib/network.git rev-parse refs/netlib/deployed/{node}"))
}

fn head(site: &Site, clone: &str) -> String {
    site.must(&format!("git -C {clone} rev-parse HEAD")).trim().to_owned()
}

fn has(site: &Site, node: &str, value: &str) -> bool {
    site.exec(node, &format!("test -e /etc/{value}")).success()
}
