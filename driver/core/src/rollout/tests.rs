//! What rollouts allow and decide.

mod decisions;
mod reverts;
mod slots;
mod walk;

use super::*;
use crate::plan::{Batch, Digest, OnUnreachable, RevertScope, Rollout};

/// Three batches: `a`; `b` and `c`; `d` and `e`.
fn rollout() -> Rollout {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let batch = |nodes: &[&str]| Batch { nodes: names(nodes), pause: None };
    Rollout {
        title: "role web".to_owned(),
        nodes: names(&["a", "b", "c", "d", "e"]),
        batches: vec![batch(&["a"]), batch(&["b", "c"]), batch(&["d", "e"])],
        max_parallel: None,
        max_unavailable: Some(2),
        progress_deadline: None,
        max_failures: 0,
        auto_promote: false,
        auto_revert: Some(RevertScope::Batch),
        on_unreachable: OnUnreachable::Skip,
        irreversible: false,
        coordinator: "a".to_owned(),
        standbys: Vec::new(),
        approvers: BTreeMap::new(),
        reverts: Vec::new(),
        digest: Digest::default(),
    }
}

fn state(change: impl FnOnce(&mut Rollout)) -> RolloutState {
    let mut rollout = rollout();
    change(&mut rollout);
    RolloutState::new("web".to_owned(), rollout)
}

impl RolloutState {
    fn healthy(&mut self, node: &str) {
        self.came_to(node, State::Healthy);
    }

    fn failed(&mut self, node: &str) {
        self.came_to(node, State::Failed);
    }

    fn offline(&mut self, node: &str) {
        self.came_to(node, State::Offline);
    }

    fn changed(&mut self, node: &str, before: Before) {
        self.change(node, |node| node.before = Some(before));
    }

    fn was_unhealthy(&mut self, node: &str) {
        self.change(node, |node| node.was_unhealthy = true);
    }

    fn is_up_to_date(&mut self, node: &str) {
        self.change(node, |node| node.is_up_to_date = true);
    }
}

/// A node that was switched and is well.
fn update(state: &mut RolloutState, node: &str) {
    assert_eq!(state.admit(node), Admission::Now, "{node}");
    state.changed(node, before(node));
    state.healthy(node);
}

/// A node that was switched and turned out not to be well.
fn break_on(state: &mut RolloutState, node: &str) {
    assert_eq!(state.admit(node), Admission::Now, "{node}");
    state.changed(node, before(node));
    state.failed(node);
}

fn before(node: &str) -> Before {
    Before { undo: Some(format!("1-{node}")) }
}

fn never(admission: Admission) -> String {
    match admission {
        Admission::Never(why) => why,
        other => panic!("{other:?}"),
    }
}

/// Whom the gate after this batch reverts, and that the rollout ends there.
fn reverted(state: &mut RolloutState, batch: usize) -> Vec<String> {
    let decision = state.decide(batch);
    assert!(matches!(decision, Decision::Abort(_)), "{decision:?}");
    state.to_revert(batch)
}
