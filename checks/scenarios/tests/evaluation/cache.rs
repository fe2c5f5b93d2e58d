//! Nothing changed: nothing is evaluated.

use netlib_scenarios::{Network, Site, assert_says};

const NODES: [&str; 2] = ["alpha", "beta"];

/// Without hosts: everything but the way to them happens on the deployer.
const BUILD: &str = "deploy --goal build";

#[test]
fn a_second_run_starts_no_evaluator() {
    let site = Site::up(&[]);
    site.note_nix();
    let network = Network::of(&NODES).configure("alpha", "warnings = [ \"mind the gap\" ];");
    site.write(&network);
    let first = site.netlib_must(BUILD);
    assert_says(&first, &["alpha: evaluated", "alpha: mind the gap"]);
    assert_eq!(site.evaluator_calls().len(), 3, "the plan and two nodes");

    let second = site.netlib_must(BUILD);
    assert_eq!(site.evaluator_calls(), Vec::<String>::new());
    assert_says(&second, &["alpha: mind the gap", "in the store already"]);
    // A node that was not evaluated before is, and nothing else but the request.
    site.must("rm -rf ~/.cache/netlib");
    site.netlib_must(&format!("{BUILD} --on alpha"));
    site.evaluator_calls();
    site.netlib_must(BUILD);
    let calls = site.evaluator_calls();
    assert_eq!(calls.len(), 2, "{calls:#?}");
    assert_says(&calls[0], &["#.netlibConfigurations --apply"]);
    assert_says(&calls[1], &["\"toplevels\" \"beta\""]);

    // Gone from the store: evaluated again, and built again.
    let drv = site.must("nix path-info --derivation .#netlibConfigurations.default.toplevels.alpha");
    site.must(&format!("nix-store --delete --ignore-liveness {}", drv.trim()));
    site.evaluator_calls();
    site.netlib_must(BUILD);
    let calls = site.evaluator_calls().join("\n");
    assert_says(&calls, &["\"toplevels\" \"alpha\""]);
    assert!(!calls.contains("\"beta\"") && !calls.contains("#.netlibConfigurations --apply"), "{calls}");

    site.netlib_must(&format!("{BUILD} --no-eval-cache"));
    assert_eq!(site.evaluator_calls().len(), 3);
}

#[test]
fn looking_remembers_what_it_evaluated_too() {
    let site = Site::up(&NODES);
    site.note_nix();
    let network = Network::of(&NODES).configure("alpha", "warnings = [ \"mind the gap\" ];");
    for look in ["status", "plan --out /root/plan.json"] {
        site.write(&network);
        site.must("rm -rf ~/.cache/netlib");
        site.evaluator_calls();
        for is_first in [true, false] {
            assert_says(&site.netlib_must(look), &["alpha: mind the gap"]);
            assert_eq!(site.evaluator_calls().is_empty(), !is_first, "{look}");
        }
    }
}

#[test]
fn every_change_that_counts_is_noticed() {
    let site = Site::up(&[]);
    site.note_nix();
    site.write(&Network::of(&NODES));
    let built = |what: &str| {
        site.netlib_must(what);
        site.evaluator_calls().len()
    };
    assert_eq!(built(BUILD), 3);
    // Not committed, and not even added.
    site.must("echo '{ environment.etc.x.text = \"y\"; system.stateVersion = \"26.05\"; }' > beta.nix");
    assert_eq!(built(BUILD), 3);
    assert_eq!(built(BUILD), 0);
    site.must("git checkout -q beta.nix");
    assert_eq!(built(BUILD), 0, "what it was before is still known");
    // Another input, and another network.
    site.must(
        "cp -r /src/checks/nixpkgs-stub /root/other && chmod -R u+w /root/other && echo 25.05 > /root/other/.version",
    );
    let other = format!("{BUILD} --override-input nixpkgs path:/root/other");
    assert_eq!(built(&other), 3);
    assert_eq!(built(&other), 0);
    site.must("echo 25.04 > /root/other/.version");
    assert_eq!(built(&other), 3);
    assert_eq!(built(BUILD), 0);
}

/// What was evaluated in between is remembered for neither state.
#[test]
fn a_change_during_the_evaluation_is_said_and_not_remembered() {
    let site = Site::up(&[]);
    site.with_nix_eval_jobs();
    site.note_nix();
    site.write(&Network::of(&NODES));
    let edit = |to: &str| {
        site.must(&format!(
            "echo '{{ environment.etc.x.text = \"{to}\"; system.stateVersion = \"26.05\"; }}' > beta.nix"
        ));
    };
    edit("before");
    site.hold_evaluation("beta");
    let run = site.start(BUILD);
    site.wait_for_evaluation("beta");
    edit("after");
    site.release_evaluation("beta");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["the flake was changed while it was evaluated"]);

    edit("before");
    site.evaluator_calls();
    let text = site.netlib_must(BUILD);
    assert!(!text.contains("was changed while"), "{text}");
    let calls = site.evaluator_calls().join("\n");
    assert_says(&calls, &["--workers", r#"\"beta\""#]);
    // Known by now, and known for what it is.
    site.netlib_must(BUILD);
    assert_eq!(site.evaluator_calls(), Vec::<String>::new());
}

#[test]
fn two_at_once_do_not_disturb_each_other() {
    let site = Site::up(&[]);
    site.write(&Network::of(&NODES));
    // What is remembered is remembered of one program.
    site.note_nix();
    let runs = [site.start(BUILD), site.start(BUILD)];
    for run in runs {
        let (status, text) = run.wait();
        assert_eq!(status, 0, "{text}");
    }
    site.evaluator_calls();
    site.netlib_must(BUILD);
    assert_eq!(site.evaluator_calls(), Vec::<String>::new());
}
