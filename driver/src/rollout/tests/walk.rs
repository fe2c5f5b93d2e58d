//! Property test: the schedule walks random rollouts with random fates, and every promise of a rollout holds at every moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::super::*;
use crate::event::EventSink;
use crate::graph::StepId;
use crate::schedule::{
    Execute, FailureKind, Limits, OnFailure, Policy, RunResult, StepError, StepOutcome, run,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Well,
    UpToDate,
    UnhealthyBefore,
    FailsToActivate,
    FailsItsCheck,
    Offline,
}

#[derive(Clone, Debug)]
struct Scene {
    fates: Vec<(Fate, u64)>,
    sizes: Vec<usize>,
    max_unavailable: Option<usize>,
    max_parallel: Option<usize>,
    max_failures: usize,
    skips: bool,
}

fn scene() -> impl Strategy<Value = Scene> {
    let fate = prop_oneof![
        8 => Just(Fate::Well), 2 => Just(Fate::UpToDate), 1 => Just(Fate::UnhealthyBefore),
        1 => Just(Fate::FailsToActivate), 1 => Just(Fate::FailsItsCheck), 1 => Just(Fate::Offline),
    ];
    (
        prop::collection::vec((fate, 0..20_u64), 1..12),
        prop::collection::vec(1..5_usize, 1..5),
        prop::option::of(1..4_usize),
        prop::option::of(1..4_usize),
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(
            |(fates, sizes, max_unavailable, max_parallel, max_failures, skips)| Scene {
                fates,
                sizes,
                max_unavailable,
                max_parallel,
                max_failures,
                skips,
            },
        )
}

impl Scene {
    /// Nodes by batch; what the sizes leave over is one more.
    fn batches(&self) -> Vec<Vec<String>> {
        let mut names = (0..self.fates.len()).map(|place| format!("n{place:02}"));
        let mut batches = Vec::new();
        for size in &self.sizes {
            batches.push(names.by_ref().take(*size).collect::<Vec<_>>());
        }
        batches.push(names.collect());
        batches.retain(|batch| !batch.is_empty());
        batches
    }

    fn plan(&self) -> Plan {
        let batches = self.batches();
        let all: Vec<&String> = batches.iter().flatten().collect();
        let target = json!({ "host": "h", "user": null, "port": null });
        let nodes: serde_json::Map<String, Value> = all
            .iter()
            .map(|node| ((*node).clone(), json!({ "target": target, "system": "s" })))
            .collect();
        let mut steps = serde_json::Map::new();
        let settles: Vec<String> = all.iter().map(|node| format!("copy:{node}")).collect();
        steps.insert(
            "gate:r:0".to_owned(),
            json!({ "kind": "gate", "rollout": "r", "batch": 0, "settles": settles }),
        );
        for (place, batch) in batches.iter().enumerate() {
            let before = format!("gate:r:{place}");
            let mut ended = Vec::new();
            for node in batch {
                let after = [format!("copy:{node}"), before.clone()];
                steps.insert(
                    format!("copy:{node}"),
                    json!({ "kind": "copy", "node": node }),
                );
                steps.insert(
                    format!("activate:{node}"),
                    json!({ "kind": "activate", "node": node, "after": after }),
                );
                steps.insert(
                    format!("check:{node}"),
                    json!({ "kind": "check", "node": node, "after": [format!("activate:{node}")] }),
                );
                ended.extend([format!("activate:{node}"), format!("check:{node}")]);
            }
            let number = place + 1;
            let gate = json!({ "kind": "gate", "rollout": "r", "batch": number, "after": [before], "settles": ended });
            steps.insert(format!("gate:r:{number}"), gate);
        }
        let document = json!({
            "version": 1, "network": { "name": "n", "id": "i" }, "nodes": nodes, "steps": steps,
            "rollouts": { "r": {
                "role": "r", "nodes": all, "batches": batches.iter().map(|nodes| json!({ "nodes": nodes })).collect::<Vec<_>>(),
                "maxParallel": self.max_parallel, "maxUnavailable": self.max_unavailable, "maxFailures": self.max_failures,
                "autoRevert": "rollout", "onUnreachable": if self.skips { "skip" } else { "fail" }, "coordinator": all[0],
            } },
        });
        Plan::parse(document.to_string().as_bytes()).unwrap()
    }

    fn fate(&self, node: &str) -> (Fate, u64) {
        self.fates[node[1..].parse::<usize>().unwrap()]
    }
}

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
        let batch = self
            .scene
            .batches()
            .iter()
            .position(|batch| batch.iter().any(|it| it == node));
        assert!(
            seen.passed > batch.unwrap(),
            "{node} began before the gate of its batch was passed"
        );
        if self.scene.fate(node).0 != Fate::UpToDate {
            seen.moving.insert(node.to_owned());
            seen.unhealthy.remove(node);
        }
        seen.activated.insert(node.to_owned());
        let unavailable: BTreeSet<&String> = seen
            .moving
            .iter()
            .chain(&seen.broken)
            .chain(&seen.unhealthy)
            .collect();
        let before = self
            .scene
            .fates
            .iter()
            .filter(|(fate, _)| matches!(fate, Fate::UnhealthyBefore | Fate::Offline))
            .count();
        if let Some(max) = self.scene.max_unavailable
            && self.scene.fate(node).0 == Fate::Well
        {
            assert!(
                unavailable.len() <= max.max(before),
                "{unavailable:?} of {max}"
            );
        }
        if let Some(max) = self.scene.max_parallel {
            assert!(
                seen.moving.len() <= max,
                "{:?} at a time of {max}",
                seen.moving
            );
        }
    }

    fn ends(&self, node: &str, is_well: bool) {
        let mut seen = self.seen.lock().unwrap();
        seen.moving.remove(node);
        if !is_well {
            seen.broken.insert(node.to_owned());
        }
    }

    async fn act(&self, step: &str) -> StepOutcome {
        let planned = &self.plan.steps[step];
        let Some(node) = planned.node.as_deref() else {
            return self.decide(step, planned.batch.unwrap());
        };
        let (fate, millis) = self.scene.fate(node);
        let failed = |kind| {
            StepOutcome::Failed(StepError {
                kind,
                message: step.to_owned(),
            })
        };
        match (planned.kind, fate) {
            (StepKind::Copy, Fate::Offline) => {
                self.seen.lock().unwrap().broken.insert(node.to_owned());
                return failed(FailureKind::Offline);
            }
            (StepKind::Copy, Fate::UpToDate) => {
                self.rollouts.course("r").unwrap().is_up_to_date(node);
            }
            (StepKind::Copy, Fate::UnhealthyBefore) => {
                self.seen.lock().unwrap().unhealthy.insert(node.to_owned());
                self.rollouts.course("r").unwrap().was_unhealthy(node);
            }
            (StepKind::Activate, _) => {
                self.begins(node);
                tokio::time::sleep(Duration::from_millis(millis)).await;
                if fate == Fate::FailsToActivate {
                    self.ends(node, false);
                    return failed(FailureKind::Failed);
                }
                if fate != Fate::UpToDate {
                    let before = Before {
                        toplevel: None,
                        generation: Some(1),
                    };
                    self.rollouts.course("r").unwrap().changed(node, before);
                    self.seen.lock().unwrap().changed.push(node.to_owned());
                }
            }
            (StepKind::Check, _) => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                self.ends(node, fate != Fate::FailsItsCheck);
                if fate == Fate::FailsItsCheck {
                    return failed(FailureKind::Failed);
                }
            }
            _ => {}
        }
        StepOutcome::Done(String::new())
    }

    fn decide(&self, step: &str, batch: usize) -> StepOutcome {
        let mut seen = self.seen.lock().unwrap();
        assert!(
            seen.moving.is_empty(),
            "{step} decided while {:?} were on their way",
            seen.moving
        );
        let decision = self.rollouts.course("r").unwrap().decide(batch);
        match decision {
            Decision::GoOn | Decision::Finish => {
                assert!(
                    seen.failures <= self.scene.max_failures,
                    "{step} passed with too many failures"
                );
                seen.passed = batch + 1;
                StepOutcome::Done(String::new())
            }
            Decision::Abort { revert, why } => {
                seen.reverted = Some(revert);
                StepOutcome::Aborted(why)
            }
            Decision::Pause(_) => unreachable!(),
        }
    }
}

impl Execute for Fake<'_> {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepOutcome> {
        let step = step.clone();
        async move { self.act(&step).await }.boxed()
    }

    fn admit(&self, step: &StepId) -> Admission {
        let admission = self.rollouts.admit(step);
        let failures = self.seen.lock().unwrap().failures;
        let is_activation = self.plan.steps[step].kind == StepKind::Activate;
        if is_activation && admission == Admission::Now {
            assert!(
                failures <= self.scene.max_failures,
                "{step} was let in after too many failures"
            );
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
    let plan = scene.plan();
    let graph = Graph::from_plan(&plan).unwrap();
    let fake = Fake {
        scene,
        plan: &plan,
        rollouts: Rollouts::of(&plan, &graph),
        seen: Mutex::default(),
    };
    let policy = Policy {
        limits: Limits {
            overall: 5,
            per_kind: BTreeMap::new(),
        },
        on_failure: OnFailure::GoOn,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let (events, _reader) = EventSink::channel();
    let result = runtime.block_on(run(
        &graph,
        &fake,
        policy,
        &events,
        CancellationToken::new(),
    ));
    let report = fake.rollouts.reports().remove(0);
    (result, report, fake.seen.into_inner().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rollout_keeps_its_promises(scene in scene()) {
        let (result, report, seen) = walked(&scene);
        for (step, result) in &result.steps {
            prop_assert!(*result != StepResult::Cancelled, "{} was given up", step);
            let is_stuck = matches!(result, StepResult::Aborted(why) if why.contains("nothing that it waits for"));
            prop_assert!(!is_stuck, "{} stood still", step);
        }
        // Without anything bad, all of it is done.
        if scene.fates.iter().all(|(fate, _)| matches!(fate, Fate::Well | Fate::UpToDate)) {
            prop_assert_eq!(report.state, RolloutState::Healthy);
            prop_assert_eq!(seen.activated.len(), scene.fates.len());
        }
        if let Some(revert) = &seen.reverted {
            let failed = seen.failures > scene.max_failures;
            let mut expected: Vec<String> = if failed { seen.changed.clone() } else { Vec::new() };
            expected.sort();
            expected.reverse();
            prop_assert_eq!(revert, &expected);
        }
    }
}
