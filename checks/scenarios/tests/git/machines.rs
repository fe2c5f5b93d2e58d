//! What machines are to the network, who is told and asked, and how one leaves.

use super::*;

const MORE: &str = "
    nodes.alpha.target.user = \"admin\";
    deployer = { nodes = [ \"alpha\" ]; package = { writeShellScriptBin, ... }: writeShellScriptBin \"netlib\" \"exec /usr/bin/netlib\"; };
    notifications.log = { on = [ \"rolledBack\" \"changed\" ]; program = \"{ cat; echo $NETLIB_EVENTS; } >>/root/told\"; };
";

/// Alpha is deployed to by a user whose sudo wants a password, and deploys itself.
#[test]
fn people_are_told_and_asked_and_a_machine_leaves() {
    let hosts = ["alpha", "beta"];
    let network = Network::of(&hosts).importing("deployer").importing("notifications").impatient(&hosts).with(MORE);
    let site = site_of(&hosts, "", network);
    site.exec_must(
        "alpha",
        "echo 'admin:secret-word' | chpasswd && echo 'admin ALL=(ALL:ALL) ALL' >/etc/sudoers.d/admin",
    );
    site.must("umask 077; echo secret-word >/root/password");
    let words = "--sudo-password-file /root/password";
    deploy_must(&site, ALICE, words);
    assert_eq!(on(&site, "alpha"), head(&site, ALICE));
    assert_says(&site.must("cat /root/told"), &["changed: alpha beta", "succeeded"]);
    let status = site.netlib_must(&format!("status -o wide {words}"));
    assert_says(&status, &["deployment node, network node", "Facts (alice, since 20"]);
    // Its clone is that of what it has.
    site.exec_must("alpha", "systemctl start netlib-clone.service && test -s /root/network/flake.nix");

    // A node that rolls back.
    site.must(&format!(
        "cd {ALICE} && sed -i '$ d' beta.nix && printf '%s\\n}}\\n' 'systemd.services.bad = {{ script = \"exit 3\"; wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; }};' >>beta.nix"
    ));
    commit(&site, ALICE, "a bad unit");
    let (status, text) = deploy(&site, ALICE, "--on beta");
    assert_eq!(status, 1, "{text}");
    assert_says(&site.must("cat /root/told"), &["rolled back: beta", "rolledBack"]);
    site.must(&format!("cd {ALICE} && git reset -q --hard HEAD~1"));

    // A commit of somebody unknown: asked for at a terminal, and passed over by force.
    let mallory = clone(&site, "mallory");
    change(&site, &mallory, "beta", "of-mallory");
    deploy_must(&site, &mallory, "--on beta");
    let theirs = on(&site, "beta");
    let run = site.start_on_terminal("deploy --on beta");
    run.wait_for("Merge it? It is evaluated here and deployed everywhere [y/N]");
    run.type_line("n");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["signed by none of git-tracking.signers. Look at it", "To deploy without it"]);
    assert_eq!(on(&site, "beta"), theirs);
    change(&site, ALICE, "beta", "of-alice");
    let text = site.netlib_must("run deploy --force --on beta");
    assert_says(&text, &["deployed all the same: beta runs"]);
    assert_eq!(on(&site, "beta"), head(&site, ALICE));
    assert!(has(&site, "beta", "of-alice") && !has(&site, "beta", "of-mallory"));

    let text = site.netlib_must(&format!("run {words} forget beta"));
    assert_says(&text, &["beta: its identity", "left to do: take nodes.beta out of the flake, git rm facts/beta.json"]);
    assert_eq!(site.exec_must("beta", "ls /var/lib/netlib"), "deploys");
    assert_eq!(site.sh(&format!("git -C {ALICE} for-each-ref | grep -c nodes/beta")).stdout.trim(), "0");
}
