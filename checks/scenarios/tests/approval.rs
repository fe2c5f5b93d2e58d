//! Rollouts that wait for a person: approved, killed, taken up again, changed meanwhile; and plans that were reviewed.

use netlib_scenarios::{Network, Site, assert_says};

fn network(version: &str, deadline: u32) -> Network {
    let configuration = format!(r#"environment.etc."version".text = "{version}";"#);
    Network::of(&["alpha", "beta"]).configure("alpha", &configuration).configure("beta", &configuration).with(&format!(
        r#"
            roles.web = {{
              nodes = [ "*" ];
              rollout = {{
                canary = true;
                batches = [ "100%" ];
                timing.minHealthyTime = 0;
                pause = {{ after = "canary"; deadline = {deadline}; }};
              }};
            }};
            "#
    ))
}

const PAUSED: &str = "rollout web: paused after batch 1";

#[test]
fn a_rollout_that_waits_survives_its_deployer_and_is_approved_for_one_plan_only() {
    let site = Site::up(&["alpha", "beta"]);
    site.write(&network("1", 300));
    let run = site.start("deploy");
    run.wait_for(PAUSED);

    // Another deployer is told who is at work, and changes nothing.
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["has been at work on the rollout web since", "rollout web  aborted"]);

    // The deployer dies while it waits; the approval is kept for whoever comes back.
    run.kill();
    site.netlib_must("approve web");
    let (status, text) = site.netlib("approve nothing");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["there is no rollout `nothing`", "Rollouts are `web`"]);
    let text = site.netlib_must("deploy");
    assert!(!text.contains(PAUSED), "it was approved already:\n{text}");
    assert_says(&text, &["alpha  up to date", "rollout web  healthy  2 of 2 nodes healthy"]);
    for host in ["alpha", "beta"] {
        site.assert_active(host);
    }

    // An approval of one plan is none of another.
    site.write(&network("2", 300));
    let run = site.start("deploy");
    run.wait_for(PAUSED);
    site.netlib_must("approve web");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    site.write(&network("3", 300));
    let run = site.start("deploy");
    run.wait_for(PAUSED);
    run.interrupt();
    let (status, text) = run.wait();
    assert_eq!(status, 130, "{text}");
    assert_says(&text, &["rollout web  paused"]);
    site.netlib_must("approve web");
    site.write(&network("4", 3));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 3, "{text}");
    assert_says(&text, &[PAUSED, "rollout web  paused", "waits for approval after batch 1: netlib approve web"]);
    site.assert_active("alpha");
    assert_eq!(site.exec_must("beta", "cat /etc/version"), "2");
}

#[test]
fn a_reviewed_plan_is_deployed_as_it_is_or_not_at_all() {
    let site = Site::up(&["alpha", "beta"]);
    let network = |version: &str| {
        let network = Network::of(&["alpha", "beta"])
            .configure("alpha", &format!(r#"environment.etc."version".text = "{version}";"#));
        network.with(&format!(
            r#"
            rollout = {{ timing.minHealthyTime = 0; timing.healthyDeadline = 60; }};
            nodes.alpha.checks.outside = {{ exec.script = "test {version} -lt 10"; from = "deployer"; }};
            "#
        ))
    };
    site.write(&network("1"));
    assert_says(&site.netlib_must("plan --on alpha --out /root/plan.json"), &["network test: 1 node"]);
    site.netlib_must("deploy --plan /root/plan.json");
    site.assert_active("alpha");
    assert_eq!(site.systems("beta").0, "", "beta is not in the plan");
    let before = site.systems("alpha");

    site.write(&network("2"));
    let (status, text) = site.netlib("deploy --plan /root/plan.json --on '*'");
    assert_eq!(status, 2, "{text}");
    assert_says(
        &text,
        &[
            "/root/plan.json is not what would be deployed now; nothing was changed",
            "selection: saved [\"alpha\"]; now [\"alpha\",\"beta\"]",
            "systems.alpha: saved ",
            "programs.the deployer: saved ",
            "the flake or an input has changed since",
        ],
    );
    assert_eq!(site.systems("alpha"), before);
    assert_eq!(site.systems("beta").0, "");
    // A Nix that compares nothing has found no difference.
    let silent = "#!/bin/sh\ncase \"$*\" in *'--file -') exit 0 ;; esac\nexec /usr/bin/nix \"$@\"\n";
    site.bed.host("deployer").write_file("/usr/local/bin/nix", silent).expect("the wrapper");
    site.exec_must("deployer", "chmod +x /usr/local/bin/nix");
    let (status, text) = site.netlib("deploy --plan /root/plan.json");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["`nix eval` answered something that is no JSON", "help: "]);
    let (status, text) = site.netlib("deploy --plan flake.nix");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["flake.nix is not a saved plan"]);
}
