//! A volatile secret that rolls back with the system.

use netlib_scenarios::{Site, assert_says};

use super::{network, site, with_version};

fn token(site: &Site) -> String {
    site.exec_must("alpha", "cat /run/token")
}

#[test]
fn the_secret_goes_there_and_back_with_the_system() {
    let site = site();
    let network = network("A volatile secret that rolls back with the system");
    site.exec_must("deployer", "umask 077; printf 'token-one' >/root/token");
    site.write(&with_version(&network, "alpha", "one"));
    let text = site.netlib_must("run --log-dir /root/logs rotate --on alpha");
    assert_eq!(token(&site), "token-one");
    assert_eq!(site.exec_must("alpha", "stat -c %a /run/token"), "600");
    // Nothing of it is logged, kept or shown.
    assert!(!text.contains("token-one"), "{text}");
    site.must("! grep -r token-one /root/logs /tmp");
    site.exec_must("alpha", "! grep -rs token-one /tmp /var /nix/var /run/netlib");

    // A system that nobody can reach rolls back, and the secret with it.
    let before = site.systems("alpha");
    site.must("printf 'token-two' >/root/token");
    let bad = with_version(&network, "alpha", "two").with("checks.alpha.never.exec.script = \"exit 1\";");
    site.write(&bad);
    let (status, text) = site.netlib("run rotate --on alpha");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["is not healthy"]);
    assert_eq!(site.systems("alpha"), before);
    assert_eq!(token(&site), "token-one");

    // So it does when somebody rolls back later.
    site.write(
        &with_version(&network, "alpha", "three").with("checks.alpha.never.exec.script = lib.mkForce \"exit 0\";"),
    );
    site.netlib_must("run rotate --on alpha");
    assert_eq!(token(&site), "token-two");
    site.netlib_must("rollback alpha");
    assert_eq!(site.systems("alpha"), before);
    assert_eq!(token(&site), "token-one");
}

#[test]
fn what_cannot_be_prepared_activates_nothing() {
    let site = site();
    let network = network("A volatile secret that rolls back with the system");
    site.exec_must("deployer", "printf 'token-one' >/root/token");
    site.write(&with_version(&network, "alpha", "one"));
    site.netlib_must("run rotate --on alpha");
    let before = site.systems("alpha");
    site.write(
        &with_version(&network, "alpha", "two").with(
            "plans.rotate.hooks.beforeActivate.zero = { on = [ \"alpha\" ]; timeout = 1; script = \"sleep 60\"; };",
        ),
    );
    site.must("printf 'token-two' >/root/token");
    let (status, text) = site.netlib("run rotate --on alpha");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &["nothing was activated: the program hook-rotate.beforeActivate.zero did not end within 1 seconds"],
    );
    assert_eq!(site.systems("alpha"), before);
    assert_eq!(token(&site), "token-one");
}
