//! The deployer goes away, or there are two.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// Fault 6.
#[test]
fn a_deployer_killed_during_the_copy_starts_over() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure("alpha", Site::large_copy()));
    let toplevel = site.toplevel("alpha");
    site.gate_copies("alpha");
    let run = site.start("deploy");
    site.wait_for_copy("alpha");
    run.kill();
    assert_eq!(site.systems("alpha"), (before.clone(), before));
    assert!(site.phases("alpha", &toplevel).is_empty());

    site.ungate_copies("alpha");
    site.netlib_must("deploy");
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_boots("alpha", &toplevel);
}

/// The next deployment tells the host that the killed one is dead, although other commands came between.
#[test]
fn what_a_killed_deployer_had_begun_to_copy_is_kept_no_longer() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    site.write(&network.clone().configure("alpha", Site::large_copy()));
    site.gate_copies("alpha");
    let run = site.start("deploy");
    site.wait_for_copy("alpha");
    run.kill();
    site.ungate_copies("alpha");
    let roots = || site.exec("alpha", "find /nix/var/nix/gcroots/netlib -name '*-next'").stdout;
    assert_ne!(roots(), "");

    site.netlib("status --no-eval");
    site.write(&network.configure("alpha", "environment.etc.\"other\".text = \"other\";"));
    site.netlib_must("deploy");
    assert_eq!(roots(), "");
}

/// Fault 6: the second run finds the first one's activation and ends it.
#[test]
fn a_deployer_killed_during_the_switch_takes_it_up_again() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure("alpha", GATE));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    run.kill();
    assert_eq!(site.systems("alpha").1, before);

    let again = site.start("deploy");
    again.wait_for("already");
    site.open_gate("alpha");
    let (status, text) = again.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    site.assert_boots("alpha", &toplevel);
}

/// Fault 7.
#[test]
fn the_second_of_two_deployers_is_told_who_the_first_one_is() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    site.write(&network.clone().configure("alpha", GATE));
    let toplevel = site.toplevel("alpha");
    let first = site.start("deploy");
    site.wait_for_gate("alpha");
    let before = site.systems("alpha").1;

    site.write(&network.clone().configure("alpha", "environment.etc.\"other\".text = \"other\";"));
    let other = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["root@deployer has been deploying to this host since 2", "nothing was changed"]);
    assert!(site.phases("alpha", &other).is_empty(), "{text}");
    assert_eq!(site.systems("alpha").1, before);

    site.open_gate("alpha");
    let (status, text) = first.wait();
    assert_eq!(status, 0, "{text}");
    assert_eq!(site.systems("alpha"), (toplevel.clone(), toplevel.clone()));
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);

    // Now it is the other one's turn.
    site.netlib_must("deploy");
    site.assert_active("alpha");
    site.assert_boots("alpha", &other);
}

/// Fault 7: whichever comes first begins, and the other one follows it.
#[test]
fn two_runs_of_the_same_deployment_switch_once() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let counted = format!("{GATE} system.activationScripts.count.text = \"echo once >> /root/count\";");
    site.write(&network.configure("alpha", &counted));
    let toplevel = site.toplevel("alpha");
    let runs = [site.start("deploy"), site.start("deploy")];
    site.wait_for_gate("alpha");
    site.open_gate("alpha");
    for run in runs {
        let (status, text) = run.wait();
        assert_eq!(status, 0, "{text}");
        assert_says(&text, &["1 of 1 nodes active"]);
    }
    site.assert_active("alpha");
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    assert_eq!(site.exec_must("alpha", "cat /root/count"), "once");
    site.assert_boots("alpha", &toplevel);
}

/// A step between copy and activation at which the first run waits, and only that one.
const HOLD: &str = r#"
  deploy.steps.hold = {
    kind = "command";
    on = "deployer";
    command = "mkdir /root/held || exit 0; until [ -e /root/go ]; do sleep 0.1; done";
    after = [ "copy:alpha" ];
    before = [ "activate:alpha" ];
  };
"#;

/// Fault 7: what another deployer brought there after the first one looked is neither undone nor done again.
#[test]
fn what_was_deployed_while_another_deployment_was_prepared_stays() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]).with(HOLD);
    site.exec_must("deployer", "mkdir /root/held");
    site.deployed(&network, "alpha");
    let configured = |lines: &str| {
        site.write(&network.clone().configure("alpha", lines));
        site.toplevel("alpha")
    };
    let held = || {
        site.exec_must("deployer", "rm -rf /root/held /root/go");
        let run = site.start("deploy");
        site.wait_until("deployer", "the first run waits", "test -e /root/held");
        run
    };

    let ours = configured("environment.etc.\"whose\".text = \"ours\";");
    let first = held();
    let theirs = configured("environment.etc.\"whose\".text = \"theirs\";");
    site.netlib_must("deploy");
    site.exec_must("deployer", "touch /root/go");
    let (status, text) = first.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "the host changed while this deployment was prepared",
            &format!("root@deployer deployed {theirs} at 2"),
            "nothing was changed",
            "netlib diff",
        ],
    );
    assert_eq!(site.systems("alpha"), (theirs.clone(), theirs));
    assert!(site.phases("alpha", &ours).is_empty(), "{text}");

    let same = configured("system.activationScripts.count.text = \"echo once >> /root/count\";");
    let first = held();
    site.netlib_must("deploy");
    site.exec_must("deployer", "touch /root/go");
    let (status, text) = first.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["somebody else deployed it meanwhile"]);
    assert_eq!(site.phases("alpha", &same), ["confirmed"]);
    assert_eq!(site.exec_must("alpha", "cat /root/count"), "once");
    site.assert_boots("alpha", &same);
}

/// Fault 7: they meet at another moment each time.
#[test]
fn three_runs_of_the_same_deployment_agree_whenever_they_meet() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    for round in 0..4 {
        let count = format!("system.activationScripts.count.text = \"echo {round} >> /root/count\";");
        site.write(&network.clone().configure("alpha", &count));
        let toplevel = site.toplevel("alpha");
        let runs = [(); 3].map(|()| site.start("deploy"));
        for run in runs {
            let (status, text) = run.wait();
            assert_eq!(status, 0, "{text}");
        }
        site.assert_active("alpha");
        assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    }
    assert_eq!(site.exec_must("alpha", "cat /root/count"), "0\n1\n2\n3");
}
