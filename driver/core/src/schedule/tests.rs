//! Property tests: random graphs, random failures, random limits.

mod fake;
mod gated;
mod large;
mod prepared;

use std::collections::{BTreeMap, BTreeSet};

use fake::{Entry, FakeStep, Fate, Recorder, fake_steps, name, shown_kinds};
use proptest::prelude::*;

use super::*;
use crate::plan::Step;

fn limits() -> impl Strategy<Value = Limits> {
    let per_kind = prop::collection::btree_map(prop::sample::select(shown_kinds()), 0..4_usize, 0..4);
    (0..8_usize, per_kind).prop_map(|(overall, per_kind)| Limits { overall, per_kind, fail_fast: false })
}

fn going_on(limits: &Limits) -> Limits {
    Limits { fail_fast: false, ..limits.clone() }
}

fn stopping(limits: &Limits) -> Limits {
    Limits { fail_fast: true, ..limits.clone() }
}

struct Ran {
    graph: Graph,
    recorder: Recorder,
    result: RunResult,
    events: Vec<Event>,
}

fn ran(fakes: &[FakeStep], limits: Limits, cancel_after: Option<usize>) -> Ran {
    let names = |places: &[usize]| places.iter().map(|place| name(*place)).collect();
    let step = |fake: &FakeStep| Step {
        after: names(&fake.after),
        after_completion: names(&fake.after_completion),
        ..Step::bare(fake.kind)
    };
    let named = fakes.iter().enumerate();
    let steps = named.clone().map(|(place, fake)| (name(place), step(fake))).collect();
    let graph = Graph::from_steps(&steps).unwrap();
    let cancel = CancellationToken::new();
    let recorder = Recorder {
        fakes: named.map(|(place, fake)| (name(place), fake.clone())).collect(),
        cancel_at: cancel_after.map(|at| (at, cancel.clone())),
        ..Recorder::default()
    };
    // The paused clock makes sleeping free and the order of endings that of their times.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (events, mut reader) = EventSink::channel();
    let result = runtime.block_on(run(&graph, &recorder, limits, &events, cancel));
    let events = std::iter::from_fn(|| reader.try_recv().ok().map(|(event, _)| event)).collect();
    Ran { graph, recorder, result, events }
}

impl Ran {
    fn started(&self) -> Vec<StepId> {
        let history = self.recorder.history.lock().unwrap();
        history.iter().filter(|(started, _)| *started).map(|(_, step)| step.clone()).collect()
    }

    fn succeeded(&self, step: &str) -> bool {
        matches!(self.result[step], StepResult::Done(_) | StepResult::Skipped(_))
    }

    /// What holds for every walk, whatever happened in it.
    fn check(&self, limits: &Limits) {
        self.check_dependencies();
        self.check_limits(limits);
        self.check_everything_ended();
        self.check_blocked();
    }

    fn check_dependencies(&self) {
        let history = self.recorder.history.lock().unwrap().clone();
        let place = |started, step: &str| history.iter().position(|it| *it == (started, step.to_owned()));
        for step in self.started() {
            for before in self.graph.dependencies(&step) {
                assert!(self.succeeded(&before), "{step} ran although {before} did not succeed");
                assert!(place(false, &before) < place(true, &step), "{step} began before {before} ended");
            }
            for before in self.graph.settled_before(&step) {
                // What never started ended without a trace in the history.
                assert!(place(false, &before) < place(true, &step), "{step} began before {before} ended");
                assert!(
                    place(true, &before).is_some() == place(false, &before).is_some(),
                    "{step} began while {before} was running"
                );
            }
        }
    }

    fn check_limits(&self, limits: &Limits) {
        let mut running: BTreeMap<StepKind, usize> = BTreeMap::new();
        for (started, step) in self.recorder.history.lock().unwrap().iter() {
            let kind = self.recorder.fakes[step].kind;
            let count = running.entry(kind).or_default();
            if *started {
                *count += 1;
            } else {
                *count -= 1;
            }
            assert!(*count <= limits.of(kind), "too many of {kind:?}");
            assert!(running.values().sum::<usize>() <= limits.overall.max(1), "too many in all");
        }
    }

    fn check_everything_ended(&self) {
        let all: Vec<&StepId> = self.graph.steps().map(|step| &step.id).collect();
        assert_eq!(self.result.len(), all.len());
        let started = self.started();
        let once: BTreeSet<&StepId> = started.iter().collect();
        assert_eq!(once.len(), started.len(), "a step ran twice");
        for step in all {
            let finished = |event: &&Event| matches!(event, Event::StepFinished { step: it, .. } if it == step);
            assert_eq!(self.events.iter().filter(finished).count(), 1, "{step} ended once for readers");
        }
    }

    fn check_blocked(&self) {
        for (step, result) in &self.result {
            if let StepResult::Blocked(by) = result {
                let failed =
                    matches!(self.result[by], StepResult::Failed(_) | StepResult::Offline(_) | StepResult::Aborted(_));
                assert!(failed, "{step} is blocked by {by}, which did not fail");
                assert!(!self.started().contains(step), "{step} is blocked and ran");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_walk_keeps_its_promises(fakes in fake_steps(), limits in limits()) {
        let ran = ran(&fakes, going_on(&limits), None);
        ran.check(&limits);
        // Without an interrupt, only a failure keeps a step from running.
        for (step, result) in &ran.result {
            prop_assert!(*result != StepResult::Cancelled, "{step} was given up");
            let may_run = ran.graph.dependencies(step).iter().all(|before| ran.succeeded(before));
            prop_assert_eq!(may_run, ran.started().contains(step), "{}", step);
        }
    }

    #[test]
    fn a_walk_that_stops_at_the_first_failure_starts_nothing_after_it(fakes in fake_steps(), limits in limits()) {
        let ran = ran(&fakes, stopping(&limits), None);
        ran.check(&limits);
        let history = ran.recorder.history.lock().unwrap().clone();
        let fails = |step: &StepId| matches!(ran.recorder.fakes[step].fate, Fate::Failed | Fate::Offline);
        let failed_at = history.iter().position(|(started, step)| !started && fails(step));
        let first = failed_at.map(|place| history[place].1.clone());
        for (place, (started, step)) in history.iter().enumerate() {
            prop_assert!(!started || failed_at.is_none_or(|at| place < at), "{} began after the failure", step);
        }
        for (step, result) in &ran.result {
            prop_assert!(*result != StepResult::Cancelled, "{} counts as interrupted", step);
            if let StepResult::NotStarted(because) = result {
                prop_assert_eq!(Some(because), first.as_ref(), "{}", step);
                prop_assert!(!ran.started().contains(step), "{}", step);
            }
        }
        // Without a failure, nothing is left out.
        prop_assert!(first.is_some() || ran.started().len() == fakes.len());
    }

    #[test]
    fn an_interrupted_walk_starts_nothing_new(fakes in fake_steps(), limits in limits(), at in 0..20_usize) {
        let ran = ran(&fakes, going_on(&limits), Some(at));
        ran.check(&limits);
        let history = ran.recorder.history.lock().unwrap().clone();
        let cancelled_at = history.iter().scan(0, |count, (started, _)| {
            *count += usize::from(*started);
            Some(*count)
        }).position(|count| count >= at.max(1));
        if let Some(place) = cancelled_at {
            let later = history[place + 1..].iter().filter(|(started, _)| *started).count();
            prop_assert_eq!(later, 0, "started after the interrupt");
        }
    }
}

#[test]
fn independent_steps_run_at_the_same_time() {
    let fake = |after| FakeStep {
        fate: Fate::Done,
        kind: StepKind::Build,
        millis: 10,
        after,
        after_completion: vec![],
        entry: Entry::Open,
        prepared: 0,
    };
    let limits = Limits { overall: 10, ..Limits::default() };
    let ran = ran(&[fake(vec![]), fake(vec![]), fake(vec![0, 1])], going_on(&limits), None);
    let starts: Vec<bool> = ran.recorder.history.lock().unwrap().iter().map(|(started, _)| *started).collect();
    assert_eq!(starts, [true, true, false, false, true, false]);
    assert!(ran.result.values().all(StepResult::is_success));
}

#[test]
fn a_walk_that_is_cancelled_before_it_begins_does_nothing() {
    let fake = FakeStep {
        fate: Fate::Done,
        kind: StepKind::Copy,
        millis: 1,
        after: vec![],
        after_completion: vec![],
        entry: Entry::Open,
        prepared: 0,
    };
    let limits = Limits { overall: 1, ..Limits::default() };
    let ran = ran(&[fake.clone(), fake], going_on(&limits), None);
    assert_eq!(ran.started().len(), 2);
    let cancel = CancellationToken::new();
    cancel.cancel();
    let (events, _reader) = EventSink::channel();
    let limits = Limits { overall: 1, ..Limits::default() };
    let walk = run(&ran.graph, &ran.recorder, going_on(&limits), &events, cancel);
    let result = futures::executor::block_on(walk);
    assert!(result.values().all(|result| *result == StepResult::Cancelled));
    assert!(!result.values().all(StepResult::is_success));
}
