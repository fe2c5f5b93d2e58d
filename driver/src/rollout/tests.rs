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
    let batch = |nodes: &[&str], canary| Batch { nodes: names(nodes), canary };
    Rollout {
        role: Some("web".to_owned()),
        nodes: names(&["a", "b", "c", "d", "e"]),
        batches: vec![batch(&["a"], true), batch(&["b", "c"], false), batch(&["d", "e"], false)],
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
