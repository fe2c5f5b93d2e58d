//! Switches on machines that are not as they should be.

use netlib_scenarios::{Network, Site, assert_says};

/// A unit that works as long as a file is there.
const DEP: &str = r#"
  systemd.services.dep = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig = { Type = "oneshot"; RemainAfterExit = true; };
    script = "echo dep looks for its file; test -e /root/there";
  };
"#;

/// A host that runs a system with the unit, which failed since, beside one that somebody started by hand.
fn site_with_failed_units(more: &str) -> (Site, Network) {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    site.exec_must("alpha", "touch /root/there");
    let network = network.configure("alpha", &format!("{DEP}{more}"));
    site.deployed(&network, "alpha");
    site.exec_must("alpha", "rm /root/there && ! systemctl restart dep && systemctl is-failed dep");
    site.exec_must("alpha", "systemd-run --unit=by-hand false; while systemctl is-active by-hand; do sleep 0.1; done");
    (site, network)
}

#[test]
fn number_03_what_failed_before_is_a_warning_and_what_fails_newly_goes_back() {
    let (site, network) = site_with_failed_units("");
    let added = format!("{DEP} environment.etc.added.text = \"yes\";");
    site.write(&network.clone().configure("alpha", &added));
    let text = site.netlib_must("deploy");
    assert_says(&text, &["switched from", "units that failed before or may fail: dep.service", "1 of 1 nodes active"]);
    site.assert_active("alpha");
    let before = site.systems("alpha").0;

    // What was changed and fails all the same is a failure, and so is what failed newly.
    let broken = "systemd.services.broken = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; script = \"echo it is broken; exit 7\"; };";
    for (lines, unit, words) in [
        (format!("{} # changed", added.replace("looks for", "wants")), "dep.service", "dep wants its file"),
        (format!("{added}{broken}"), "broken.service", "it is broken"),
    ] {
        site.write(&network.clone().configure("alpha", &lines));
        let (status, text) = site.netlib("deploy");
        assert_eq!(status, 1, "{text}");
        assert_says(&text, &["the host rolled back to the system it ran before", "help: correct the cause"]);
        let summary = text.split_once("the end of the log:").unwrap_or_default().1;
        assert_says(summary, &[words]);
        assert_says(&text, &[&format!("{unit} failed")]);
        assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));
    }

    // The same may fail where the network says so.
    let network = network.with("nodes.alpha.activation.mayFail = [ \"brok*.service\" ];");
    site.write(&network.configure("alpha", &format!("{added}{broken}")));
    let text = site.netlib_must("deploy");
    assert_says(&text, &["units that failed before or may fail: broken.service dep.service (the last words: "]);
    site.assert_active("alpha");
}

#[test]
fn number_04_a_check_of_the_earlier_system_does_not_keep_a_host_from_going_back() {
    let check = "system.preSwitchChecks.blocked = \"test ! -e /run/block\";";
    let (site, network) = site_with_failed_units(check);
    let before = site.systems("alpha").0;
    let network = network.configure("alpha", "systemd.services.blocks = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; script = \"touch /run/block; exit 1\"; };");
    site.write(&network);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the host rolled back to the system it ran before", "blocks.service failed"]);
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));
    assert_eq!(site.phases("alpha", &site.toplevel("alpha")), ["rolledBack"]);
    site.assert_boots("alpha", &before);
}

/// With NixOS' own program (`checks/real-switch`), which fails a switch for each user who is there and has no service manager.
#[test]
fn number_03_a_user_without_a_service_manager_keeps_nobody_from_deploying() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    site.exec_must("deployer", "ssh -f admin@alpha sleep 900 >/dev/null 2>&1");
    site.exec_must(
        "alpha",
        "systemctl stop user@$(id -u admin).service && loginctl --no-legend list-users | grep admin",
    );
    site.write(&network.configure("alpha", "environment.etc.added.text = \"yes\";"));
    let text = site.netlib_must("deploy");
    assert_says(&text, &["switched from", "1 of 1 nodes active"]);
    site.assert_active("alpha");
}

/// Has a unit of this name switch, as far as others can see, until a line of shell succeeds.
fn switch_of(site: &Site, unit: &str, end: &str) {
    let lock = "/run/nixos/switch-to-configuration.lock";
    let body = format!(
        "mkdir -p /run/nixos && exec 9>>{lock} && flock 9 && touch /run/has-lock && until {end}; do sleep 0.2; done"
    );
    site.exec_must("alpha", &format!("systemd-run --quiet --collect --unit={unit} sh -c '{body}'"));
    site.exec_must("alpha", "until test -e /run/has-lock; do sleep 0.1; done; rm /run/has-lock");
}

#[test]
fn number_06_another_switch_is_named_and_waited_for_and_nothing_is_rolled_back() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    let network = network.configure("alpha", "environment.etc.added.text = \"yes\";");

    switch_of(&site, "nixos-upgrade", "test -e /run/ends");
    site.write(&network.clone().with("nodes.alpha.activation.timeout = 3;"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["nothing was activated: another switch is under way: nixos-upgrade.service (process "]);
    assert!(!text.contains("rolled back"), "{text}");
    assert_eq!(site.systems("alpha"), (before.clone(), before));
    site.exec_must("alpha", "touch /run/ends; while systemctl is-active nixos-upgrade; do sleep 0.1; done");

    switch_of(
        &site,
        "nixos-rebuild-switch-to-configuration",
        "grep -qs \"under way: nixos-rebuild\" /var/lib/netlib/deploys/*/log",
    );
    // One that still builds switches later.
    site.exec_must("alpha", "systemd-run --quiet --collect --unit=nixos-upgrade sleep 900");
    site.write(&network);
    let text = site.netlib_must("deploy");
    assert_says(
        &text,
        &[
            "another switch is under way: nixos-rebuild-switch-to-configuration.service",
            "; nixos-upgrade.service is at work and may switch the host to a system of its own after this",
            "1 of 1 nodes active",
        ],
    );
    site.assert_active("alpha");
}

#[test]
fn number_07_a_rollback_passes_over_what_was_rolled_back_from_and_old_generations_go() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let network = network.with("nodes.alpha.generations.keep = { days = 30; min = 2; };");
    let deploy = |word: &str| {
        site.deployed(&network.clone().configure("alpha", &format!("environment.etc.word.text = \"{word}\";")), "alpha")
    };
    let [a, b] = ["a", "b"].map(deploy);
    site.netlib_must("rollback alpha");
    let c = deploy("c");
    let text = site.netlib_must("rollback alpha");
    assert_says(&text, &[&format!("generation 2: {a}")]);
    assert_eq!(site.systems("alpha"), (a.clone(), a.clone()));

    let text = site.netlib_must("rollback alpha --list");
    for (line, mark) in [(&a, "* 2"), (&b, "  3"), (&c, "  4")] {
        let found = text.lines().find(|text| text.ends_with(line.as_str())).unwrap_or_else(|| panic!("{text}"));
        assert!(found.contains(mark) && found.contains("  confirmed  "), "{found}");
    }
    let (status, text) = site.netlib("rollback alpha --to 9");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["no generation 9", "`netlib rollback NODE --list` shows"]);

    // What is old goes with its boot entry, but neither the present one, nor the booted one, nor the newest two.
    let many = "cd /nix/var/nix/profiles && for n in 5 6 7 8; do ln -s $(readlink system-3-link) system-$n-link; done";
    let vm = "mkdir -p /boot/netlib-vm /boot/loader/entries /etc/netlib-vm && echo > /etc/netlib-vm/parameters";
    site.exec_must(
        "alpha",
        &format!("{vm} && {many} && touch -h -d '40 days ago' system-*-link && touch -h system-6-link"),
    );
    let booted = site.exec_must("alpha", "readlink -f /run/booted-system || true");
    let left = || site.exec_must("alpha", "cd /nix/var/nix/profiles && echo $(ls -d system-*-link | sort -V)");
    site.exec_must("alpha", "systemctl start netlib-generations");
    let kept = "system-2-link system-4-link system-6-link system-7-link system-8-link";
    let first = if booted.starts_with("/nix/store/") { "system-1-link " } else { "" };
    assert_eq!(left(), format!("{first}{kept}"));
    let entries = || site.exec_must("alpha", "cat /boot/loader/entries/*.conf | grep -c ^title");
    assert_eq!(entries(), left().split(' ').count().to_string());
    assert_eq!(site.systems("alpha"), (a.clone(), a));

    // Where it was cut off, the next run writes the menu.
    site.exec_must("alpha", "rm -rf /boot/loader/entries/* && touch /var/lib/netlib/boot-menu-is-stale && systemctl start netlib-generations");
    assert_eq!(entries(), left().split(' ').count().to_string());
    site.exec_must(
        "alpha",
        "test ! -e /var/lib/netlib/boot-menu-is-stale && systemctl is-active netlib-generations.timer",
    );
    assert_says(&site.netlib_must("deploy"), &["1 of 1 nodes active"]);
}
