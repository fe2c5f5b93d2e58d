//! A node that does not evaluate, and one that does not build: the others are deployed.

use netlib_scenarios::{GATE, Network, Site, assert_says};

const HOSTS: [&str; 5] = ["alpha", "beta", "gamma", "delta", "epsilon"];

/// Alpha does not evaluate, beta does not build, and gamma has a warning.
fn network() -> Network {
    Network::of(&HOSTS)
        .configure("alpha", "services.openssh.enabel = true;")
        .configure(
            "beta",
            "environment.etc.\"never\".source = pkgs.runCommand \"never\" { } \"echo no luck >&2; exit 3\";",
        )
        .configure("gamma", "warnings = [ \"this one is old\" ];")
        .configure("delta", "warnings = [ \"this one is old\" ];")
}

#[test]
fn three_of_five_are_deployed_by_plain_nix() {
    let site = Site::up(&HOSTS);
    site.note_nix();
    site.write(&network());
    let text = three_of_five(&site, site.netlib("deploy --evaluator nix"));
    // Those that share a process with one that fails have their own afterwards.
    let calls = site.evaluator_calls().join("\n");
    assert_says(&calls, &["--apply", "[ [ \"toplevels\" \"alpha\" ] ])"]);
    // Where it is written down, in the working tree, and where the rest can be read.
    let file = "/root/.local/state/netlib/traces/default-toplevels.alpha.log";
    assert_says(&text, &["/root/network/alpha.nix", file]);
    assert_says(&site.exec_must("deployer", &format!("cat {file}")), &["enabel"]);
    let (_, text) = site.netlib("deploy --on alpha --show-trace");
    assert_says(&text, &["The whole trace:\n", "while evaluating"]);

    // Only what was selected is evaluated.
    site.evaluator_calls();
    site.netlib_must("deploy --on epsilon --no-eval-cache");
    let calls = site.evaluator_calls().join("\n");
    assert_says(&calls, &["\"toplevels\" \"epsilon\""]);
    assert!(!calls.contains("\"delta\""), "{calls}");

    // What is wrong in what all share is explained once.
    site.write(&Network::of(&HOSTS).with("defaults.nixos.services.openssh.enabel = true;"));
    let (status, text) = site.netlib("deploy --goal build --evaluator nix");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["as alpha", "5 failed"]);
    assert_eq!(text.matches("The nearest options: ").count(), 1, "{text}");
}

#[test]
fn three_of_five_are_deployed_by_nix_eval_jobs() {
    let site = Site::up(&HOSTS);
    site.with_nix_eval_jobs();
    site.note_nix();
    let waiting = "deploy.order.one = { nodes = [ \"epsilon\" ]; after = [ \"delta\" ]; };";
    let gate = format!("{GATE} warnings = [ \"this one is old\" ];");
    site.write(&network().with(waiting).configure("delta", &gate));
    let text = three_of_five(&site, with_collected_garbage(&site));
    assert_says(&text, &["/root/network/alpha.nix", "gamma: evaluated: ", " to build, 0 to fetch"]);

    // One call for all, without those that were not selected or do not answer.
    site.bed.host("epsilon").cut().expect("cut");
    site.evaluator_calls();
    let (status, text) = site.netlib("deploy --no-eval-cache --on gamma --on delta --on epsilon");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["2 of 3 nodes active: ", "1 offline"]);
    let calls = site.evaluator_calls();
    let jobs: Vec<&String> = calls.iter().filter(|line| line.contains("--workers")).collect();
    assert_eq!(jobs.len(), 1, "{calls:#?}");
    assert_says(jobs[0], &[r#"\"toplevels\":[\"delta\",\"gamma\"]"#]);
    assert!(!jobs[0].contains("epsilon") && !jobs[0].contains("alpha"), "{jobs:?}");
}

#[test]
fn checks_and_commands_need_no_evaluation_of_their_own() {
    let site = Site::up(&["alpha", "beta"]);
    site.note_nix();
    let from_all = "nodes.alpha.checks = { word.exec.script = \"true\"; far = { from = \"deployer\"; exec.script = \"true\"; }; \
                    near = { from.node = \"beta\"; exec.script = \"true\"; }; };";
    site.write(&Network::of(&["alpha", "beta"]).with(from_all));
    let text = site.netlib_must("deploy --on alpha --evaluator nix --eval-workers 1 --eval-memory 8192");
    assert_says(&text, &["from deployer: netlib: check far: healthy", "1 of 1 nodes active"]);
    let calls = site.evaluator_calls();
    assert_eq!(calls.len(), 2, "the plan and all that it needs: {calls:#?}");
    let jobs = ["\"toplevels\" \"alpha\"", "\"programs\" \"alpha\"", "\"programs\" \"beta\"", "\"deployerPrograms\""];
    assert_says(&calls[1], &jobs);
}

/// Deploys, and collects garbage everywhere while one node is still evaluated, one is switched, and one has its new system
/// and waits for the one before it.
fn with_collected_garbage(site: &Site) -> (i32, String) {
    site.hold_evaluation("gamma");
    let run = site.start("deploy --evaluator nix-eval-jobs");
    site.wait_for_gate("delta");
    run.wait_for("epsilon: copy: done");
    run.wait_for("node `alpha` does not evaluate: ");
    site.wait_for_evaluation("gamma");
    assert!(!run.text().contains("gamma: evaluated"), "{}", run.text());
    for host in ["deployer", "delta", "epsilon"] {
        let garbage = site.exec_must(host, "nix-store --add /etc/hostname");
        site.exec_must(host, "nix-collect-garbage");
        assert!(!site.exec(host, &format!("test -e {garbage}")).success(), "{host} kept {garbage}");
    }
    site.release_evaluation("gamma");
    site.open_gate("delta");
    run.wait()
}

fn three_of_five(site: &Site, (status, text): (i32, String)) -> String {
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "node `alpha` does not evaluate: ",
            "services.openssh.enabel",
            "no luck",
            "3 of 5 nodes active: ",
            "2 failed",
            "warning: delta, gamma: this one is old",
        ],
    );
    // Each is said once, as soon as it is known, and before the last node is deployed.
    assert_eq!(text.matches("this one is old").count(), 1, "{text}");
    assert_eq!(
        text.matches("The option `nodes.alpha.nixos.services.openssh.enabel'").count().min(2),
        text.matches("alpha: not evaluated").count() + 1,
        "once when it happened, once in the table:\n{text}"
    );
    for node in ["gamma", "delta", "epsilon"] {
        site.assert_active(node);
    }
    for node in ["alpha", "beta"] {
        assert_eq!(site.systems(node), (String::new(), String::new()));
    }
    text
}
