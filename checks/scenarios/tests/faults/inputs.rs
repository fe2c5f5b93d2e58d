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
