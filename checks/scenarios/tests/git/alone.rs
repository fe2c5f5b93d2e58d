//! A machine that deploys itself, with what the module `deployer` gives it, while nobody else is there.

use super::*;

const DEPLOYER: &str = "
    deployer = { nodes = [ \"alpha\" ]; package = { writeShellScriptBin, ... }: writeShellScriptBin \"netlib\" \"exec /usr/local/bin/netlib\"; };
    imports = [ ({ config, ... }: { git-tracking.signers.alpha = config.deployer.keys.alpha; }) ];
";

#[test]
fn a_machine_deploys_itself_while_all_others_are_off_and_is_merged_afterwards() {
    let network = Network::of(&HOSTS).importing("deployer").impatient(&HOSTS).with(DEPLOYER);
    let site = site_of(&HOSTS, "", network);
    deploy_must(&site, ALICE, "");
    // What its clone takes as inputs, and what is run there as netlib.
    site.exec_must("deployer", "tar -C / --one-file-system -cf - src usr/local/bin/netlib | ssh alpha tar -C / -xf -");
    site.wait_until("alpha", "it has its clone", "test -e /root/network/flake.nix");

    for host in ["beta", "gamma", "deployer"] {
        site.bed.host(host).crash().unwrap();
    }
    let at_alpha = |line: &str| site.exec_must("alpha", &format!("cd /root/network && {line}"));
    at_alpha("sed -i '2a environment.etc.\"of-itself\".text = \"x\";' alpha.nix && git commit -q -am 'of itself'");
    let text = at_alpha("netlib deploy --on alpha 2>&1");
    assert_says(&text, &["1 of 1 nodes active: 1 changed"]);
    assert!(has(&site, "alpha", "of-itself"));
    let own = at_alpha("git rev-parse HEAD");
    assert_eq!(on(&site, "alpha"), own);
    assert_says(
        &at_alpha("netlib deploy --on alpha 2>&1; nix run .#command -- history alpha"),
        &["of itself  (alpha)"],
    );

    for host in ["deployer", "beta", "gamma"] {
        site.bed.host(host).boot().unwrap();
    }
    change(&site, ALICE, "beta", "of-alice");
    let text = deploy_must(&site, ALICE, "");
    assert_says(&text, &["merged 1 commit that alpha runs", "of itself"]);
    assert!(has(&site, "alpha", "of-itself") && has(&site, "beta", "of-alice"));
    // It has reached the others, and the machine goes on from there.
    site.exec_must(
        "gamma",
        &format!("git -C /var/lib/netlib/network.git merge-base --is-ancestor {own} refs/heads/main"),
    );
    assert_says(&at_alpha("netlib deploy --on alpha 2>&1"), &["merged 2 commits that alpha runs"]);
    assert_eq!(at_alpha("git rev-parse HEAD"), head(&site, ALICE));
}
