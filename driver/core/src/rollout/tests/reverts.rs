//! Which nodes roll back.

use super::*;

#[test]
fn each_scope_takes_back_its_nodes_in_reverse() {
    for (scope, expected) in
        [(RevertScope::Node, &["c"][..]), (RevertScope::Batch, &["c", "b"]), (RevertScope::Rollout, &["c", "b", "a"])]
    {
        let mut state = state(|rollout| rollout.auto_revert = Some(scope));
        update(&mut state, "a");
        update(&mut state, "b");
        break_on(&mut state, "c");
        assert_eq!(reverted(&mut state, 2), expected, "{scope:?}");
        for node in expected {
            state.reverted(node, "back".to_owned());
        }
        assert_eq!(state.report().state, "rolledBack");
    }
}

#[test]
fn what_went_back_by_itself_is_not_taken_back_again() {
    let mut state = state(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    assert_eq!(state.admit("a"), Admission::Now);
    state.change("a", |node| node.rolled_back = true);
    state.failed("a");
    assert_eq!(reverted(&mut state, 1), Vec::<String>::new());
    assert_eq!(state.report().state, "rolledBack");
}

#[test]
fn a_revert_that_fails_is_what_the_rollout_ended_with() {
    let mut state = state(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    update(&mut state, "a");
    break_on(&mut state, "b");
    assert_eq!(reverted(&mut state, 2), ["b", "a"]);
    state.reverted("b", "back".to_owned());
    state.end(Stop::Stuck, "reverting a failed".to_owned());
    let report = state.report();
    assert_eq!(report.state, "aborted");
    assert!(report.detail.ends_with("; reverting a failed"), "{}", report.detail);
}

#[test]
fn what_is_irreversible_pauses_and_stays() {
    let mut state = state(|rollout| rollout.irreversible = true);
    update(&mut state, "a");
    break_on(&mut state, "b");
    assert_eq!(reverted(&mut state, 2), Vec::<String>::new());
    assert_eq!(state.report().state, "paused");
}

#[test]
fn a_node_that_failed_within_the_budget_goes_back_and_the_rollout_on() {
    for scope in [RevertScope::Node, RevertScope::Batch, RevertScope::Rollout] {
        let mut state = state(|rollout| {
            rollout.auto_revert = Some(scope);
            rollout.max_failures = 1;
            rollout.max_unavailable = None;
        });
        update(&mut state, "a");
        update(&mut state, "b");
        break_on(&mut state, "c");
        assert_eq!(state.decide(2), Decision::GoOn);
        assert_eq!(state.to_revert(2), ["c"], "{scope:?}");
        state.reverted("c", "back".to_owned());
        for node in ["d", "e"] {
            update(&mut state, node);
        }
        assert_eq!(state.decide(3), Decision::Finish);
        assert_eq!(state.to_revert(3), Vec::<String>::new());
        let report = state.report();
        assert_eq!((report.state, report.detail.as_str()), ("degraded", "4 of 5 nodes healthy, failed: c"));
    }
}

#[test]
fn what_the_budget_took_back_is_not_taken_back_again_with_the_rollout() {
    let mut state = state(|rollout| {
        rollout.auto_revert = Some(RevertScope::Rollout);
        rollout.max_failures = 1;
    });
    update(&mut state, "a");
    break_on(&mut state, "b");
    assert_eq!(state.decide(2), Decision::GoOn);
    state.reverted("b", "back".to_owned());
    break_on(&mut state, "d");
    assert_eq!(reverted(&mut state, 3), ["d", "a"]);
}

#[test]
fn whoever_lost_the_lock_takes_nothing_back() {
    let mut state = state(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    update(&mut state, "a");
    state.end(Stop::Lost, "ann@desk has taken its lock".to_owned());
    state.failed("b");
    assert_eq!(reverted(&mut state, 2), Vec::<String>::new());
    assert_eq!(state.report().state, "aborted");
}

#[test]
fn a_node_that_ran_nothing_before_stays() {
    let mut state = state(|rollout| rollout.auto_revert = Some(RevertScope::Rollout));
    update(&mut state, "a");
    assert_eq!(state.admit("b"), Admission::Now);
    let nothing = Before { undo: None };
    state.changed("b", nothing);
    state.failed("b");
    assert_eq!(reverted(&mut state, 2), ["a"]);
}
