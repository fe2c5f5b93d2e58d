//! Plans of one's own that deploy, rollbacks, and what a record says of a run.

use super::*;

/// A plan that first writes a file and then deploys it; and a rollout of which Alice has to approve.
const MORE: &str = "
    plans.stamp = {
      description = \"Stamp all machines\";
      requests = [ { deploy = false; } { steps = [ ]; } ];
      steps.write = { kind = \"command\"; on = \"deployer\"; command = \"echo stamped >stamp && git add stamp\"; };
    };
    defaults.nixos.environment.etc = lib.optionalAttrs (builtins.pathExists ./stamp) { stamp.source = ./stamp; };
    notifications.log = { on = [ \"rolledBack\" \"changed\" ]; program = \"cat >>/root/told\"; };
    roles.web = { nodes = [ \"*\" ]; rollout = { canary = true; batches = [ \"100%\" ]; timing.minHealthyTime = 0; PAUSE }; };
";

#[test]
fn each_run_is_prepared_recorded_and_told_whatever_plan_it_is() {
    let hosts = ["alpha", "beta"];
    let network = |pause: &str| Network::of(&hosts).importing("notifications").with(&MORE.replace("PAUSE", pause));
    let site = site_of(&hosts, "", network(""));
    deploy_must(&site, ALICE, "");
    let bob = clone(&site, "bob");
    change(&site, &bob, "beta", "of-bob");
    deploy_must(&site, &bob, "");
    site.must("rm /root/told");

    // What Bob deployed is merged, and what the plan wrote before is deployed.
    let text = site.netlib_must("run stamp");
    assert_says(&text, &["merged 1 commit that alpha runs", "of-bob"]);
    assert!(has(&site, "alpha", "stamp") && has(&site, "beta", "stamp") && has(&site, "beta", "of-bob"));
    assert_says(&site.must("cat /root/told"), &["changed: alpha beta"]);
    let history = |node: &str| site.must(&format!("cd {ALICE} && nix run .#command -- history {node}"));
    commit(&site, ALICE, "stamped");
    deploy_must(&site, ALICE, "");
    // The same systems of another commit: a record all the same.
    assert_says(&history("alpha"), &["of-bob", "Uncommitted changes of root", "(alice)"]);
    deploy_must(&site, ALICE, "");
    assert_says(&history("alpha"), &["stamped  (alice)"]);
    assert_eq!(history("alpha").lines().count(), 4);
    let (status, text) = site.netlib("run stamp --forse");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["Did you mean `--force`?"]);

    // A rollback is told, and its record says whose it was, as the machine knows.
    site.must("rm /root/told");
    site.netlib_must("rollback --on beta");
    assert_says(&site.must("cat /root/told"), &["rollback by root", "rolled back: beta"]);
    deploy_must(&site, ALICE, "--on beta");
    assert_says(&history("beta"), &["rollback", "(root@deployer, not signed)"]);

    // The same network, of which a person has to approve what comes after the canary.
    let key = site.must("cat /root/keys/alice.pub");
    let pause = format!("pause = {{ after = \"canary\"; deadline = 300; }}; approvers.alice = [ \"{}\" ];", key.trim());
    let flake = site
        .must("cat flake.nix")
        .replace("timing.minHealthyTime = 0; ", &format!("timing.minHealthyTime = 0; {pause} "));
    site.must(&format!("cat >flake.nix <<'END'\n{flake}\nEND"));
    for node in hosts {
        change(&site, ALICE, node, "approved");
    }
    let run = site.start("deploy");
    run.wait_for("rollout web: paused after batch 1");
    let digest = run.text().split("(plan ").nth(1).unwrap().split(')').next().unwrap().to_owned();
    site.netlib_must(&format!("approve web --digest {digest} --batch 1 --key /root/keys/alice"));
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    deploy_must(&site, ALICE, "");
    let show = |node: &str| {
        let id = history(node).split_whitespace().next().unwrap().to_owned();
        site.must(&format!("cd {ALICE} && nix run .#command -- show {id}"))
    };
    let approved = format!("rollout web, after batch 1, plan {digest}: approved by alice, signed by alice");
    assert_says(
        &show("beta"),
        &[&approved, "\nplan ", "\nrun ", "said by alice: Deploy to alpha beta from deployer by root", "took "],
    );
    assert!(!show("alpha").contains("approved by"), "it came before the pause");
    assert_says(
        &site.must(&format!("cd {ALICE} && nix run .#command -- verify")),
        &["alpha: 5 records, each signed", "beta: 7 records, each signed"],
    );
}
