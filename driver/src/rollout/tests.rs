//! What rollouts allow and decide.

mod walk;

use std::time::Duration;

use super::*;
use crate::plan::{Batch, OnUnreachable, Pause, PauseAfter, RevertScope, Rollout};

/// Three batches: `a`; `b` and `c`; `d` and `e`.
fn rollout() -> Rollout {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let batch = |nodes: &[&str], canary| Batch {
        nodes: names(nodes),
        canary,
    };
    Rollout {
        role: Some("web".to_owned()),
        nodes: names(&["a", "b", "c", "d", "e"]),
        batches: vec![
            batch(&["a"], true),
            batch(&["b", "c"], false),
            batch(&["d", "e"], false),
        ],
        max_parallel: None,
        max_unavailable: Some(2),
        min_healthy_time: 0,
        healthy_deadline: 60,
        progress_deadline: None,
        max_failures: 0,
        pause: None,
        auto_promote: false,
        auto_revert: Some(RevertScope::Batch),
        on_unreachable: OnUnreachable::Skip,
        irreversible: false,
        coordinator: "a".to_owned(),
    }
}

fn course(change: impl FnOnce(&mut Rollout)) -> Course {
    let mut rollout = rollout();
    change(&mut rollout);
    Course::new("web".to_owned(), rollout)
}

/// A node that was switched and is well.
fn update(course: &mut Course, node: &str) {
    assert_eq!(course.admit(node), Admission::Now, "{node}");
    course.changed(node, before(node));
    course.healthy(node);
}

/// A node that was switched and turned out not to be well.
fn break_on(course: &mut Course, node: &str) {
    assert_eq!(course.admit(node), Admission::Now, "{node}");
    course.changed(node, before(node));
    course.failed(node);
}

fn before(node: &str) -> Before {
    Before {
        toplevel: Some(format!("/nix/store/old-{node}")),
        generation: Some(1),
    }
}

fn never(admission: Admission) -> String {
    match admission {
        Admission::Never(why) => why,
        other => panic!("{other:?}"),
    }
}

fn reverted(decision: Decision) -> Vec<String> {
    match decision {
        Decision::Abort { revert, .. } => revert,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rollout_where_all_is_well_finishes() {
    let mut course = course(|_| {});
    assert_eq!(course.decide(0), Decision::GoOn);
    update(&mut course, "a");
    assert_eq!(course.decide(1), Decision::GoOn);
    for node in ["b", "c"] {
        update(&mut course, node);
    }
    assert_eq!(course.decide(2), Decision::GoOn);
    for node in ["d", "e"] {
        update(&mut course, node);
    }
    assert_eq!(course.decide(3), Decision::Finish);
    let report = course.report();
    assert_eq!(
        (report.state, report.detail.as_str()),
        (RolloutState::Healthy, "5 of 5 nodes healthy")
    );
}

#[test]
fn slots_are_held_until_a_node_is_healthy() {
    let mut course = course(|_| {});
    assert_eq!(course.admit("b"), Admission::Now);
    assert_eq!(course.admit("c"), Admission::Now);
    assert_eq!(course.admit("d"), Admission::Later);
    course.healthy("b");
    assert_eq!(course.admit("d"), Admission::Now);
}

#[test]
fn a_node_that_needs_nothing_needs_no_slot() {
    let mut course = course(|rollout| rollout.max_unavailable = Some(1));
    course.is_up_to_date("b");
    assert_eq!(course.admit("a"), Admission::Now);
    assert_eq!(course.admit("b"), Admission::Now);
}

#[test]
fn what_was_unhealthy_before_uses_its_own_slot() {
    let mut course = course(|rollout| rollout.max_unavailable = Some(1));
    course.was_unhealthy("c");
    // `c` is of the same batch as `b`: once it is well, there is a slot again.
    assert_eq!(course.admit("b"), Admission::Later);
    assert_eq!(course.admit("c"), Admission::Now);
    course.healthy("c");
    assert_eq!(course.admit("b"), Admission::Now);
}

#[test]
fn no_slot_left_for_good_ends_the_rollout() {
    let mut course = course(|rollout| rollout.max_unavailable = Some(1));
    course.offline("e");
    insta::assert_snapshot!(never(course.admit("a")), @"the rollout web does not go on: 1 of at most 1 nodes are unavailable (e), so no further one may be touched");
    assert_eq!(reverted(course.decide(1)), Vec::<String>::new());
    assert_eq!(course.report().state, RolloutState::Aborted);
}

#[test]
fn as_many_at_a_time_as_the_plan_says() {
    let mut course = course(|rollout| {
        rollout.max_unavailable = None;
        rollout.max_parallel = Some(1);
    });
    assert_eq!(course.admit("a"), Admission::Now);
    assert_eq!(course.admit("b"), Admission::Later);
    course.healthy("a");
    assert_eq!(course.admit("b"), Admission::Now);
}

#[test]
fn failures_count_over_the_whole_rollout() {
    let mut course = course(|rollout| {
        rollout.max_failures = 1;
        rollout.max_unavailable = None;
    });
    break_on(&mut course, "a");
    assert_eq!(course.decide(1), Decision::GoOn);
    break_on(&mut course, "b");
    insta::assert_snapshot!(never(course.admit("c")), @"the rollout web does not go on: 2 nodes failed (a, b), 1 allowed");
    assert_eq!(reverted(course.decide(2)), ["b"]);
}

#[test]
fn a_failure_within_the_budget_is_degraded() {
    let mut course = course(|rollout| {
        rollout.max_failures = 1;
        rollout.batches.truncate(1);
        rollout.nodes.truncate(2);
    });
    break_on(&mut course, "a");
    assert_eq!(course.decide(1), Decision::Finish);
    course.healthy("b");
    insta::assert_snapshot!(course.report().detail, @"1 of 2 nodes healthy, failed: a");
    assert_eq!(course.report().state, RolloutState::Degraded);
}

#[test]
fn each_scope_takes_back_its_nodes_in_reverse() {
    for (scope, expected) in [
        (RevertScope::Node, &["c"][..]),
        (RevertScope::Batch, &["c", "b"]),
        (RevertScope::Rollout, &["c", "b", "a"]),
    ] {
        let mut course = course(|rollout| rollout.auto_revert = Some(scope));
        update(&mut course, "a");
        update(&mut course, "b");
        break_on(&mut course, "c");
        assert_eq!(reverted(course.decide(2)), expected, "{scope:?}");
        for node in expected {
            course.taken_back(node, "back".to_owned());
        }
        assert_eq!(course.report().state, RolloutState::RolledBack);
    }
}

#[test]
fn what_went_back_by_itself_is_not_taken_back_again() {
    let mut course = course(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    assert_eq!(course.admit("a"), Admission::Now);
    course.went_back("a");
    course.failed("a");
    assert_eq!(reverted(course.decide(1)), Vec::<String>::new());
    assert_eq!(course.report().state, RolloutState::RolledBack);
}

#[test]
fn a_revert_that_fails_is_what_the_rollout_ended_with() {
    let mut course = course(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    update(&mut course, "a");
    break_on(&mut course, "b");
    assert_eq!(reverted(course.decide(2)), ["b", "a"]);
    course.taken_back("b", "back".to_owned());
    course.revert_failed("taking back a failed".to_owned());
    let report = course.report();
    assert_eq!(report.state, RolloutState::Aborted);
    assert!(
        report.detail.ends_with("; taking back a failed"),
        "{}",
        report.detail
    );
}

#[test]
fn what_is_irreversible_pauses_and_stays() {
    let mut course = course(|rollout| rollout.irreversible = true);
    update(&mut course, "a");
    break_on(&mut course, "b");
    assert_eq!(reverted(course.decide(2)), Vec::<String>::new());
    assert_eq!(course.report().state, RolloutState::Paused);
}

#[test]
fn a_node_that_does_not_answer_is_left_out_or_a_failure() {
    let mut skipping = course(|_| {});
    skipping.offline("b");
    assert_eq!(skipping.decide(0), Decision::GoOn);
    let mut failing = course(|rollout| rollout.on_unreachable = OnUnreachable::Fail);
    failing.offline("b");
    assert!(matches!(failing.decide(0), Decision::Abort { .. }));
}

#[test]
fn a_pause_is_for_what_is_left_to_change() {
    let pause = Pause {
        after: PauseAfter::Canary,
        deadline: 10,
    };
    let mut paused = course(|rollout| rollout.pause = Some(pause));
    update(&mut paused, "a");
    assert_eq!(paused.decide(0), Decision::GoOn);
    assert_eq!(paused.decide(1), Decision::Pause(pause));
    assert_eq!(paused.decide(2), Decision::GoOn);
    for node in ["b", "c", "d", "e"] {
        paused.is_up_to_date(node);
    }
    assert_eq!(paused.decide(1), Decision::GoOn);
    let each = Pause {
        after: PauseAfter::Batch,
        deadline: 10,
    };
    let mut each = course(|rollout| rollout.pause = Some(each));
    assert!(matches!(each.decide(2), Decision::Pause(_)));
    assert_eq!(each.decide(3), Decision::Finish);
}

#[tokio::test(start_paused = true)]
async fn a_rollout_without_progress_starts_nothing_more() {
    let mut course = course(|rollout| rollout.progress_deadline = Some(100));
    tokio::time::advance(Duration::from_secs(90)).await;
    course.resume();
    tokio::time::advance(Duration::from_secs(90)).await;
    assert_eq!(course.admit("a"), Admission::Now);
    course.healthy("a");
    tokio::time::advance(Duration::from_secs(101)).await;
    insta::assert_snapshot!(never(course.admit("b")), @"the rollout web does not go on: no further node became healthy within 100 s");
    assert_eq!(course.report().state, RolloutState::Aborted);
}
