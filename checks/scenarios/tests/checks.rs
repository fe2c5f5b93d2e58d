//! Health checks: from the node itself they decide whether it keeps its new system, and `netlib check` asks for them.

use netlib_scenarios::{Network, Site, assert_says};

/// A configuration whose health is what `/etc/health` says.
fn network(word: &str) -> Network {
    Network::of(&["alpha", "beta"])
        .configure("alpha", &format!(r#"environment.etc."health".text = "{word}";"#))
        .with(
            r#"
            rollout = { minHealthyTime = 1; healthyDeadline = 6; };
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
            "went back to the system it ran before: the new system is not healthy: check word: the word is bad",
            "beta   up to date",
        ],
    );
    assert_eq!(site.systems("alpha"), (good.clone(), good.clone()));
    assert_eq!(site.phases("alpha", &bad), ["rolledBack"]);
    site.assert_boots("alpha", &good);
}
