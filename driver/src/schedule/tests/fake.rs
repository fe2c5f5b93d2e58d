//! Steps that only record that they ran, and random sets of them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use futures::future::BoxFuture;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::graph::StepId;
use crate::plan::StepKind;
use crate::schedule::{Execute, FailureKind, StepError, StepOutcome};

/// What a fake step does when it runs.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Done,
    Skipped,
    Failed,
    Offline,
}

#[derive(Clone, Debug)]
pub struct FakeStep {
    pub fate: Fate,
    pub kind: StepKind,
    pub millis: u64,
    pub after: Vec<usize>,
    pub settles: Vec<usize>,
}

/// What happened, in order: `true` for the start of a step.
#[derive(Default)]
pub struct Recorder {
    pub fakes: BTreeMap<StepId, FakeStep>,
    pub history: Mutex<Vec<(bool, StepId)>>,
    pub cancel_at: Option<(usize, CancellationToken)>,
}

impl Recorder {
    fn note(&self, started: bool, step: &str) {
        let mut history = self.history.lock().unwrap();
        history.push((started, step.to_owned()));
        if let Some((at, token)) = &self.cancel_at
            && history.iter().filter(|(started, _)| *started).count() >= *at
        {
            token.cancel();
        }
    }
}

impl Execute for Recorder {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepOutcome> {
        let step = step.clone();
        Box::pin(async move {
            let fake = &self.fakes[&step];
            self.note(true, &step);
            tokio::time::sleep(Duration::from_millis(fake.millis)).await;
            self.note(false, &step);
            let error = |kind| {
                StepOutcome::Failed(StepError {
                    kind,
                    message: step.clone(),
                })
            };
            match fake.fate {
                Fate::Done => StepOutcome::Done(String::new()),
                Fate::Skipped => StepOutcome::Skipped(String::new()),
                Fate::Failed => error(FailureKind::Failed),
                Fate::Offline => error(FailureKind::Offline),
            }
        })
    }
}

fn fake_step(place: usize) -> impl Strategy<Value = FakeStep> {
    let fate = prop_oneof![
        6 => Just(Fate::Done), 2 => Just(Fate::Skipped), 1 => Just(Fate::Failed), 1 => Just(Fate::Offline)
    ];
    let kind = prop::sample::select(StepKind::ALL.to_vec());
    // Only earlier steps, so that there is no cycle.
    let before = || prop::collection::vec(0..place.max(1), 0..4.min(place + 1));
    let edges = (before(), before());
    (fate, kind, 0..20_u64, edges).prop_map(move |(fate, kind, millis, (after, settles))| {
        let earlier = |places: Vec<usize>| places.into_iter().filter(|it| *it < place).collect();
        FakeStep {
            fate,
            kind,
            millis,
            after: earlier(after),
            settles: earlier(settles),
        }
    })
}

pub fn fake_steps() -> impl Strategy<Value = Vec<FakeStep>> {
    (0..40_usize).prop_flat_map(|count| (0..count).map(fake_step).collect::<Vec<_>>())
}
