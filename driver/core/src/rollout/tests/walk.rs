//! Property test: the schedule walks random rollouts with random fates, and every promise of a rollout holds at every moment.

mod scene;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use super::super::*;
use crate::event::EventSink;
use crate::graph::{Graph, StepId};
use crate::schedule::{Execute, Limits, RunResult, run};

use scene::{Fate, Scene, scene};

/// Does as the scene says, and looks at every promise whenever something begins or ends.
struct Fake<'a> {
    scene: &'a Scene,
    plan: &'a Plan,
    rollouts: Rollouts,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    moving: BTreeSet<String>,
    broken: BTreeSet<String>,
    unhealthy: BTreeSet<String>,
    failures: usize,
    passed: usize,
    reverted: Option<Vec<String>>,
    changed: Vec<String>,
    activated: BTreeSet<String>,
}

impl Fake<'_> {
    fn begins(&self, node: &str) {
        let mut seen = self.seen.lock().unwrap();
        let batch = self.scene.batches().iter().position(|batch| batch.iter().any(|it| it == node));
        assert!(seen.passed > batch.unwrap(), "{node} began before the gate of its batch was passed");
        if self.scene.fate(node).0 != Fate::UpToDate {
            seen.moving.insert(node.to_owned());
            seen.unhealthy.remove(node);
        }
        seen.activated.insert(node.to_owned());
        let unavailable: BTreeSet<&String> = seen.moving.iter().chain(&seen.broken).chain(&seen.unhealthy).collect();
        let before =
            self.scene.fates.iter().filter(|(fate, _)| matches!(fate, Fate::UnhealthyBefore | Fate::Offline)).count();
        if let Some(max) = self.scene.max_unavailable
            && self.scene.fate(node).0 == Fate::Well
        {
            assert!(unavailable.len() <= max.max(before), "{unavailable:?} of {max}");
        }
        if let Some(max) = self.scene.max_unavailable {
            assert!(seen.moving.len() <= max, "{:?} of {max}", seen.moving);
        }
        if let Some(max) = self.scene.max_parallel {
            assert!(seen.moving.len() <= max, "{:?} at a time of {max}", seen.moving);
        }
    }

    fn ends(&self, node: &str, is_well: bool) {
        let mut seen = self.seen.lock().unwrap();
        seen.moving.remove(node);
        if !is_well {
            seen.broken.insert(node.to_owned());
        }
    }

    async fn act(&self, step: &str) -> StepResult {
        let planned = &self.plan.steps[step];
        let Some(node) = planned.node.as_deref() else {
            return self.decide(step, planned.batch.unwrap());
        };
        let (fate, millis) = self.scene.fate(node);
        match (planned.kind, fate) {
            (StepKind::Copy, Fate::Offline) => {
                self.seen.lock().unwrap().broken.insert(node.to_owned());
                return StepResult::Offline(step.to_owned());
            }
            (StepKind::Copy, Fate::UpToDate) => {
                self.rollouts.state("r").unwrap().is_up_to_date(node);
            }
            (StepKind::Copy, Fate::UnhealthyBefore) => {
                self.seen.lock().unwrap().unhealthy.insert(node.to_owned());
                self.rollouts.state("r").unwrap().was_unhealthy(node);
            }
            (StepKind::Activate, _) => {
                self.begins(node);
                tokio::time::sleep(Duration::from_millis(millis)).await;
                if fate == Fate::FailsToActivate {
                    self.ends(node, false);
                    return StepResult::Failed(step.to_owned());
                }
                if fate != Fate::UpToDate {
                    let before = Before { undo: Some("1-a".to_owned()) };
                    self.rollouts.state("r").unwrap().changed(node, before);
                    self.seen.lock().unwrap().changed.push(node.to_owned());
                }
            }
            (StepKind::Check, _) => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                self.ends(node, fate != Fate::FailsItsCheck);
                if fate == Fate::FailsItsCheck {
                    return StepResult::Failed(step.to_owned());
                }
            }
            _ => {}
        }
        StepResult::Done(String::new())
    }

    fn decide(&self, step: &str, batch: usize) -> StepResult {
        let mut seen = self.seen.lock().unwrap();
        assert!(seen.moving.is_empty(), "{step} decided while {:?} were on their way", seen.moving);
        let mut state = self.rollouts.state("r").unwrap();
        let (decision, revert) = (state.decide(batch), state.to_revert(batch));
        for node in &revert {
            state.reverted(node, String::new());
        }
        match decision {
            Decision::GoOn | Decision::Finish => {
                assert!(seen.failures <= self.scene.max_failures, "{step} passed with too many failures");
                seen.passed = batch + 1;
                let broken = revert.iter().all(|node| seen.broken.contains(node));
                assert!(broken, "{step} reverted {revert:?} and went on");
                seen.changed.retain(|node| !revert.contains(node));
                StepResult::Done(String::new())
            }
            Decision::Abort(why) => {
                seen.reverted = Some(revert);
                StepResult::Aborted(why)
            }
            Decision::Pause(_) => unreachable!(),
        }
    }
}

impl Execute for Fake<'_> {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepResult> {
        let step = step.clone();
        async move { self.act(&step).await }.boxed()
    }

    fn queue(&self, step: &StepId) -> String {
        self.rollouts.queue(step)
    }

    fn admit(&self, step: &StepId) -> Admission {
        let admission = self.rollouts.admit(step);
        let failures = self.seen.lock().unwrap().failures;
        let is_activation = self.plan.steps[step].kind == StepKind::Activate;
        if is_activation && admission == Admission::Now {
            assert!(failures <= self.scene.max_failures, "{step} was let in after too many failures");
        }
        admission
    }

    fn ended(&self, step: &StepId, result: &StepResult) {
        self.seen.lock().unwrap().failures += match result {
            StepResult::Failed(_) => 1,
            StepResult::Offline(_) => usize::from(!self.scene.skips),
            _ => 0,
        };
        self.rollouts.ended(step, result);
    }
}

fn walked(scene: &Scene) -> (RunResult, RolloutReport, Seen) {
    let plan = Arc::new(scene.plan());
    let graph = Graph::from_steps(&plan.steps).unwrap();
    let fake = Fake { scene, plan: &plan, rollouts: Rollouts::of(&plan), seen: Mutex::default() };
    let limits = Limits { overall: 5, ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (events, _reader) = EventSink::channel();
    let result = runtime.block_on(run(&graph, &fake, limits, &events, CancellationToken::new()));
    let report = fake.rollouts.reports().remove(0);
    (result, report, fake.seen.into_inner().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rollout_keeps_its_promises(scene in scene()) {
        let (result, report, seen) = walked(&scene);
        for (step, result) in &result {
            prop_assert!(*result != StepResult::Cancelled, "{} was given up", step);
            let is_stuck = matches!(result, StepResult::Aborted(why) if why.contains("nothing that it waits for"));
            prop_assert!(!is_stuck, "{} stood still", step);
        }
        // Without anything bad, all of it is done.
        if scene.fates.iter().all(|(fate, _)| matches!(fate, Fate::Well | Fate::UpToDate)) {
            prop_assert_eq!(report.state, "healthy");
            prop_assert_eq!(seen.activated.len(), scene.fates.len());
        }
        if let Some(revert) = &seen.reverted {
            let failed = seen.failures > scene.max_failures;
            let reverts = |node: &&String| failed || seen.broken.contains(*node);
            let mut expected: Vec<String> = seen.changed.iter().filter(reverts).cloned().collect();
            expected.sort();
            expected.reverse();
            prop_assert_eq!(revert, &expected);
        }
    }
}
