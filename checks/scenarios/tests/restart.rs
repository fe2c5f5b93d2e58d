//! Restarting a host: netlib waits for a new boot and looks at what it brought.

use netlib_scenarios::{Network, Site, assert_says};
use std::time::Duration;

/// Puts the profile back to its first generation while the host shuts down, as a broken boot loader would.
const BACK_AT_SHUTDOWN: &str = "printf '%s\n' '[Service]' Type=oneshot RemainAfterExit=yes ExecStart=/bin/true \
     'ExecStop=/bin/ln -sfn system-1-link /nix/var/nix/profiles/system' > /etc/systemd/system/back.service && \
     systemctl daemon-reload && systemctl start back.service";

/// A host of the bed that restarts goes off; this is the hand that switches it on again.
fn switch_on_after_restart(site: &Site, host: &str) {
    let host = site.bed.host(host);
    host.wait_until("it is off", Duration::from_secs(240), |host| Ok(!host.is_running()?)).expect("off");
    host.boot().expect("boot");
}

/// Restarts with this deploy, which must say why; then the host has booted what it runs.
fn restarts(site: &Site, why: &str) {
    let run = site.start("deploy --reboot");
    switch_on_after_restart(site, "alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &[&format!("restarting the host, for {why}\n")]);
    site.assert_active("alpha");
    assert_eq!(booted(site), site.toplevel("alpha"), "{text}");
}

fn booted(site: &Site) -> String {
    site.exec_must("alpha", "readlink -f /run/booted-system")
}

#[test]
fn a_host_is_restarted_for_what_only_a_boot_brings_in_and_for_nothing_else() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.assert_boots("alpha", &before);

    // Another system with the same kernel, initrd, parameters and systemd.
    let new = "environment.etc.\"new\".text = \"new\";";
    site.write(&network.clone().configure("alpha", new));
    let text = site.netlib_must("deploy --reboot");
    assert!(!text.contains("restarting the host") && !text.contains("needs a restart"), "{text}");
    site.assert_active("alpha");
    assert_eq!(booted(&site), before, "{text}");

    let kernel = format!("{new} boot.kernelPackages = pkgs.linuxPackages_latest;");
    site.write(&network.clone().configure("alpha", &kernel));
    restarts(&site, "kernel, initrd, kernel-modules");
    let text = site.netlib_must("deploy --reboot");
    assert!(!text.contains("restarting the host") && !text.contains("needs a restart"), "{text}");
    let latest = booted(&site);

    // Not without being told to; and a later run finds that it is still due.
    let parameters = format!("{kernel} boot.kernelParams = [ \"quiet\" ];");
    site.write(&network.clone().configure("alpha", &parameters));
    let text = site.netlib_must("deploy");
    assert_says(&text, &["; needs a restart: kernel-params"]);
    site.assert_active("alpha");
    assert_eq!(booted(&site), latest, "{text}");
    restarts(&site, "kernel-params");

    let systemd =
        format!("{parameters} systemd.package = pkgs.systemd.overrideAttrs (old: {{ version = \"next\"; }});");
    let when_needed = network.with("nodes.alpha.activation.reboot = \"when-needed\";");
    site.write(&when_needed.configure("alpha", &systemd));
    restarts(&site, "systemd");
}

#[test]
fn a_host_that_restarts_is_waited_for_and_runs_the_new_system() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure("alpha", "environment.etc.\"new\".text = \"new\";"));
    let run = site.start("deploy --goal boot --reboot");
    switch_on_after_restart(&site, "alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("restarting the host"), "{text}");
    assert_ne!(site.systems("alpha").0, before, "{text}");
    site.assert_active("alpha");
    assert_eq!(site.exec("alpha", "cat /etc/new").stdout, "new");
}

#[test]
fn a_host_that_comes_back_on_the_old_system_is_a_failure_that_says_so() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure("alpha", "environment.etc.\"new\".text = \"new\";"));
    let prepared = site.exec("alpha", BACK_AT_SHUTDOWN);
    assert!(prepared.success(), "{}", prepared.stderr);
    let run = site.start("deploy --goal boot --reboot");
    switch_on_after_restart(&site, "alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert!(text.contains(&before), "{text}");
    assert_eq!(site.systems("alpha"), (before.clone(), before), "{text}");
    assert!(!site.exec("alpha", "test -e /etc/new").success());
}

#[test]
fn a_restart_waits_for_its_window_and_the_node_is_out_of_service_around_it() {
    let network = Network::of(&["alpha", "beta"]);
    let site = Site::deployed_on(&["alpha", "beta"], &network);
    let around = |what: &str, command: &str| {
        format!("nodes.alpha.activation.{what} = {{ on = \"beta\"; command = \"{command}\"; }};")
    };
    let tells = |what: &str| around(what, &format!("echo {what} $NETLIB_NODE >>/root/said"));
    let network = network.with("nodes.alpha.activation.reboot = \"when-needed\";").with(&tells("undrain"));
    let quiet = network.clone().with(&tells("drain")).configure("alpha", "boot.kernelParams = [ \"quiet\" ];");
    let window = |opens: &str| {
        let start = site.exec_must("alpha", &format!("date -d '{opens}' +%H:%M"));
        format!("nodes.alpha.activation.rebootWindow = {{ start = \"{start}\"; duration = \"1h\"; }};")
    };

    // The balancer needs no deployment of its own.
    site.write(&quiet.clone().with(&window("2 hours")));
    for _ in 0..2 {
        let text = site.netlib_must("deploy --on alpha");
        assert_says(&text, &["; needs a restart: kernel-params (the window opens "]);
        site.assert_active("alpha");
    }
    assert!(!site.exec("beta", "test -e /root/said").success(), "nobody restarts, so nobody is drained");

    site.write(&quiet.with(&window("10 minutes ago")));
    let run = site.start("deploy --on alpha");
    switch_on_after_restart(&site, "alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["restarted for kernel-params"]);
    assert_eq!(site.exec_must("beta", "cat /root/said"), "drain alpha\nundrain alpha", "{text}");
    let good = booted(&site);

    let loud = network.with(&around("drain", "false")).configure("alpha", "boot.kernelParams = [ \"loud\" ];");
    site.write(&loud);
    let (status, text) = site.netlib("deploy --on alpha");
    assert_eq!(status, 1, "{text}");
    assert_eq!((site.systems("alpha"), booted(&site)), ((good.clone(), good.clone()), good), "{text}");
    assert_eq!(site.exec_must("beta", "tail -n 1 /root/said; wc -l </root/said"), "undrain alpha\n3", "{text}");
}

#[test]
fn the_nodes_of_a_rollout_restart_one_after_the_other_each_out_of_service_meanwhile() {
    let hosts = ["alpha", "beta"];
    let network = Network::of(&hosts);
    let site = Site::deployed_on(&hosts, &network);
    let around = |what: &str| {
        format!("activation.{what} = {{ on = \"deployer\"; command = \"echo {what} $NETLIB_NODE >>/root/said\"; }};")
    };
    let network = network.with("activation.reboot = \"when-needed\";").with(&around("drain")).with(&around("undrain"));
    let network = network.with("rollouts.all = { nodes = [ \"*\" ]; maxUnavailable = 1; };");
    let quiet = "boot.kernelParams = [ \"quiet\" ];";
    site.write(&network.configure("alpha", quiet).configure("beta", quiet));
    let run = site.start("deploy");
    for host in hosts {
        switch_on_after_restart(&site, host);
    }
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    let said = site.exec_must("deployer", "cat /root/said");
    assert_eq!(said, "drain alpha\nundrain alpha\ndrain beta\nundrain beta", "{text}");
    for host in hosts {
        site.assert_active(host);
    }
}
