//! The node that keeps the pause and the approval of a rollout does not answer.

use netlib_scenarios::assert_says;

use crate::trio::{self, Trio};

const FAIL: &str = r#"canary = true; batches = [ "100%" ]; onUnreachable = "fail";"#;
const SKIP: &str = r#"
  canary = true;
  batches = [ "100%" ];
  onUnreachable = "skip";
  pause = { after = "canary"; deadline = 250; };
"#;

#[test]
fn a_coordinator_that_does_not_answer_ends_the_rollout_or_has_a_stand_in() {
    let site = trio::open_deployed();
    let at = |version, rollout| Trio { rollout, ..Trio::at(version) };
    site.bed.host("alpha").cut().expect("cut");

    site.write(&at("2", FAIL).network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "alpha  offline",
            "the coordinator `alpha` does not answer; its fallback is `beta`",
            "1 node failed (alpha), 0 allowed",
            "rollout web  aborted",
        ],
    );
    trio::assert_versions(&site, ["1", "1", "1", "2"], &text);

    // The fallback keeps the pause too, and is found by whoever approves.
    site.write(&at("3", SKIP).network());
    let run = site.start("deploy");
    run.wait_for("rollout web: paused after batch 1");
    // It is no member, and goes on meanwhile.
    run.wait_for("delta: activate: done");
    trio::assert_versions(&site, ["1", "1", "1", "3"], &run.text());
    site.netlib_must("approve web");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &["the coordinator `alpha` does not answer; its fallback is `beta`", "rollout web  degraded", "offline: alpha"],
    );
    trio::assert_versions(&site, ["1", "3", "3", "3"], &text);

    // Back again, it is brought up to the others.
    site.bed.host("alpha").heal().expect("heal");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["rollout web  healthy"]);
    trio::assert_versions(&site, ["3"; 4], &text);
}
