//! The machine itself: whose it is, what it cannot do without a restart, and what it has no room for.

use std::time::Duration;

use netlib_scenarios::{Network, Site, assert_says};

const RECORD: &str = "/var/lib/netlib/network";

/// Refused before anything is built, and nothing is changed anywhere.
fn refuses(site: &Site, arguments: &str, node: &str, words: &[&str]) {
    let before = ["alpha", "beta"].map(|host| site.systems(host));
    let (status, text) = site.netlib(arguments);
    assert_eq!(status, 1, "{text}");
    assert_says(&text, words);
    assert_eq!(["alpha", "beta"].map(|host| site.systems(host)), before, "{text}");
    let toplevel = site.toplevel(node);
    assert!(!site.sh(&format!("test -e {toplevel}")).success(), "{text}");
}

#[test]
fn number_01_the_machine_of_another_node_is_refused() {
    let network = Network::of(&["alpha", "beta"]);
    let site = Site::deployed_on(&["alpha", "beta"], &network);
    let new = |network: Network, name: &str| network.configure(name, "environment.etc.\"new\".text = \"yes\";");
    let of_alpha = ["this host is the machine of the node \"alpha\", not of \"beta\"", "formerNames = [ \"alpha\" ]"];

    // A mistake in a target, with or without the node whose machine it is.
    let mistaken = network.clone().with("nodes.beta.target.host = lib.mkForce \"alpha.bed\";");
    site.write(&new(mistaken, "beta"));
    refuses(&site, "deploy --on beta", "beta", &of_alpha);
    refuses(&site, "deploy --on beta --adopt", "beta", &of_alpha);
    refuses(&site, "deploy", "beta", &of_alpha);
    refuses(&site, "rollback beta", "beta", &of_alpha);
    assert_says(&site.netlib("status").1, &["node        alpha, by its record"]);

    // Machines that were swapped, where each answers under the name of the other.
    let swapped = network
        .clone()
        .with("nodes.alpha.target.host = lib.mkForce \"beta\"; nodes.beta.target.host = lib.mkForce \"alpha\";");
    site.write(&new(new(swapped.clone(), "alpha"), "beta"));
    refuses(&site, "deploy", "alpha", &[of_alpha[0], "machine of the node \"beta\", not of \"alpha\""]);
    // That is meant.
    site.write(&swapped.with("nodes.alpha.formerNames = [ \"beta\" ]; nodes.beta.formerNames = [ \"alpha\" ];"));
    let text = site.netlib_must("deploy");
    assert_eq!(site.systems("alpha").0, site.toplevel("beta"), "{text}");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=beta"));

    // A record from before there was a node in it.
    site.exec_must("alpha", &format!("sed -i /^node=/d {RECORD}"));
    site.netlib_must("deploy");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=beta"));

    // A node that was renamed, and one that is gone.
    let renamed = Network::of(&["gamma"]).with("nodes.gamma.target.host = lib.mkForce \"alpha\";");
    site.write(&renamed);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &["machine of the node \"beta\", not of \"gamma\"", "`beta` (alpha) is no longer in the network"],
    );
    site.write(&renamed.with("nodes.gamma.formerNames = [ \"beta\" ];"));
    let text = site.netlib_must("deploy");
    assert!(!text.contains("no longer in the network"), "{text}");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=gamma"));
}

/// Runs a command during which the host restarts; on the bed somebody has to switch it on again.
fn restarts(site: &Site, arguments: &str, words: &[&str]) {
    let run = site.start(arguments);
    let alpha = site.bed.host("alpha");
    alpha.wait_until("it is off", Duration::from_secs(240), |host| Ok(!host.is_running()?)).expect("off");
    alpha.boot().expect("boot");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, words);
}

#[test]
fn number_05_what_cannot_be_switched_to_is_booted() {
    let inhibited = |with| {
        let lines = format!("system.switch.inhibitors.dbus-implementation = \"{with}\";");
        Network::of(&["alpha"]).configure("alpha", &lines)
    };
    let site = Site::deployed_on(&["alpha"], &inhibited("dbus"));
    let (old, _) = site.systems("alpha");
    site.write(&inhibited("broker"));
    let new = site.toplevel("alpha");
    let due = "dbus-implementation dbus -> broker";

    let (status, text) = site.netlib("deploy --goal test");
    assert_eq!((status, site.systems("alpha")), (1, (old.clone(), old.clone())), "{text}");
    assert_says(&text, &[&format!("without a restart ({due})"), "nothing was changed"]);
    // No failure, and nothing to roll back from.
    let text = site.netlib_must("deploy");
    assert_says(&text, &[&format!("needs a restart: {due}"), "the one that boots"]);
    assert_eq!(site.systems("alpha"), (old.clone(), new.clone()), "{text}");
    for arguments in ["deploy --dry-run", "deploy --goal dry-activate"] {
        assert_says(&site.netlib_must(arguments), &[&format!("needs a restart: {due}")]);
    }

    restarts(&site, "deploy --reboot", &[&format!("restarted for {due}")]);
    assert_eq!(site.systems("alpha"), (new.clone(), new.clone()));
    assert!(!site.netlib_must("deploy --reboot").contains("restart"));

    // The same way back.
    site.write(&inhibited("broker").with("nodes.alpha.activation.reboot = \"when-needed\";"));
    restarts(&site, "rollback alpha", &["restarted for dbus-implementation broker -> dbus"]);
    assert_eq!(site.systems("alpha"), (old.clone(), old));

    // A unit that needs what only the new kernel has.
    let unit = "boot.kernelPackages = pkgs.linuxPackages_latest; systemd.services.dep = { \
        wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; \
        script = \"test /run/booted-system/kernel-modules -ef /run/current-system/kernel-modules\"; };";
    site.write(&inhibited("dbus").configure("alpha", unit));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["dep.service", "needs a module of the new kernel (kernel, initrd, kernel-modules)"]);
    restarts(
        &site,
        "deploy --goal boot --reboot",
        &["restarted for kernel, initrd, kernel-modules, the system itself"],
    );
    site.assert_active("alpha");
}
