//! A node whose configuration does not evaluate or build: it fails alone.

use netlib_scenarios::{Network, Site};

#[test]
fn a_build_that_fails_shows_the_end_of_its_log() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts).configure(
        "beta",
        "environment.etc.\"never\".source = pkgs.runCommand \"broken-thing\" { } \"echo the compiler says no >&2; exit 3\";",
    ));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("the compiler says no"), "{text}");
    assert!(text.contains("broken-thing"), "{text}");
    assert!(text.contains("1 of 2 nodes active"), "{text}");
    site.assert_active("alpha");
    assert_eq!(site.systems("beta"), (String::new(), String::new()));
}

#[test]
fn systems_are_built_together_and_one_that_fails_fails_alone() {
    let nodes = ["alpha", "beta", "gamma", "delta"];
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&nodes).configure(
        "gamma",
        "environment.etc.\"never\".source = pkgs.runCommand \"broken-thing\" { } \"echo the compiler says no >&2; exit 3\";",
    ));
    site.note_nix();
    let (status, text) = site.netlib("deploy --goal build --eval-workers 1");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("the compiler says no"), "{text}");
    for good in ["alpha", "beta", "delta"] {
        assert!(text.lines().any(|line| line.contains(good) && line.contains("built")), "{good}: {text}");
    }
    let calls = site.nix_calls();
    let together = calls.lines().map(|call| call.matches(".drv^out").count()).max();
    assert!(together >= Some(2), "{calls}");
}

#[test]
fn a_system_that_takes_long_keeps_no_other_node_waiting() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    let slow = "pkgs.runCommand \"slow\" { } \"touch /tmp/build-reached; until [ -e /tmp/build-open ]; do sleep 0.1; done; touch $out\"";
    site.write(&Network::of(&hosts).configure("beta", &format!("environment.etc.\"slow\".source = {slow};")));
    let run = site.start("deploy");
    site.wait_until("deployer", "the build runs", "test -e /tmp/build-reached");
    site.wait_until("alpha", "alpha is deployed", "grep -q phase=confirmed /var/lib/netlib/deploys/*/state");
    assert_eq!(site.systems("beta"), (String::new(), String::new()));
    site.exec_must("deployer", "touch /tmp/build-open");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    site.assert_active("beta");
}

#[test]
fn a_node_that_does_not_evaluate_fails_alone() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts).configure("beta", "services.openssh.enabel = true;"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("services.openssh.enabel"), "{text}");
    assert!(text.contains("beta.nix"), "{text}");
    site.assert_active("alpha");
    assert_eq!(site.systems("beta"), (String::new(), String::new()));
}
