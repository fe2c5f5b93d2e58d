//! Alice, Bob and the machines that both deploy to.

use super::*;

/// The story of the first document: both change the same machine, and nobody coordinates.
#[test]
fn two_people_deploy_to_one_machine_and_nothing_is_lost() {
    let site = site(&HOSTS, "");
    let bob = clone(&site, "bob");
    change(&site, ALICE, "gamma", "of-alice");
    deploy_must(&site, ALICE, "");
    assert_eq!(on(&site, "gamma"), head(&site, ALICE));

    change(&site, &bob, "gamma", "of-bob");
    change(&site, &bob, "beta", "of-bob-too");
    let text = deploy_must(&site, &bob, "--on gamma");
    assert_says(&text, &["merged 1 commit that gamma runs", "of-alice"]);
    assert!(has(&site, "gamma", "of-alice") && has(&site, "gamma", "of-bob") && !has(&site, "beta", "of-bob-too"));
    // The merge is Bob's branch now, and signed.
    assert_eq!(on(&site, "gamma"), head(&site, &bob));
    assert_eq!(site.must(&format!("cd {bob} && git status --porcelain")), "");
    assert_says(&site.must(&format!("cd {bob} && git cat-file commit HEAD")), &["Merge what gamma runs", "gpgsig"]);

    // Alice has other changes, not committed; those of Bob come with what gamma runs, and hers are on gamma, too.
    site.must(&format!("cd {ALICE} && echo '# by alice' >>alpha.nix"));
    let text = deploy_must(&site, ALICE, "");
    assert_says(&text, &["uncommitted changes are deployed as a commit on refs/netlib/wip/root"]);
    assert!(has(&site, "beta", "of-bob-too"));
    let wip = on(&site, "alpha");
    assert_ne!(wip, head(&site, ALICE));
    assert_says(&site.must(&format!("cd {ALICE} && git status --porcelain")), &[" M alpha.nix"]);
    // Nothing to do, and nothing made anew.
    deploy_must(&site, ALICE, "");
    assert_eq!(on(&site, "alpha"), wip);
    // Committed otherwise than it was deployed, amended: what is her own does not stand in her way.
    site.must(&format!("cd {ALICE} && echo '# more' >>alpha.nix && git commit -q -am mine"));
    deploy_must(&site, ALICE, "");
    assert_eq!(on(&site, "alpha"), head(&site, ALICE));
    site.must(&format!("cd {ALICE} && git commit -q --amend -m 'mine, said better'"));
    deploy_must(&site, ALICE, "");
    assert_eq!(on(&site, "alpha"), head(&site, ALICE));

    // Who did what, in a clone that has deployed.
    let history = site.must(&format!("cd {ALICE} && nix run .#command -- history"));
    assert_says(&history, &["confirmed", "of-alice", "Merge what gamma runs", "(bob)", "(alice)"]);
    let json = site.must(&format!("cd {ALICE} && nix run .#command -- history gamma --json"));
    assert_says(&json, &["\"node\":\"gamma\"", "\"who\":\"bob\""]);
    assert_says(&site.must(&format!("cd {ALICE} && nix run .#command -- who gamma")), &["gamma runs", "deployed by"]);
    assert_says(
        &site.must(&format!("cd {ALICE} && nix run .#command -- verify")),
        &["gamma: ", "each signed by its host key"],
    );
    let id = history.split_whitespace().next().unwrap();
    assert_says(&site.must(&format!("cd {ALICE} && nix run .#command -- show {id}")), &["\"result\"", "log:"]);
    assert_says(&site.netlib_must("status"), &["mine, said better (alice"]);

    // A machine that is left gives all of it back.
    site.must(&format!("cd {ALICE} && nix run .#command -- network-clone root@beta /root/again"));
    assert_eq!(head(&site, "/root/again"), head(&site, ALICE));
}

/// A rollback is the old commit again; a conflict and what nobody has signed are for people.
#[test]
fn what_needs_a_decision_is_refused_and_a_rollback_is_the_old_commit() {
    let site = site(&["alpha", "beta"], "");
    deploy_must(&site, ALICE, "");
    let first = on(&site, "alpha");
    let bob = clone(&site, "bob");

    change(&site, ALICE, "alpha", "second");
    deploy_must(&site, ALICE, "--on alpha");
    site.must(&format!("cd {ALICE} && netlib rollback --on alpha 2>&1"));
    assert_eq!(on(&site, "alpha"), first);
    deploy_must(&site, ALICE, "--on alpha");

    // Both wrote the same line.
    change_as(&site, (ALICE, &bob), "alpha", "third");
    let (status, text) = deploy(&site, &bob, "--on alpha");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &["alpha runs", "by alice", "in conflict", "alpha.nix", "git merge refs/netlib/nodes/alpha/deployed/alpha"],
    );
    assert!(!has(&site, "alpha", "third"));
    site.must(&format!("cd {bob} && git merge -q -X theirs refs/netlib/nodes/alpha/deployed/alpha"));
    deploy_must(&site, &bob, "--on alpha");

    // A commit that is Mallory's.
    let mallory = clone(&site, "mallory");
    site.must(&format!("cd {mallory} && git pull -q --no-rebase /root/bob main"));
    change(&site, &mallory, "beta", "of-mallory");
    deploy_must(&site, &mallory, "--on beta");
    let (status, text) = deploy(&site, &bob, "--on beta");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["of-mallory", "signed by none of git-tracking.signers", "merge-node beta"]);
    let output = site.sh(&format!("cd {bob} && nix run .#command -- merge-node beta 2>&1 </dev/null"));
    assert_eq!(output.code(), 1, "{}", output.stdout);
    assert_says(&output.stdout, &["of-mallory", "a decision of a person at a terminal"]);
    // Elsewhere Bob goes on.
    change(&site, &bob, "alpha", "fourth");
    deploy_must(&site, &bob, "--on alpha");
}

/// Two deployments of one machine at once: the one that comes later was prepared for something else.
#[test]
fn a_commit_that_was_confirmed_meanwhile_is_not_passed_over() {
    let site = site(&["alpha"], "");
    deploy_must(&site, ALICE, "");
    let bob = clone(&site, "bob");
    // Neither changes the system, so that only the commits differ. Each adds an input: their lock files are in conflict line by line.
    for (clone, text, place) in [(ALICE, "one", "1a"), (&*bob, "two", "/^  outputs/i")] {
        site.must(&format!(
            "mkdir -p /root/inputs/{text} && cd {clone} && echo {text} >note-{text} \
             && sed -i '{place} inputs.{text} = {{ url = \"path:/root/inputs/{text}\"; flake = false; }};' flake.nix \
             && nix flake lock && git add -A && git commit -q -m {text}"
        ));
    }
    deploy_must(&site, ALICE, "");
    assert_eq!(on(&site, "alpha"), head(&site, ALICE));
    let text = deploy_must(&site, &bob, "");
    assert_says(&text, &["merged 1 commit that alpha runs"]);
    assert_eq!(on(&site, "alpha"), head(&site, &bob));
    assert_says(&site.must(&format!("ls {bob}")), &["note-one", "note-two"]);
    assert_says(&site.must(&format!("cat {bob}/flake.lock")), &["\"one\": {\n", "\"two\": {\n"]);
    site.must(&format!("cd {bob} && nix flake lock && git diff --exit-code"));

    // A system without the module runs, as after a rollback behind it: what was tracked before is not forgotten.
    site.must(&format!(
        "cd {bob} && git checkout -q -b plain && sed -i '/netlib.modules.git-tracking/d; /git-tracking = {{/d' flake.nix && git commit -q -am plain"
    ));
    deploy_must(&site, &bob, "");
    assert!(!has(&site, "alpha", "netlib/git-upload"));
    deploy_must(&site, ALICE, "");
    assert_says(&site.must(&format!("ls {ALICE}")), &["note-two"]);
}
