//! The switch itself goes wrong: it fails, hangs, fails on the rollback, or is tried again.

use netlib_scenarios::{Network, Site, assert_says};

/// A unit that fails and says so.
const BROKEN: &str = r#"
  systemd.services.broken = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.Type = "oneshot";
    script = "echo this unit never starts >&2; exit 7";
  };
"#;

/// Fault 1.
#[test]
fn a_switch_that_fails_goes_back_to_the_system_before() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);

    // Nothing to roll back to on the very first activation: said, and the profile stays as it was.
    site.write(&network.clone().configure("alpha", BROKEN));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["broken.service", "this unit never starts"]);
    assert_says(&text, &["no earlier system"]);
    assert_eq!(site.systems("alpha").1, "", "{text}");

    let before = site.deployed(&network, "alpha");
    site.write(&network.configure("alpha", BROKEN));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    let running = format!("now running: {before} (the system from before)");
    let boot = format!("next boot: {before} (the system from before)");
    let said = "the host rolled back to the system it ran before";
    let words = ["broken.service", "this unit never starts", said];
    assert_says(&text, &words);
    assert_says(&text, &[running.as_str(), boot.as_str()]);
    assert_says(&text, &["0 of 1 nodes active"]);
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));
    let unit = site.exec("alpha", "systemctl cat broken.service");
    assert!(!unit.success(), "it is still there:\n{}", unit.stdout);
    site.assert_boots("alpha", &before);
}

/// Fault 8: rolling back must not mean "the generation before the running one".
#[test]
fn a_failing_redeploy_of_the_running_system_keeps_the_good_generation() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    let first = site.deployed(&network, "alpha");
    let script =
        r#"system.activationScripts.fragile.text = "if [ -e /root/broken ]; then echo fragile >&2; exit 1; fi";"#;
    let good = site.deployed(&network.configure("alpha", script), "alpha");
    let generations =
        || site.exec_must("alpha", "cd /nix/var/nix/profiles && for link in system-*-link; do readlink $link; done");
    assert_eq!(generations(), format!("{first}\n{good}"));
    site.exec_must("alpha", "touch /root/broken");

    // It runs and boots: there is nothing that could fail.
    let text = site.netlib_must("deploy");
    assert_says(&text, &["up to date"]);

    // It runs, but another one boots: the switch to it is tried, and fails.
    site.exec_must("alpha", "ln -sfn system-1-link /nix/var/nix/profiles/system");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["fragile", "was running before"]);
    let running = format!("now running: {good}");
    let boot = format!("next boot: {first}");
    assert_says(&text, &[running.as_str(), boot.as_str()]);
    assert_eq!(site.systems("alpha"), (good.clone(), first.clone()));
    assert_eq!(generations(), format!("{first}\n{good}"));

    // The cause is gone: the very same system is switched to and boots.
    site.exec_must("alpha", "rm /root/broken");
    site.netlib_must("deploy");
    site.assert_active("alpha");
    site.assert_boots("alpha", &good);
}

/// Fault 9: no mark of a failure outlives its cause.
#[test]
fn a_system_that_was_rolled_back_is_deployed_once_the_cause_is_gone() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure(
        "alpha",
        r#"systemd.services.picky = {
             wantedBy = [ "multi-user.target" ];
             serviceConfig.Type = "oneshot";
             script = "test -e /root/cause-gone";
           };"#,
    ));
    let toplevel = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_eq!(site.systems("alpha"), (before.clone(), before));
    site.exec_must("alpha", "touch /root/cause-gone");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["rolledBack", "confirmed"]);
    site.assert_boots("alpha", &toplevel);
}

/// Fault 10.
#[test]
fn a_way_back_that_fails_too_is_said_with_both_logs() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    let before = site.deployed(
        &network.clone().configure(
            "alpha",
            r#"system.activationScripts.old.text = "if [ -e /root/old-is-broken ]; then echo the old system is broken >&2; exit 1; fi";"#,
        ),
        "alpha",
    );
    site.exec_must("alpha", "touch /root/old-is-broken");
    site.write(&network.configure("alpha", BROKEN));
    let toplevel = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["rolling back to the system before failed as well"]);
    assert_says(&text, &["this unit never starts", "the old system is broken"]);
    assert_eq!(site.phases("alpha", &toplevel), ["rollbackFailed"]);
    let (running, profile) = site.systems("alpha");
    assert_eq!(profile, before, "{text}");
    let said = format!("now running: {running}");
    let boot = format!("next boot: {before} (the system from before)");
    assert_says(&text, &[said.as_str(), boot.as_str()]);

    // Both systems are kept for whoever repairs the host.
    let roots = site.exec_must("alpha", "readlink /nix/var/nix/gcroots/netlib/*");
    assert_says(&roots, &[toplevel.as_str(), before.as_str()]);

    // The boot brings the old one, and a system that works is deployed as if nothing had been.
    site.exec_must("alpha", "rm /root/old-is-broken");
    site.assert_boots("alpha", &before);
    site.deployed(&Network::of(&["alpha"]), "alpha");
    site.assert_boots("alpha", &site.systems("alpha").0);
}
