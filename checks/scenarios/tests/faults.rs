//! What hosts and connections do wrong: each is explained, stops only what depends on it and changes nothing.

use netlib_scenarios::{Network, Site};
use netlib_testbed::BedOptions;

#[test]
fn an_unreachable_node_stops_only_what_depends_on_it() {
    let hosts = ["alpha", "beta", "gamma"];
    let site = Site::up(&hosts);
    site.write(
        &Network::of(&hosts)
            .with("deploy.order.beta-first = { first = [ \"beta\" ]; next = [ \"gamma\" ]; };"),
    );
    site.bed.host("beta").cut().expect("cut");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    site.assert_active("alpha");
    assert_eq!(
        site.systems("gamma"),
        (String::new(), String::new()),
        "{text}"
    );
    assert!(text.contains("unreachable"), "{text}");
    assert!(text.contains("blocked"), "{text}");
    assert!(text.contains("1 of 3 nodes active"), "{text}");

    site.bed.host("beta").heal().expect("heal");
    let text = site.netlib_must("deploy");
    assert!(text.contains("3 of 3 nodes active"), "{text}");
    site.assert_active("beta");
    site.assert_active("gamma");
}

#[test]
fn hosts_that_refuse_the_deployer_are_explained() {
    let site = Site::up(&["alpha"]);
    let plain = Network::of(&["alpha"]);

    site.write(&Network::of(&["alpha"]).with("nodes.alpha.target.user = \"nobody-here\";"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(
        text.contains("alpha") && text.contains("nobody-here"),
        "{text}"
    );
    assert!(text.to_lowercase().contains("permission denied"), "{text}");

    site.write(&plain);
    site.exec("alpha", "systemctl stop ssh.service ssh.socket");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("refused"), "{text}");
    site.exec("alpha", "systemctl start ssh.service");

    site.bed
        .host("alpha")
        .change_ssh_host_key()
        .expect("a new host key");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("host key"), "{text}");
    assert!(
        text.contains("ssh-keygen -f /root/.ssh/known_hosts -R alpha"),
        "{text}"
    );
    assert_eq!(site.systems("alpha"), (String::new(), String::new()));

    site.bed.host("alpha").crash().expect("crash");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("unreachable"), "{text}");
}

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

#[test]
fn a_switch_that_fails_goes_back_to_the_system_before() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    let broken = "systemd.services.broken = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; script = \"echo this unit never starts >&2; exit 7\"; };";

    // Nothing to go back to on the very first activation: said, and the profile stays as it was.
    site.write(&network.clone().configure("alpha", broken));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("broken.service"), "{text}");
    assert!(text.contains("this unit never starts"), "{text}");
    assert_eq!(site.systems("alpha").1, "", "{text}");

    site.write(&network);
    site.netlib_must("deploy");
    site.assert_active("alpha");
    let before = site.systems("alpha");

    site.write(&network.clone().configure("alpha", broken));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("broken.service"), "{text}");
    assert_eq!(site.systems("alpha"), before, "{text}");
    let unit = site.exec("alpha", "systemctl cat broken.service");
    assert!(
        !unit.success(),
        "the broken unit is still there:\n{}",
        unit.stdout
    );

    // The same closure again, now that the cause is gone, is tried again and not remembered as bad.
    site.write(&network.configure(
        "alpha",
        "systemd.services.broken = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; script = \"test -e /root/cause-gone\"; };",
    ));
    let (status, _) = site.netlib("deploy");
    assert_eq!(status, 1);
    site.exec("alpha", "touch /root/cause-gone");
    site.netlib_must("deploy");
    site.assert_active("alpha");
}

#[test]
fn losing_the_connection_during_activation_loses_nothing() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]).configure(
        "alpha",
        "systemd.services.no-sessions = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; serviceConfig.RemainAfterExit = true; script = \"pkill -KILL sshd; sleep 2; systemctl restart ssh.service; echo done > /root/ran\"; };",
    ));
    let text = site.netlib_must("deploy");
    assert!(text.contains("lost the connection"), "{text}");
    assert!(text.contains("1 of 1 nodes active"), "{text}");
    site.assert_active("alpha");
    assert_eq!(site.exec("alpha", "cat /root/ran").stdout, "done\n");
}

#[test]
fn a_full_disk_is_named_and_nothing_is_activated() {
    let site = Site::with(BedOptions::new(["alpha"]).disk_limit("alpha", "120M"));
    site.write(&Network::of(&["alpha"]).configure(
        "alpha",
        "environment.etc.\"large\".source = pkgs.runCommand \"large\" { } \"dd if=/dev/urandom of=$out bs=1M count=150\";",
    ));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("alpha"), "{text}");
    assert!(text.to_lowercase().contains("no space left"), "{text}");
    assert_eq!(
        site.systems("alpha"),
        (String::new(), String::new()),
        "{text}"
    );
}

#[test]
fn a_host_of_another_network_is_refused_unless_adopted() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    site.write(&network.clone().with("network.id = \"one\";"));
    site.netlib_must("deploy");
    let before = site.systems("alpha");
    let changed = network.configure("alpha", "environment.etc.\"changed\".text = \"yes\";");

    // The same id and another name: two networks would fight for the host.
    site.write(
        &changed
            .clone()
            .with("network.id = \"one\"; network.name = \"impostor\";"),
    );
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(
        text.contains("share the id one") && text.contains("\"test\""),
        "{text}"
    );
    assert_eq!(site.systems("alpha"), before);

    site.write(&changed.with("network.id = \"two\";"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("--adopt"), "{text}");
    assert_eq!(site.systems("alpha"), before);

    site.netlib_must("deploy --adopt");
    site.assert_active("alpha");
    site.netlib_must("deploy");
}
