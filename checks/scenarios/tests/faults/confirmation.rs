//! The switch went well, and then nobody can confirm it, or nobody does in time.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// A unit of the new system that does this when it starts, and its opposite when the old system comes back.
fn cutting(cut: &str, mend: &str) -> String {
    format!(
        r#"systemd.services.cut = {{
             wantedBy = [ "multi-user.target" ];
             serviceConfig = {{ Type = "oneshot"; RemainAfterExit = true; }};
             path = [ "/usr" ];
             script = "{cut}";
             preStop = "{mend}";
           }};"#
    )
}

/// Fault 3: connections that were open live on, so only a new one shows that nobody gets in any more.
#[test]
fn a_system_that_stops_sshd_goes_back_by_itself() {
    let text = goes_back("systemctl stop ssh.socket ssh.service", "systemctl start ssh.service");
    assert!(!text.contains("lost the connection"), "{text}");
}

/// Fault 3.
#[test]
fn a_system_that_takes_the_interface_down_goes_back_by_itself() {
    // Its addresses are what the old system would bring back. Sshd refuses its configuration as well.
    let down = "echo 1 > /proc/sys/net/ipv6/conf/eth0/keep_addr_on_down; ip link set eth0 down; \
                echo NoSuchWord > /etc/ssh/sshd_config.d/bad.conf; systemctl restart ssh.service || true";
    let up = "rm /etc/ssh/sshd_config.d/bad.conf; systemctl reset-failed ssh.service; systemctl restart ssh.service; ip link set eth0 up";
    goes_back(down, up);
}

/// Deploys such a system, which the host must leave by itself; returns what netlib printed.
fn goes_back(cut: &str, mend: &str) -> String {
    let network = Network::of(&["alpha"]).impatient(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    let short = network.clone().with("nodes.alpha.activation.confirmTimeout = 5;");
    site.write(&short.configure("alpha", &cutting(cut, mend)));
    let toplevel = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the host rolled back to the system it ran before", "confirm"]);
    let running = format!("now running: {before} (the system from before)");
    let boot = format!("next boot: {before} (the system from before)");
    assert_says(&text, &[running.as_str(), boot.as_str(), "0 of 1 nodes active"]);
    assert_eq!(site.phases("alpha", &toplevel), ["rolledBack"]);
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));

    // The old system answers.
    site.must("ssh -o BatchMode=yes alpha true");
    site.assert_boots("alpha", &before);
    site.deployed(&network.configure("alpha", "environment.etc.\"good\".text = \"good\";"), "alpha");
    text
}

/// Fault 5.
#[test]
fn a_host_that_crashes_before_the_confirmation_boots_the_old_system() {
    let network = Network::of(&["alpha"]).impatient(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure("alpha", GATE));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    // Without the cable nobody can confirm.
    site.bed.host("alpha").cut().expect("cut");
    site.open_gate("alpha");
    site.wait_for_phase("alpha", &toplevel, "awaitingConfirmation");
    assert_eq!(site.systems("alpha"), (toplevel.clone(), before.clone()));
    site.bed.host("alpha").crash().expect("crash");
    site.bed.host("alpha").heal().expect("heal");
    site.assert_boots("alpha", &before);
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the host was restarted in the middle of the activation"]);

    site.open_gate("alpha");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["was stopped in the middle", toplevel.as_str()]);
    site.assert_active("alpha");
    site.assert_boots("alpha", &toplevel);
}

/// Fault 6: nobody confirms, so the host rolls back on its own; or somebody does in time.
#[test]
fn a_deployer_killed_before_the_confirmation_confirms_it_or_the_host_goes_back() {
    let network = Network::of(&["alpha"]).impatient(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    let alpha = site.bed.host("alpha");
    let unconfirmed = |network: &Network| {
        site.write(network);
        let toplevel = site.toplevel("alpha");
        site.close_gate("alpha");
        let run = site.start("deploy");
        site.wait_for_gate("alpha");
        alpha.cut().expect("cut");
        site.open_gate("alpha");
        site.wait_for_phase("alpha", &toplevel, "awaitingConfirmation");
        run.kill();
        toplevel
    };

    // Nobody comes.
    let short = network.clone().with("nodes.alpha.activation.confirmTimeout = 15;");
    let toplevel = unconfirmed(&short.configure("alpha", GATE));
    site.wait_for_phase("alpha", &toplevel, "rolledBack");
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));
    alpha.heal().expect("heal");
    site.assert_boots("alpha", &before);

    // Nobody saw that: the next ones who look are told, and the first who deploys is the last to hear of it.
    let unacknowledged = "rolled back, unacknowledged: nobody confirmed";
    assert_says(&site.netlib_must("status --no-eval"), &[unacknowledged]);
    assert_says(&site.netlib_must("status --no-eval"), &[unacknowledged]);
    site.write(&network);
    let told = ["ended unacknowledged", toplevel.as_str()];
    assert_says(&site.netlib_must("deploy --dry-run"), &told);
    assert_says(&site.netlib_must("deploy"), &told);
    let text = site.netlib_must("deploy");
    assert!(!text.contains("unacknowledged"), "{text}");

    // The second run comes in time.
    let long = network.with("nodes.alpha.activation.confirmTimeout = 250;");
    let toplevel = unconfirmed(&long.configure("alpha", &format!("{GATE} environment.etc.\"new\".text = \"new\";")));
    alpha.heal().expect("heal");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_boots("alpha", &toplevel);
}

/// Fault 15: nobody is left to confirm, unless the user comes back.
#[test]
fn after_two_interrupts_netlib_leaves_and_the_host_goes_back_or_is_confirmed_later() {
    let network = Network::of(&["alpha"]).impatient(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    let leave = |network: &Network| {
        site.write(network);
        let toplevel = site.toplevel("alpha");
        site.close_gate("alpha");
        let run = site.start("deploy");
        site.wait_for_gate("alpha");
        run.interrupt();
        run.wait_for("Interrupted");
        // Sooner it would be the same interrupt.
        std::thread::sleep(std::time::Duration::from_millis(1200));
        run.interrupt();
        let (status, text) = run.wait();
        assert_eq!(status, 130, "{text}");
        assert_says(&text, &["Aborted. Still activating without netlib", "alpha"]);
        site.wait_until("deployer", "its connections end", "! pgrep -f '[s]sh -f -N'");
        assert_eq!(site.phases("alpha", &toplevel), ["activating"], "{text}");
        site.open_gate("alpha");
        toplevel
    };

    let toplevel = leave(&network.clone().configure("alpha", GATE).with("nodes.alpha.activation.confirmTimeout = 3;"));
    site.wait_for_phase("alpha", &toplevel, "rolledBack");
    assert_eq!(site.systems("alpha"), (before.clone(), before));

    let again = network.configure("alpha", &format!("{GATE} environment.etc.\"new\".text = \"new\";"));
    let toplevel = leave(&again.with("nodes.alpha.activation.confirmTimeout = 250;"));
    let text = site.netlib_must("deploy");
    assert_says(&text, &["1 of 1 nodes active"]);
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_active("alpha");
    site.assert_boots("alpha", &toplevel);
}

/// Fault 4: the cable is out while the switch ends, well or not; the outcome is found when it is in again.
#[test]
fn an_outcome_is_found_after_the_cable_was_out() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]).impatient(&["alpha"]).with("nodes.alpha.activation.confirmTimeout = 250;");
    let before = site.deployed(&network, "alpha");
    let alpha = site.bed.host("alpha");
    let count = "system.activationScripts.count.text = \"echo once >> /root/count\";";
    let deploy = |lines: &str, phase: &str| {
        site.write(&network.clone().configure("alpha", &format!("{GATE} {lines}")));
        let toplevel = site.toplevel("alpha");
        site.close_gate("alpha");
        site.exec_must("alpha", "rm -f /root/count");
        let run = site.start("deploy");
        site.wait_for_gate("alpha");
        alpha.cut().expect("cut");
        run.wait_for("lost the connection");
        site.open_gate("alpha");
        site.wait_for_phase("alpha", &toplevel, phase);
        alpha.heal().expect("heal");
        let (status, text) = run.wait();
        assert_eq!(site.exec_must("alpha", "cat /root/count"), "once", "{text}");
        (toplevel, status, text)
    };

    let late = r#"systemd.services.late = {
        after = [ "gate.service" ];
        wantedBy = [ "multi-user.target" ];
        serviceConfig.Type = "oneshot";
        script = "echo too late to be well >&2; exit 3";
      };"#;
    let (toplevel, status, text) = deploy(&format!("{count} {late}"), "rolledBack");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["too late to be well", "rolled back to the system it ran before"]);
    assert_eq!(site.phases("alpha", &toplevel), ["rolledBack"]);
    assert_eq!(site.systems("alpha"), (before.clone(), before));

    let (toplevel, status, text) = deploy(count, "awaitingConfirmation");
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["1 of 1 nodes active"]);
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_active("alpha");
    site.assert_boots("alpha", &toplevel);
}
