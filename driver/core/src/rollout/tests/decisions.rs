//! What gates decide.

use std::sync::Arc;

use serde_json::json;

use super::*;

#[test]
fn a_rollout_where_all_is_well_finishes() {
    let mut state = state(|_| {});
    assert_eq!(state.decide(0), Decision::GoOn);
    update(&mut state, "a");
    assert_eq!(state.decide(1), Decision::GoOn);
    for node in ["b", "c"] {
        update(&mut state, node);
    }
    assert_eq!(state.decide(2), Decision::GoOn);
    for node in ["d", "e"] {
        update(&mut state, node);
    }
    assert_eq!(state.decide(3), Decision::Finish);
    let report = state.report();
    assert_eq!((report.state, report.detail.as_str()), ("healthy", "5 of 5 nodes healthy"));
}

#[test]
fn failures_count_over_the_whole_rollout() {
    let mut state = state(|rollout| {
        rollout.max_failures = 1;
        rollout.max_unavailable = None;
    });
    break_on(&mut state, "a");
    assert_eq!(state.decide(1), Decision::GoOn);
    break_on(&mut state, "b");
    insta::assert_snapshot!(never(state.admit("c")), @"the rollout web does not go on: 2 nodes failed (a, b), 1 allowed");
    assert_eq!(reverted(&mut state, 2), ["b"]);
}

#[test]
fn a_failure_within_the_budget_is_degraded() {
    let mut state = state(|rollout| {
        rollout.max_failures = 1;
        rollout.batches.truncate(1);
        rollout.nodes.truncate(2);
    });
    break_on(&mut state, "a");
    assert_eq!(state.decide(1), Decision::Finish);
    state.healthy("b");
    insta::assert_snapshot!(state.report().detail, @"1 of 2 nodes healthy, failed: a");
    assert_eq!(state.report().state, "degraded");
}

#[test]
fn a_node_that_may_be_off_is_no_part_of_its_rollout() {
    let mut state = state(|rollout| {
        rollout.on_unreachable = OnUnreachable::Fail;
        rollout.batches.truncate(1);
        rollout.nodes.truncate(2);
    });
    state.nodes.remove("b");
    update(&mut state, "a");
    assert_eq!(state.admit("b"), Admission::Now, "its steps say that it is offline");
    assert_eq!(state.decide(1), Decision::Finish);
    assert_eq!((state.report().state, state.report().detail.as_str()), ("healthy", "1 of 1 node healthy"));
}

#[test]
fn a_node_that_does_not_answer_is_left_out_or_a_failure() {
    let mut skipping = state(|_| {});
    skipping.offline("b");
    assert_eq!(skipping.decide(0), Decision::GoOn);
    let mut failing = state(|rollout| rollout.on_unreachable = OnUnreachable::Fail);
    failing.offline("b");
    assert!(matches!(failing.decide(0), Decision::Abort(_)));
}

#[test]
fn a_pause_is_for_what_is_left_to_change() {
    let mut paused = state(|rollout| rollout.batches[0].pause = Some(10));
    update(&mut paused, "a");
    assert_eq!(paused.decide(0), Decision::GoOn);
    assert_eq!(paused.decide(1), Decision::Pause(10));
    assert_eq!(paused.decide(2), Decision::GoOn);
    for node in ["b", "c", "d", "e"] {
        paused.is_up_to_date(node);
    }
    assert_eq!(paused.decide(1), Decision::GoOn);
    let mut each = state(|rollout| rollout.batches.iter_mut().for_each(|batch| batch.pause = Some(10)));
    assert!(matches!(each.decide(2), Decision::Pause(_)));
    assert_eq!(each.decide(3), Decision::Finish);
}

#[test]
fn a_pause_ends_by_itself_only_where_nothing_failed() {
    let mut state = state(|rollout| {
        rollout.auto_promote = true;
        rollout.max_failures = 1;
    });
    update(&mut state, "a");
    assert!(state.promotes_itself());
    break_on(&mut state, "b");
    assert_eq!(state.decide(2), Decision::GoOn);
    assert!(!state.promotes_itself());
    state.rollout.auto_promote = false;
    assert!(!state.promotes_itself());
}

/// Two batches of one node, with commands around the first activation, and another node before the second.
fn drained() -> Arc<Plan> {
    let node = json!({ "target": { "host": "h", "user": null, "port": null }, "system": "s" });
    let document = json!({
        "version": 3, "network": { "name": "n", "id": "i" },
        "nodes": { "a": node, "b": node, "x": node },
        "rollouts": { "r": { "role": "r", "nodes": ["a", "b"], "batches": [{ "nodes": ["a"] }, { "nodes": ["b"] }], "coordinator": "a" } },
        "steps": {
            "gate:r:0": { "kind": "gate", "rollout": "r", "batch": 0 },
            "drain": { "kind": "command", "on": "deployer", "program": "p", "after": ["gate:r:0"] },
            "activate:a": { "kind": "activate", "node": "a", "after": ["drain"] },
            "uncordon": { "kind": "command", "on": "deployer", "program": "p", "after": ["activate:a"] },
            "gate:r:1": { "kind": "gate", "rollout": "r", "batch": 1, "after": ["gate:r:0", "uncordon"], "afterCompletion": ["activate:a"] },
            "activate:x": { "kind": "activate", "node": "x" },
            "activate:b": { "kind": "activate", "node": "b", "after": ["gate:r:1", "activate:x"] },
            "gate:r:2": { "kind": "gate", "rollout": "r", "batch": 2, "after": ["gate:r:1"], "afterCompletion": ["activate:b"] },
        },
    });
    Arc::new(Plan::parse(document.to_string().as_bytes()).unwrap())
}

fn blocked(by: &str) -> StepResult {
    StepResult::Blocked(by.to_owned())
}

#[test]
fn a_node_that_a_failed_command_blocks_counts_as_a_failure() {
    let rollouts = Rollouts::of(&drained());
    rollouts.ended("activate:a", &blocked("drain"));
    rollouts.ended("gate:r:1", &blocked("drain"));
    insta::assert_snapshot!(rollouts.reports()[0].detail, @"0 of 2 nodes healthy, blocked: a; 1 node failed (a), 0 allowed");
    assert_eq!(rollouts.reports()[0].state, "aborted");
}

#[test]
fn a_node_that_another_one_of_its_rollout_blocks_is_left_out() {
    let rollouts = Rollouts::of(&drained());
    rollouts.ended("activate:b", &blocked("activate:a"));
    assert_eq!(rollouts.state("r").unwrap().failures(), Vec::<String>::new());
    rollouts.ended("activate:a", &blocked("gate:r:0"));
    assert_eq!(rollouts.state("r").unwrap().failures(), Vec::<String>::new());
}

#[test]
fn a_gate_that_a_failed_command_blocks_ends_the_rollout() {
    let rollouts = Rollouts::of(&drained());
    rollouts.ended("activate:a", &StepResult::Done(String::new()));
    rollouts.ended("gate:r:1", &blocked("uncordon"));
    rollouts.ended("activate:b", &blocked("uncordon"));
    insta::assert_snapshot!(rollouts.reports()[0].detail, @"1 of 2 nodes healthy; gate:r:1 was blocked by uncordon");
    assert_eq!(rollouts.reports()[0].state, "aborted");
}
