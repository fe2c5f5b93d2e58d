//! A git ref that moves at the confirmation.

use netlib_scenarios::assert_says;

use super::{network, site, with_version};

/// Where the ref of the site stands.
fn live(site: &netlib_scenarios::Site) -> String {
    site.exec_must("alpha", "git -C /var/lib/site.git rev-parse -q --verify refs/heads/live || true")
}

#[test]
fn the_ref_moves_with_the_system_and_not_without_it() {
    let site = site();
    let network = network("A git ref that moves at the confirmation");
    site.exec_must("alpha", "git init -q --bare /var/lib/site.git");
    site.write(&with_version(&network, "alpha", "one"));
    let first = site.must("git rev-parse HEAD").trim().to_owned();
    let text = site.netlib_must("run release --on alpha");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    assert_eq!(live(&site), first);
    assert_eq!(site.systems("beta"), (String::new(), String::new()));

    // A system that rolls back leaves the ref where it is.
    let before = site.systems("alpha");
    let bad = network
        .clone()
        .configure("alpha", "environment.etc.\"version\".text = \"two\";")
        .with("checks.alpha.never.exec.script = \"exit 1\";");
    site.write(&bad);
    let (status, text) = site.netlib("run release --on alpha");
    assert_eq!(status, 1, "{text}");
    assert_eq!(site.systems("alpha"), before);
    assert_eq!(live(&site), first);

    // A ref that cannot move takes the system back.
    site.write(
        &with_version(&network, "alpha", "three").with("checks.alpha.never.exec.script = lib.mkForce \"exit 0\";"),
    );
    site.exec_must("alpha", "touch /var/lib/site.git/refs/heads/live.lock");
    let (status, text) = site.netlib("run release --on alpha");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["hook-release.onConfirm.live exited with status"]);
    assert_eq!(site.systems("alpha"), before);
    assert_eq!(live(&site), first);

    // An earlier revision by its name.
    site.exec_must("alpha", "rm /var/lib/site.git/refs/heads/live.lock");
    site.netlib_must(&format!("run release {first} --on alpha"));
    site.assert_active("alpha");
    assert_eq!(live(&site), first);
    let second = site.must("git rev-parse HEAD").trim().to_owned();
    site.write(&with_version(&network, "alpha", "four"));
    site.netlib_must("run release HEAD~1 --on alpha");
    assert_eq!(live(&site), second);
}
