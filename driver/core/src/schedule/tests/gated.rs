//! Random walks of steps that are let in late or never, and of some that stop everything.

use super::fake::gated_steps;
use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_with_gates_keeps_them_and_comes_to_an_end(fakes in gated_steps(), limits in limits()) {
        let ran = ran(&fakes, going_on(&limits), None);
        ran.check(&limits);
        let history = ran.recorder.history.lock().unwrap().clone();
        let stops = |(started, step): &(bool, StepId)| !started && matches!(ran.recorder.fakes[step].fate, Fate::StopsAll);
        let stopped_at = history.iter().position(stops);
        let started = ran.started();
        for (place, (is_start, step)) in history.iter().enumerate() {
            prop_assert!(!is_start || stopped_at.is_none_or(|at| place < at), "{} began after the end of all", step);
        }
        for (step, result) in &ran.result {
            let fake = &ran.recorder.fakes[step];
            let has_run = started.contains(step);
            prop_assert!(*result != StepResult::Cancelled, "{} counts as interrupted", step);
            if let StepResult::NotStarted(because) = result {
                prop_assert_eq!(stopped_at.map(|at| &history[at].1), Some(because), "{}", step);
            }
            if matches!(result, StepResult::Aborted(_)) {
                prop_assert!(has_run || !matches!(fake.entry, Entry::Open), "{} was given up", step);
            }
            let may_run = ran.graph.dependencies(step).iter().all(|before| ran.succeeded(before));
            if may_run && stopped_at.is_none() && matches!(fake.entry, Entry::Open) {
                prop_assert!(has_run, "{} was left out", step);
            }
        }
    }

    #[test]
    fn what_is_given_up_is_no_failure_that_ends_the_walk(fakes in gated_steps(), limits in limits()) {
        let ran = ran(&fakes, stopping(&limits), None);
        ran.check(&limits);
        let history = ran.recorder.history.lock().unwrap().clone();
        let stops = |(started, step): &(bool, StepId)| {
            let fate = ran.recorder.fakes[step].fate;
            !started && matches!(fate, Fate::Failed | Fate::Offline | Fate::StopsAll)
        };
        let stopped_at = history.iter().position(stops);
        for (place, (is_start, step)) in history.iter().enumerate() {
            prop_assert!(!is_start || stopped_at.is_none_or(|at| place < at), "{} began after the failure", step);
        }
        let left_out = |result: &StepResult| matches!(result, StepResult::NotStarted(_));
        prop_assert!(stopped_at.is_some() || !ran.result.values().any(left_out));
    }
}
