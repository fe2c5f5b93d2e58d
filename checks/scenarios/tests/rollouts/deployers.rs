//! Two deployers, and one rollout.

use netlib_scenarios::{Run, assert_says};

use crate::trio::{self, Trio};

const ROLLOUT: &str = r#"canary = true; batches = [ "100%" ]; pause = { after = "canary"; deadline = 250; };"#;

#[test]
fn the_second_of_two_deployers_changes_nothing_of_the_rollout() {
    let site = trio::open_deployed();
    let at = |version| Trio { rollout: ROLLOUT, ..Trio::at(version) };
    site.write(&at("2").network());
    let first = site.start("deploy");
    first.wait_for("rollout web: paused after batch 1");

    // It has another plan, and may do what is none of the rollout's business.
    site.write(&at("3").network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["root@deployer has been at work on the rollout web since 2", "rollout web  aborted"]);
    trio::assert_versions(&site, ["2", "1", "1", "3"], &text);

    // The first one is not disturbed: its approval is still for its own plan.
    site.netlib_must("approve web");
    let (status, text) = first.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["rollout web  healthy"]);
    trio::assert_versions(&site, ["2", "2", "2", "3"], &text);

    // Two at once, of the same plan: one of them does it, and no node is switched twice.
    let old = trio::WEB.map(|host| site.records(host).len());
    let runs = [site.start("deploy"), site.start("deploy")];
    runs[0].wait_for("rollout web");
    runs[1].wait_for("rollout web");
    site.netlib_must("approve web");
    let ends = runs.map(Run::wait);
    let texts = format!("{}\n{}", ends[0].1, ends[1].1);
    let mut statuses = ends.map(|(status, _)| status);
    statuses.sort_unstable();
    assert_eq!(statuses, [0, 1], "{texts}");
    assert_says(&texts, &["has been at work on the rollout web since", "rollout web  healthy"]);
    trio::assert_versions(&site, ["3"; 4], &texts);
    assert_eq!(trio::WEB.map(|host| site.records(host).len()), old.map(|count| count + 1), "{texts}");
}
