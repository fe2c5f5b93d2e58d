//! An evaluator that is killed in the middle: only its node is evaluated again, and only once.

use netlib_scenarios::{Network, Site, assert_says};

const NODES: [&str; 3] = ["alpha", "beta", "gamma"];

#[test]
fn a_killed_worker_costs_only_its_node_which_is_tried_once_more() {
    let site = Site::up(&[]);
    site.with_nix_eval_jobs();
    site.note_nix();
    site.write(&Network::of(&NODES));
    site.hold_evaluation("beta");
    let run = site.start("deploy --goal build --evaluator nix-eval-jobs --eval-workers 2");
    site.kill_evaluation("beta");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    let calls = site.evaluator_calls();
    let jobs: Vec<&String> = calls.iter().filter(|line| line.contains("--workers")).collect();
    // All; then who was left, with less beside one another; then beta alone.
    assert_says(jobs[0], &["--workers 2", r#"\"beta\""#]);
    let last = jobs[jobs.len() - 1];
    assert_says(last, &["--workers 1", r#"\"toplevels\":[\"beta\"]"#]);
    assert!(jobs.len() <= 3, "{jobs:#?}");

    // One that is killed each time fails alone, and says what to do.
    site.always_kill_evaluation("beta");
    let (status, text) = site.netlib("deploy --goal build --no-eval-cache --evaluator nix-eval-jobs");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &["node `beta` does not evaluate: ", "also when it was tried alone", "--eval-memory", "1 failed"],
    );
    for node in ["alpha", "gamma"] {
        assert_says(&text, &[&format!("{node}: evaluated")]);
    }
}

#[test]
fn a_killed_nix_is_tried_once_more_and_so_is_one_whose_derivation_is_collected() {
    let site = Site::up(&[]);
    site.write(&Network::of(&NODES));
    // Nix believes for the length of a build that what it found there still is: nothing may be found that nobody keeps.
    site.exec_must("deployer", "nix-collect-garbage");
    // The first evaluation of beta kills itself. The first one of gamma lasts, and garbage is collected at once after it.
    let wrapper = r#"#!/bin/sh
case "$*" in
  *toplevels*beta*) [ -e /run/killed ] || { touch /run/killed; kill -KILL $$; } ;;
  *toplevels*gamma*)
    [ -e /run/collected ] || {
      /usr/bin/nix "$@"; status=$?
      sleep 3
      ls -d /nix/store/*.drv >/run/before
      nix-collect-garbage >/run/collected 2>&1
      ls -d /nix/store/*.drv | grep -vxFf - /run/before >/run/taken
      ls -d /nix/store/*-source >/run/sources
      exit $status
    } ;;
esac
exec /usr/bin/nix "$@"
"#;
    site.bed.host("deployer").write_file("/usr/local/bin/nix", wrapper).expect("the wrapper");
    site.exec_must("deployer", "chmod +x /usr/local/bin/nix");
    let text = site.netlib_must("deploy --goal build --evaluator nix");
    assert_says(&text, &["beta: evaluated", "gamma: evaluated", "3 done"]);
    site.exec_must("deployer", "test -e /run/killed");
    // Its derivation was taken, and what it is evaluated from was not.
    site.exec_must("deployer", "grep nixos-system-gamma /run/taken; test $(wc -l < /run/sources) -ge 3");
}

#[test]
fn what_cannot_be_had_is_refused() {
    let site = Site::up(&[]);
    site.write(&Network::of(&["alpha"]));
    let (status, text) = site.netlib("plan --out /root/plan.json --evaluator nix-eval-jobs");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["`nix-eval-jobs` was not found", "leave the option out"]);
    // Installed, but from before it could select.
    let old = "#!/bin/sh\necho \"error: unrecognised flag '--select'\" >&2\nexit 1\n";
    let deployer = site.bed.host("deployer");
    deployer.write_file("/usr/local/bin/nix-eval-jobs", old).expect("the old one");
    site.exec_must("deployer", "chmod +x /usr/local/bin/nix-eval-jobs");
    let (status, text) = site.netlib("deploy --goal build");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["unrecognised flag '--select'", "a nix-eval-jobs that is too old", "--evaluator nix"]);
    assert_says(&site.netlib_must("deploy --goal build --evaluator nix"), &["alpha: evaluated"]);
}
