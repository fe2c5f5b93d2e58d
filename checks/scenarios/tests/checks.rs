//! Health checks: from the node itself they decide whether it keeps its new system, and `netlib check` asks for them.

use netlib_scenarios::{Network, Site, assert_says};

/// A configuration whose health is what `/etc/health` says.
fn network(word: &str) -> Network {
    Network::of(&["alpha", "beta"]).configure("alpha", &format!(r#"environment.etc."health".text = "{word}";"#)).with(
        r#"
            rollout = { timing.minHealthyTime = 1; timing.healthyDeadline = 12; };
            nodes.alpha.checks.word = {
              exec.script = "read -r word < /etc/health || true; echo \"the word is $word\"; [ \"$word\" = good ]";
              period = 1;
            };
            "#,
    )
}

#[test]
fn checks_from_the_node_itself_decide_whether_it_keeps_its_system() {
    let site = Site::up(&["alpha", "beta"]);
    let good = site.deployed(&network("good"), "alpha");
    assert_eq!(site.phases("alpha", &good), ["confirmed"]);

    site.write(&network("bad"));
    let bad = site.toplevel("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "alpha  failed",
            "rolled back to the system it ran before: the new system is not healthy: check word: the word is bad",
            "beta   up to date",
        ],
    );
    assert_eq!(site.systems("alpha"), (good.clone(), good.clone()));
    assert_eq!(site.phases("alpha", &bad), ["rolledBack"]);
    site.assert_boots("alpha", &good);
}

/// Three nodes in one rollout with a canary; each is healthy as long as the deployer has no file that says otherwise.
fn rollout(version: &str) -> Network {
    let configuration = format!(r#"environment.etc."version".text = "{version}";"#);
    let network = ["alpha", "beta", "gamma"].iter().fold(Network::of(&["alpha", "beta", "gamma"]), |network, node| {
        network.configure(node, &configuration).with(&format!(
            r#"
                nodes.{node}.checks.outside = {{
                  exec.script = "if [ -e /root/broken-{node} ]; then echo \"{node} is broken\"; exit 1; fi";
                  from = "deployer";
                  period = 1;
                }};
                "#
        ))
    });
    network.with(
        r#"
        roles.web = {
          nodes = [ "*" ];
          rollout = {
            canary = true;
            batches = [ "100%" ];
            timing.minHealthyTime = 1;
            timing.healthyDeadline = 12;
            maxUnavailable = 2;
            pause = { after = "canary"; deadline = 250; };
            autoRevert = "rollout";
          };
        };
        "#,
    )
}

#[test]
fn checks_from_elsewhere_hold_a_rollout_and_take_it_back() {
    let hosts = ["alpha", "beta", "gamma"];
    let site = Site::up(&hosts);
    // Nodes that were never deployed cannot be well yet, and use up nothing of what may be unavailable.
    site.exec_must("deployer", "touch /root/broken-beta /root/broken-gamma");
    site.write(&rollout("1"));
    let run = site.start("deploy");
    run.wait_for("rollout web: paused after batch 1");
    site.assert_active("alpha");
    assert_eq!(site.systems("beta").0, "");
    site.exec_must("deployer", "rm /root/broken-beta /root/broken-gamma");
    assert_says(&site.netlib_must("approve"), &["approved: rollout web goes on after batch 1"]);
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["rollout web  healthy  3 of 3 nodes healthy"]);
    let old = hosts.map(|host| site.systems(host));
    for host in hosts {
        site.assert_active(host);
    }
    assert_says(&site.netlib_must("check"), &["alpha  healthy    outside from deployer", "3 of 3 checks healthy"]);

    site.write(&rollout("2"));
    site.exec_must("deployer", "touch /root/broken-gamma");
    let (status, text) = site.netlib("check");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["gamma  unhealthy  outside from deployer: gamma is broken"]);
    let run = site.start("deploy");
    run.wait_for("rollout web: paused after batch 1");
    site.netlib_must("approve web");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "gamma is not healthy before the rollout: check outside: gamma is broken",
            "reverted: gamma, beta, alpha",
            "alpha  rolled back",
            "gamma  rolled back",
            "rollout web  rolledBack",
        ],
    );
    assert_eq!(hosts.map(|host| site.systems(host)), old);
}

#[test]
fn nobody_waits_for_nodes_that_were_left_alone_or_are_in_no_rollout() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    let network = |rollout: &str| {
        hosts
            .iter()
            .fold(Network::of(&hosts), |network, node| {
                network.with(&format!(
                    r#"
                    nodes.{node}.checks = {{
                      looks.exec.script = "echo once >> /root/looks";
                      looks.period = 1;
                      outside.exec.script = "true";
                      outside.from = "deployer";
                    }};
                    "#
                ))
            })
            .with(rollout)
    };
    let looks = |host: &str| site.exec_must(host, "cat /root/looks").lines().count();

    site.write(&network(""));
    assert_says(&site.netlib_must("deploy"), &["2 of 2 nodes active"]);
    for host in hosts {
        let count = looks(host);
        assert!((2..=5).contains(&count), "{host} was looked at {count} times");
    }

    // Whoever waited for this would not come back.
    let forever = "rollout = { canary = true; timing.minHealthyTime = 1000000; timing.healthyDeadline = 2000000; timing.progressDeadline = 2000000; };";
    site.write(&network(&format!("roles.all.nodes = [ \"*\" ]; {forever}")));
    let before = hosts.map(looks);
    site.note_nix();
    let text = site.netlib_must("deploy");
    let calls = site.nix_calls();
    assert_says(&text, &["alpha  up to date", "rollout all  healthy  2 of 2 nodes healthy"]);
    // The programs of the checks are there as well: nothing is copied.
    assert!(!calls.contains(" copy "), "{calls}");
    for (host, before) in hosts.iter().zip(before) {
        assert!(looks(host) > before, "{host} was not looked at");
    }
}
