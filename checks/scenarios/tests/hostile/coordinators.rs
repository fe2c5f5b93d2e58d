//! What a hostile coordinator or a second deployer does to a rollout.

use netlib_scenarios::{Network, Site, assert_says};

use crate::answers::assert_clean;

const WEB: [&str; 3] = ["alpha", "beta", "gamma"];
const PAUSED: &str = "rollout web: paused after batch 1";

/// Three nodes of one role: each runs this version, and gamma is well unless a file on the deployer says otherwise.
fn network(version: &str, role: &str, rollout: &str) -> Network {
    let network = Network::of(&WEB).with(&format!(
        r#"
        rollout = {{ timing.minHealthyTime = 0; timing.healthyDeadline = 12; }};
        roles.{role} = {{ nodes = [ "*" ]; rollout = {{ {rollout} }}; }};
        nodes.gamma.checks.file = {{ exec.script = "test ! -e /root/broken"; from = "deployer"; period = 1; }};
        "#
    ));
    WEB.iter().fold(network, |network, node| {
        network.configure(node, &format!(r#"environment.etc.version.text = "{version}";"#))
    })
}

/// The same in version 1, deployed: each node has a generation to roll back to.
fn open() -> Site {
    let site = Site::deployed_on(&WEB, &network("1", "web", ""));
    assert_versions(&site, ["1"; 3], "");
    site
}

fn assert_versions(site: &Site, expected: [&str; 3], text: &str) {
    let found = WEB.map(|host| site.exec_must(host, "cat /etc/version"));
    assert_eq!(found, expected, "{text}");
}

/// Lets the leases of whoever rolls out run out, as a minute and a half without a renewal does.
fn let_leases_end(site: &Site) {
    for host in WEB {
        site.exec(host, "sed -i 's/^until=.*/until=1/' /var/lib/netlib/lease");
    }
}

fn digest(text: &str) -> String {
    let (_, after) = text.split_once("(plan ").expect(text);
    after.split(')').next().unwrap_or_default().to_owned()
}

#[test]
fn attack_06_a_coordinator_cannot_say_what_other_nodes_go_back_to() {
    let site = open();
    let rollout = r#"
        canary = true; batches = [ 2 "100%" ]; autoRevert = "rollout"; pause = { after = "batch"; deadline = 250; };
    "#;
    site.write(&network("2", "web", rollout));
    let run = site.start("deploy");
    run.wait_for(PAUSED);
    site.netlib_must(&format!("approve web --digest {}", digest(&run.text())));
    run.wait_for("rollout web: paused after batch 2");
    assert_versions(&site, ["2", "2", "1"], &run.text());
    run.kill();

    // Whatever the coordinator keeps now names an attacker's folder for the other node.
    let evil = "mkdir -p /var/tmp/evil/bin && printf '#!/bin/sh\\ntouch /root/owned\\n' >/var/tmp/evil/bin/switch-to-configuration \
                && chmod -R 755 /var/tmp/evil";
    site.exec_must("beta", evil);
    let forge = "sed -i 's|^{|{\"node\":\"beta - /var/tmp/evil\",\"changed\":[\"beta - /var/tmp/evil\"],|' /var/lib/netlib/rollout-web && \
                 grep -q evil /var/lib/netlib/rollout-web";
    site.exec_must("alpha", forge);
    site.netlib_must("approve web");
    site.exec_must("deployer", "touch /root/broken");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    site.exec_must("beta", "test ! -e /root/owned");
    // Each node rolls back to what its own record names, although another deployer had changed it.
    assert_says(&text, &["reverted beta", "reverted alpha"]);
    assert_versions(&site, ["1", "1", "1"], &text);
}

#[test]
fn attack_20_two_deployers_with_different_commits_never_roll_out_at_once() {
    let site = open();
    let pause = r#"pause = { after = "canary"; deadline = 250; };"#;
    site.write(&network("2", "web", &format!("canary = true; {pause}")));
    let first = site.start("deploy");
    first.wait_for(PAUSED);

    // Another canary, and so another coordinator; another role altogether; no rollout at all.
    let others = [
        network("3", "web", r#"canary = "beta";"#),
        network("3", "servers", r#"canary = "gamma";"#),
        network("3", "servers", "").with("roles.servers.nodes = lib.mkForce [ ];"),
    ];
    for other in others {
        site.write(&other);
        let (status, text) = site.netlib("deploy --on beta --on gamma");
        assert_eq!(status, 1, "{text}");
        assert_says(&text, &["root@deployer has been at work on the rollout web since 2"]);
        assert_versions(&site, ["2", "1", "1"], &text);
    }

    site.write(&network("2", "web", &format!("canary = true; {pause}")));
    site.netlib_must("approve web");
    let (status, text) = first.wait();
    assert_eq!(status, 0, "{text}");
    assert_versions(&site, ["2"; 3], &text);
}

#[test]
fn attack_20_a_deployer_that_slept_and_was_replaced_changes_nothing() {
    let site = open();
    let rollout = r#"canary = true; pause = { after = "canary"; deadline = 250; };"#;
    site.write(&network("2", "web", rollout));
    // In the background of a shell: whoever waits for a process that stops would stop with it.
    let start = "cd /root/network && setsid sh -c 'netlib deploy & echo $! >/run/asleep; wait $!; echo $? >/root/status' \
                 >/root/asleep.log 2>&1 </dev/null &";
    site.exec_must("deployer", start);
    let paused = format!("grep -q '{PAUSED}' /root/asleep.log");
    site.wait_until("deployer", "the first deploy waits", &paused);
    site.exec_must("deployer", "kill -STOP $(cat /run/asleep)");
    let_leases_end(&site);

    site.write(&network("3", "web", rollout));
    let second = site.start("deploy");
    second.wait_for(PAUSED);
    site.exec_must("deployer", "kill -CONT $(cat /run/asleep)");
    site.wait_until("deployer", "the first deploy ends", "test -s /root/status");
    let text = site.exec_must("deployer", "cat /root/asleep.log");
    assert_eq!(site.exec_must("deployer", "cat /root/status"), "1", "{text}");
    assert_says(&text, &["the lock of the rollout web was lost", "rollout web  aborted"]);
    assert_versions(&site, ["3", "1", "1"], &text);

    // What the second one wrote down is still there.
    site.netlib_must("approve web");
    let (status, text) = second.wait();
    assert_eq!(status, 0, "{text}");
    assert_versions(&site, ["3"; 3], &text);
}

#[test]
fn finding_an_approval_that_a_coordinator_made_up_is_not_believed() {
    let site = open();
    site.exec_must(
        "deployer",
        "ssh-keygen -q -t ed25519 -N '' -f /root/anna && ssh-keygen -q -t ed25519 -N '' -f /root/eve",
    );
    let key = site.exec_must("deployer", "cut -d' ' -f1,2 /root/anna.pub");
    let rollout = |deadline| {
        format!(
            r#"canary = true; pause = {{ after = "canary"; deadline = {deadline}; }}; approvers.anna = [ "{key}" ];"#
        )
    };
    site.write(&network("2", "web", &rollout(250)));
    let run = site.start("deploy");
    run.wait_for(PAUSED);
    let digest = digest(&run.text());

    // Of somebody else, or of nobody: the rollout goes on waiting, and says so.
    let forged = format!(r#""approval":{{"digest":"{digest}","batch":9,"by":"anna"}}"#);
    let forge = format!(r#"sed -i 's|"approval":null|{forged}|' /var/lib/netlib/rollout-web"#);
    site.exec_must("alpha", &forge);
    run.wait_for("an approval that alpha shows is not signed by an approver");
    let (status, text) = site.netlib(&format!("approve web --digest {digest} --batch 1 --key /root/eve"));
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["is not the key of an approver", "anna"]);
    // Nobody signs what only the coordinator names.
    let (status, text) = site.netlib("approve web --key /root/anna");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["--digest"]);
    assert_versions(&site, ["2", "1", "1"], &run.text());

    // Nor what the coordinator makes of it: the pauses that are to come as well.
    let record = |from: &str, to: &str| {
        let waiting = |batch: &str| format!(r#""batch":{batch},"deployer""#);
        let change = format!("s/{}/{}/", waiting(from), waiting(to));
        site.exec_must("alpha", &format!("sed -i '{change}' /var/lib/netlib/rollout-web"));
    };
    let (status, text) = site.netlib(&format!("approve web --digest {digest} --key /root/anna"));
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["--batch"]);
    let approve = format!("approve web --digest {digest} --batch 1 --key /root/anna");
    record("1", "9");
    let (status, text) = site.netlib(&approve);
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["after batch 9, which is another one"]);
    record("9", "1");

    site.netlib_must(&approve);
    run.wait_for("rollout web: goes on: approved by anna");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_versions(&site, ["2"; 3], &text);
}

#[test]
fn finding_an_approval_is_of_one_plan_whatever_was_selected() {
    let site = open();
    let rollout = r#"canary = true; pause = { after = "canary"; deadline = 2; };"#;
    site.write(&network("2", "web", rollout));
    let (status, some) = site.netlib("deploy --on alpha --on beta");
    assert_eq!(status, 3, "{some}");
    let (status, all) = site.netlib("deploy");
    assert_eq!(status, 3, "{all}");
    assert_eq!(digest(&some), digest(&all));

    // The system of a node that is not selected is part of the plan.
    let other = r#"environment.etc.version.text = "3";"#;
    site.write(&network("2", "web", rollout).configure("gamma", other));
    let (status, text) = site.netlib("deploy --on alpha --on beta");
    assert_eq!(status, 3, "{text}");
    assert_ne!(digest(&text), digest(&all));

    // What was approved while everything was selected is approved for a part of it.
    site.write(&network("2", "web", rollout));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 3, "{text}");
    site.netlib_must(&format!("approve web --digest {}", digest(&all)));
    let text = site.netlib_must("deploy --on alpha --on beta");
    assert_says(&text, &["approved, as alpha claims, by root@deployer"]);
    assert_versions(&site, ["2", "2", "1"], &text);
}

#[test]
fn finding_a_member_that_gives_no_lock_is_left_out_alone() {
    let site = open();
    let refuse = "cat >/dev/null; echo refused=because; echo why=no";
    site.hostile("beta", "lease", "*lease*take*web*", refuse);
    site.write(&network("2", "web", "canary = true; maxFailures = 1;"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(site.answered("beta", "lease") > 0, "{text}");
    assert_says(&text, &["beta cannot be locked: ", "rollout web  degraded", "failed: beta"]);
    assert_versions(&site, ["2", "1", "2"], &text);

    // Nothing of it is allowed to fail: nothing is begun.
    site.write(&network("3", "web", "canary = true;"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["1 node failed (beta), 0 allowed"]);
    assert_versions(&site, ["2", "1", "2"], &text);
}

#[test]
fn finding_what_a_coordinator_hides_in_escapes_of_json_reaches_no_terminal() {
    let site = open();
    site.write(&network("2", "web", r#"canary = true; pause = { after = "canary"; deadline = 250; };"#));
    let evil = r"EVIL\u001b]0;pwned\u0007\u001b[2J\u009b2J\u202e\nrollout web: approved END";
    let long = "x".repeat(5000);
    let program = format!(
        "cat <<'END'\ndocument={{\"waiting\":{{\"digest\":\"{evil}\",\"batch\":1,\"deployer\":\"{evil}\",\"since\":\"{long}\"}},\"approval\":null}}\nok=web\nEND"
    );
    site.hostile("alpha", "document", "*rollout_read*", &program);
    site.hostile("alpha", "write", "*rollout_write*", "echo ok=web");
    for command in ["approve web", "status --no-eval", "status --no-eval --json"] {
        let (_, text) = site.netlib(command);
        assert_clean(command, &text);
        assert!(text.len() < 5000 && !text.lines().any(|line| line.starts_with("rollout web: approved")), "{text}");
    }
    assert!(site.answered("alpha", "document") > 0);
}
