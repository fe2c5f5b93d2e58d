//! Steps that only record that they ran, and random sets of them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::event::{Skip, StepResult};
use crate::graph::StepId;
use crate::plan::StepKind;
use crate::schedule::{Admission, Execute};

/// What a fake step does when it runs.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Done,
    Skipped,
    Failed,
    Offline,
    Aborted,
    StopsAll,
}

/// Whether a fake step is let in.
#[derive(Clone, Copy, Debug, Default)]
pub enum Entry {
    #[default]
    Open,
    /// Only after this other step has ended, however it did.
    After(usize),
    Never,
}

#[derive(Clone, Debug)]
pub struct FakeStep {
    pub fate: Fate,
    pub kind: StepKind,
    pub millis: u64,
    pub after: Vec<usize>,
    pub after_completion: Vec<usize>,
    pub entry: Entry,
    /// How long it waits for what is outside of the walk.
    pub prepared: u64,
}

/// What happened, in order: `true` for the start of a step.
#[derive(Default)]
pub struct Recorder {
    pub fakes: BTreeMap<StepId, FakeStep>,
    pub history: Mutex<Vec<(bool, StepId)>>,
    pub cancel_at: Option<(usize, CancellationToken)>,
    pub is_stuck: AtomicBool,
    /// All that ended, also what never started.
    pub ended: Mutex<Vec<StepId>>,
}

/// Names whose alphabetical order is not the order of the graph.
pub fn name(place: usize) -> StepId {
    format!("s{:02}", (place * 37) % 97)
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
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepResult> {
        let step = step.clone();
        Box::pin(async move {
            let fake = &self.fakes[&step];
            assert_eq!(self.admit(&step), Admission::Now, "{step} was not let in and runs");
            self.note(true, &step);
            tokio::time::sleep(Duration::from_millis(fake.millis)).await;
            self.note(false, &step);
            match fake.fate {
                Fate::Done => StepResult::Done(String::new()),
                Fate::Skipped => StepResult::Skipped(Skip::UpToDate),
                Fate::Failed => StepResult::Failed(step),
                Fate::Offline => StepResult::Offline(step),
                Fate::Aborted => StepResult::Aborted(String::new()),
                Fate::StopsAll => {
                    self.is_stuck.store(true, Ordering::Relaxed);
                    StepResult::Failed(step)
                }
            }
        })
    }

    fn prepared(&self, step: &StepId) -> BoxFuture<'_, ()> {
        match self.fakes[step].prepared {
            0 => Box::pin(std::future::ready(())),
            millis => Box::pin(tokio::time::sleep(Duration::from_millis(millis))),
        }
    }

    fn admit(&self, step: &StepId) -> Admission {
        match self.fakes[step].entry {
            Entry::Open => Admission::Now,
            Entry::Never => Admission::Never("never".to_owned()),
            Entry::After(other) if self.ended.lock().unwrap().contains(&name(other)) => Admission::Now,
            Entry::After(_) => Admission::Later,
        }
    }

    fn ended(&self, step: &StepId, _: &StepResult) {
        self.ended.lock().unwrap().push(step.clone());
    }

    fn stops_all(&self) -> bool {
        self.is_stuck.load(Ordering::Relaxed)
    }
}

/// Kinds whose beginning and end readers hear of.
pub(super) fn shown_kinds() -> Vec<StepKind> {
    let mut kinds = StepKind::ALL.to_vec();
    kinds.retain(|kind| *kind != StepKind::Barrier);
    kinds
}

/// Steps of which some fail, each after earlier ones only, so that there is no cycle.
fn fake_step(place: usize) -> impl Strategy<Value = FakeStep> {
    let fate = prop_oneof![
        6 => Just(Fate::Done), 2 => Just(Fate::Skipped), 1 => Just(Fate::Failed), 1 => Just(Fate::Offline)
    ];
    let kind = prop::sample::select(shown_kinds());
    let before = || prop::collection::vec(0..place.max(1), 0..4.min(place + 1));
    let times = (0..20_u64, prop_oneof![3 => Just(0), 1 => 0..40_u64]);
    let edges = (before(), before());
    (fate, kind, times, edges).prop_map(move |(fate, kind, (millis, prepared), (after, after_completion))| {
        let earlier = |places: Vec<usize>| places.into_iter().filter(|it| *it < place).collect();
        FakeStep {
            fate,
            kind,
            millis,
            after: earlier(after),
            after_completion: earlier(after_completion),
            entry: Entry::Open,
            prepared,
        }
    })
}

pub fn fake_steps() -> impl Strategy<Value = Vec<FakeStep>> {
    (0..40_usize).prop_flat_map(|count| (0..count).map(fake_step).collect::<Vec<_>>())
}

/// The same, and some stop everything or their own part, or are let in late or never.
pub fn gated_steps() -> impl Strategy<Value = Vec<FakeStep>> {
    let fate = prop_oneof![
        20 => Just(None), 1 => Just(Some(Fate::Aborted)), 1 => Just(Some(Fate::StopsAll))
    ];
    let entry = |count: usize| {
        prop_oneof![
            6 => Just(Entry::Open), 1 => Just(Entry::Never), 2 => (0..count.max(1)).prop_map(Entry::After)
        ]
    };
    let changes = move |count: usize| prop::collection::vec((fate.clone(), entry(count)), count..=count);
    fake_steps().prop_flat_map(move |steps| {
        changes(steps.len()).prop_map(move |changes| {
            let change = |(step, (fate, entry)): (&FakeStep, (Option<Fate>, Entry))| FakeStep {
                fate: fate.unwrap_or(step.fate),
                entry,
                ..step.clone()
            };
            std::iter::zip(&steps, changes).map(change).collect()
        })
    })
}
