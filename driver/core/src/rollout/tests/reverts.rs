//! Which nodes go back.

use super::*;

#[test]
fn each_scope_takes_back_its_nodes_in_reverse() {
    for (scope, expected) in
        [(RevertScope::Node, &["c"][..]), (RevertScope::Batch, &["c", "b"]), (RevertScope::Rollout, &["c", "b", "a"])]
    {
        let mut course = course(|rollout| rollout.auto_revert = Some(scope));
        update(&mut course, "a");
        update(&mut course, "b");
        break_on(&mut course, "c");
        assert_eq!(reverted(&mut course, 2), expected, "{scope:?}");
        for node in expected {
            course.taken_back(node, "back".to_owned());
        }
        assert_eq!(course.report().state, "rolledBack");
    }
}

#[test]
fn what_went_back_by_itself_is_not_taken_back_again() {
    let mut course = course(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    assert_eq!(course.admit("a"), Admission::Now);
    course.change("a", |node| node.went_back = true);
    course.failed("a");
    assert_eq!(reverted(&mut course, 1), Vec::<String>::new());
    assert_eq!(course.report().state, "rolledBack");
}

#[test]
fn a_revert_that_fails_is_what_the_rollout_ended_with() {
    let mut course = course(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    update(&mut course, "a");
    break_on(&mut course, "b");
    assert_eq!(reverted(&mut course, 2), ["b", "a"]);
    course.taken_back("b", "back".to_owned());
    course.end(Stop::Stuck, "taking back a failed".to_owned());
    let report = course.report();
    assert_eq!(report.state, "aborted");
    assert!(report.detail.ends_with("; taking back a failed"), "{}", report.detail);
}

#[test]
fn what_is_irreversible_pauses_and_stays() {
    let mut course = course(|rollout| rollout.irreversible = true);
    update(&mut course, "a");
    break_on(&mut course, "b");
    assert_eq!(reverted(&mut course, 2), Vec::<String>::new());
    assert_eq!(course.report().state, "paused");
}

#[test]
fn a_node_that_failed_within_the_budget_goes_back_and_the_rollout_on() {
    for scope in [RevertScope::Node, RevertScope::Batch, RevertScope::Rollout] {
        let mut course = course(|rollout| {
            rollout.auto_revert = Some(scope);
            rollout.max_failures = 1;
            rollout.max_unavailable = None;
        });
        update(&mut course, "a");
        update(&mut course, "b");
        break_on(&mut course, "c");
        assert_eq!(course.decide(2), Decision::GoOn);
        assert_eq!(course.to_revert(2), ["c"], "{scope:?}");
        course.taken_back("c", "back".to_owned());
        for node in ["d", "e"] {
            update(&mut course, node);
        }
        assert_eq!(course.decide(3), Decision::Finish);
        assert_eq!(course.to_revert(3), Vec::<String>::new());
        let report = course.report();
        assert_eq!((report.state, report.detail.as_str()), ("degraded", "4 of 5 nodes healthy, failed: c"));
    }
}

#[test]
fn what_the_budget_took_back_is_not_taken_back_again_with_the_rollout() {
    let mut course = course(|rollout| {
        rollout.auto_revert = Some(RevertScope::Rollout);
        rollout.max_failures = 1;
    });
    update(&mut course, "a");
    break_on(&mut course, "b");
    assert_eq!(course.decide(2), Decision::GoOn);
    course.taken_back("b", "back".to_owned());
    break_on(&mut course, "d");
    assert_eq!(reverted(&mut course, 3), ["d", "a"]);
}

#[test]
fn whoever_lost_the_lock_takes_nothing_back() {
    let mut course = course(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    update(&mut course, "a");
    course.end(Stop::Lost, "ann@desk has taken its lock".to_owned());
    course.failed("b");
    assert_eq!(reverted(&mut course, 2), Vec::<String>::new());
    assert_eq!(course.report().state, "aborted");
}

#[test]
fn a_node_that_ran_nothing_before_stays() {
    let mut course = course(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    update(&mut course, "a");
    assert_eq!(course.admit("b"), Admission::Now);
    let nothing = Before { undo: None };
    course.changed("b", nothing);
    course.failed("b");
    assert_eq!(reverted(&mut course, 2), ["a"]);
}
