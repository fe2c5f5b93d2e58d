//! Which nodes may be activated at the same time.

use std::time::Duration;

use super::*;

#[test]
fn slots_are_held_until_a_node_is_healthy() {
    let mut state = state(|_| {});
    assert_eq!(state.admit("b"), Admission::Now);
    assert_eq!(state.admit("c"), Admission::Now);
    assert_eq!(state.admit("d"), Admission::Full);
    state.healthy("b");
    assert_eq!(state.admit("d"), Admission::Now);
}

#[test]
fn a_node_that_needs_nothing_needs_no_slot() {
    let mut state = state(|rollout| rollout.max_unavailable = Some(1));
    state.is_up_to_date("b");
    assert_eq!(state.admit("a"), Admission::Now);
    assert_eq!(state.admit("b"), Admission::Now);
}

#[test]
fn what_was_unhealthy_before_uses_its_own_slot() {
    let mut state = state(|rollout| rollout.max_unavailable = Some(1));
    state.was_unhealthy("c");
    // `c` is of the same batch as `b`: once it is well, there is a slot again.
    assert_eq!(state.admit("b"), Admission::Later);
    assert_eq!(state.admit("c"), Admission::Now);
    state.healthy("c");
    assert_eq!(state.admit("b"), Admission::Now);
}

#[test]
fn no_slot_left_for_good_ends_the_rollout() {
    let mut state = state(|rollout| rollout.max_unavailable = Some(1));
    state.offline("e");
    insta::assert_snapshot!(never(state.admit("a")), @"the rollout web does not go on: 1 of at most 1 nodes are unavailable (e), so no further one may be touched");
    assert_eq!(reverted(&mut state, 1), Vec::<String>::new());
    assert_eq!(state.report().state, "aborted");
}

#[test]
fn as_many_at_a_time_as_the_plan_says() {
    let mut state = state(|rollout| {
        rollout.max_unavailable = None;
        rollout.max_parallel = Some(1);
    });
    assert_eq!(state.admit("a"), Admission::Now);
    assert_eq!(state.admit("b"), Admission::Full);
    state.healthy("a");
    assert_eq!(state.admit("b"), Admission::Now);
}

#[tokio::test(start_paused = true)]
async fn a_rollout_without_progress_starts_nothing_more() {
    let mut state = state(|rollout| rollout.progress_deadline = Some(100));
    tokio::time::advance(Duration::from_secs(90)).await;
    state.resume();
    tokio::time::advance(Duration::from_secs(90)).await;
    assert_eq!(state.admit("a"), Admission::Now);
    state.healthy("a");
    tokio::time::advance(Duration::from_secs(101)).await;
    insta::assert_snapshot!(never(state.admit("b")), @"the rollout web does not go on: no further node became healthy within 100 s");
    assert_eq!(state.report().state, "aborted");
}

#[test]
fn what_was_unhealthy_before_goes_no_faster_than_the_others() {
    let mut state = state(|rollout| rollout.max_unavailable = Some(2));
    for node in ["a", "b", "c", "d"] {
        state.was_unhealthy(node);
    }
    assert_eq!(state.admit("a"), Admission::Now);
    assert_eq!(state.admit("b"), Admission::Now);
    assert_eq!(state.admit("c"), Admission::Full);
    state.healthy("a");
    assert_eq!(state.admit("c"), Admission::Now);
}

#[test]
fn what_holds_the_last_slot_in_a_later_batch_is_to_be_deployed_first() {
    let mut state = state(|rollout| rollout.max_unavailable = Some(1));
    state.was_unhealthy("e");
    insta::assert_snapshot!(never(state.admit("a")), @"the rollout web does not go on: 1 of at most 1 nodes are unavailable (e), so no further one may be touched; deploy first what is not healthy: netlib deploy --on e");
}

#[tokio::test(start_paused = true)]
async fn builds_and_copies_are_no_lack_of_progress() {
    let mut state = state(|rollout| rollout.progress_deadline = Some(100));
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(state.decide(0), Decision::GoOn);
    assert_eq!(state.admit("a"), Admission::Now);
}
