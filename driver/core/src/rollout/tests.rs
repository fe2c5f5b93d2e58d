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

fn course(change: impl FnOnce(&mut Rollout)) -> Course {
    let mut rollout = rollout();
    change(&mut rollout);
    Course::new("web".to_owned(), rollout)
}

impl Course {
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
    Before { undo: Some(format!("1-{node}")) }
}

fn never(admission: Admission) -> String {
    match admission {
        Admission::Never(why) => why,
        other => panic!("{other:?}"),
    }
}

/// Whom the gate after this batch takes back, and that the rollout ends there.
fn reverted(course: &mut Course, batch: usize) -> Vec<String> {
    let decision = course.decide(batch);
    assert!(matches!(decision, Decision::Abort(_)), "{decision:?}");
    course.to_revert(batch)
}
