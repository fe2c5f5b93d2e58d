//! The state of one walk: what waits for what, what may start, how everything ended.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Instant;

use super::{Admission, Execute, FailureKind, OnFailure, Policy, RunResult, StepOutcome};
use crate::event::{Event, EventSink, StepResult};
use crate::graph::{Graph, StepId};
use crate::plan::StepKind;

/// A step that waits for nothing but room, behind its place in the graph's order.
type Ready = (usize, StepId);
/// Steps of one kind that wait for the same.
type Queue = (StepKind, String);

/// The state of one walk. Positions follow the graph's order, so ties are decided the same way each time.
pub(super) struct Walk<'a> {
    graph: &'a Graph,
    execute: &'a dyn Execute,
    policy: Policy,
    events: &'a EventSink,
    waiting_for: BTreeMap<StepId, usize>,
    released: Vec<StepId>,
    ready: BTreeMap<Queue, BTreeSet<Ready>>,
    running: BTreeMap<StepKind, usize>,
    pub stopped_by: Option<StepId>,
    result: RunResult,
}

impl<'a> Walk<'a> {
    pub(super) fn new(graph: &'a Graph, execute: &'a dyn Execute, policy: Policy, events: &'a EventSink) -> Self {
        let mut walk = Self {
            graph,
            execute,
            policy,
            events,
            waiting_for: BTreeMap::new(),
            released: Vec::new(),
            ready: BTreeMap::new(),
            running: BTreeMap::new(),
            stopped_by: None,
            result: RunResult::default(),
        };
        for step in graph.steps() {
            let before = graph.count_before(&step.id);
            walk.waiting_for.insert(step.id.clone(), before);
            if before == 0 {
                walk.released.push(step.id.clone());
            }
        }
        walk
    }

    /// The steps that wait for no other step any more.
    pub(super) fn take_released(&mut self) -> Vec<StepId> {
        std::mem::take(&mut self.released)
    }

    pub(super) const fn has_released(&self) -> bool {
        !self.released.is_empty()
    }

    /// Lets a step start as soon as there is room.
    pub(super) fn enqueue(&mut self, step: &StepId) {
        if let Some(kind) = self.graph.kind(step) {
            let queue = self.ready.entry((kind, self.execute.queue(step)));
            let place = (self.graph.position(step), step.clone());
            queue.or_default().insert(place);
        }
    }

    pub(super) fn next_ready(&mut self) -> Option<StepId> {
        if self.running.values().sum::<usize>() >= self.policy.limits.overall.max(1) {
            return None;
        }
        // Of each queue only the first one that may still start competes: no step is looked at for each that waits.
        let with_room = self
            .ready
            .iter()
            .filter(|((kind, _), _)| self.running.get(kind).copied().unwrap_or(0) < self.policy.limits.of(*kind));
        let mut heads: BTreeMap<Ready, Queue> =
            with_room.filter_map(|(queue, steps)| Some((steps.first()?.clone(), queue.clone()))).collect();
        while let Some((head, queue)) = heads.pop_first() {
            let admission = self.execute.admit(&head.1);
            if admission == Admission::Full {
                continue;
            }
            let after = (Bound::Excluded(&head), Bound::Unbounded);
            let steps = self.ready.get(&queue)?;
            if let Some(next) = steps.range(after).next() {
                heads.insert(next.clone(), queue.clone());
            }
            match admission {
                Admission::Now => {
                    *self.running.entry(queue.0).or_default() += 1;
                    self.take(&queue, &head);
                    return Some(head.1);
                }
                Admission::Never(why) => {
                    self.take(&queue, &head);
                    self.give_up(&head.1, why);
                }
                Admission::Later | Admission::Full => {}
            }
        }
        None
    }

    /// An empty queue is none.
    fn take(&mut self, queue: &Queue, step: &Ready) {
        if let Some(steps) = self.ready.get_mut(queue) {
            steps.remove(step);
            if steps.is_empty() {
                self.ready.remove(queue);
            }
        }
    }

    /// A step that may never start blocks what needs its success.
    fn give_up(&mut self, step: &StepId, why: String) {
        self.record(step, StepResult::Aborted(why), None);
        self.block_after(step);
    }

    /// Whether anything could still start if nothing runs; what waits for steps that will not come is given up.
    pub(super) fn resolve_standstill(&mut self) -> bool {
        let heads = self.ready.iter();
        let heads = heads.filter_map(|(queue, steps)| Some((steps.first()?.clone(), queue.clone())));
        let Some((head, queue)) = heads.min() else {
            return false;
        };
        self.take(&queue, &head);
        self.give_up(&head.1, "nothing that it waits for will come".to_owned());
        true
    }

    pub(super) fn finish(&mut self, step: &StepId, outcome: StepOutcome, since: Instant) {
        if let Some(count) = self.graph.kind(step).and_then(|kind| self.running.get_mut(&kind)) {
            *count = count.saturating_sub(1);
        }
        if matches!(&outcome, StepOutcome::Failed(error) if error.kind == FailureKind::StopsAll) {
            self.stopped_by.get_or_insert_with(|| step.clone());
        }
        let result = match outcome {
            StepOutcome::Done(detail) => StepResult::Done(detail),
            StepOutcome::Skipped(why) => StepResult::Skipped(why),
            StepOutcome::Aborted(why) => StepResult::Aborted(why),
            StepOutcome::Failed(error) => match error.kind {
                FailureKind::Failed | FailureKind::StopsAll => StepResult::Failed(error.message),
                FailureKind::Offline => StepResult::Offline(error.message),
                FailureKind::Interrupted => StepResult::Cancelled,
            },
        };
        let succeeded = matches!(result, StepResult::Done(_) | StepResult::Skipped(_));
        self.record(step, result, Some(since));
        if succeeded {
            self.release(step);
        } else if self.result.steps.get(step) != Some(&StepResult::Cancelled) {
            let has_failed = !matches!(self.result.steps.get(step), Some(StepResult::Aborted(_)));
            self.block_after(step);
            if has_failed && self.policy.on_failure == OnFailure::StopStarting {
                self.stopped_by.get_or_insert_with(|| step.clone());
            }
        }
    }

    fn release(&mut self, step: &StepId) {
        for next in self.graph.dependants(step) {
            self.count_down(&next);
        }
    }

    /// One thing less to wait for.
    fn count_down(&mut self, next: &StepId) {
        let Some(left) = self.waiting_for.get_mut(next) else {
            return;
        };
        *left = left.saturating_sub(1);
        if *left == 0 && !self.result.steps.contains_key(next) {
            self.released.push(next.clone());
        }
    }

    fn block_after(&mut self, failed: &StepId) {
        let mut pending = self.graph.dependants(failed);
        while let Some(step) = pending.pop() {
            if self.result.steps.contains_key(&step) {
                continue;
            }
            let by = failed.clone();
            self.record(&step, StepResult::Blocked { by }, None);
            pending.extend(self.graph.dependants(&step));
        }
    }

    /// Barriers do nothing that anybody would want to hear of.
    pub(super) fn is_shown(&self, step: &StepId) -> bool {
        self.graph.kind(step) != Some(StepKind::Barrier)
    }

    fn record(&mut self, step: &StepId, result: StepResult, since: Option<Instant>) {
        if self.is_shown(step) {
            self.events.send(Event::StepFinished {
                step: step.clone(),
                result: result.clone(),
                elapsed: since.map(|since| since.elapsed()).unwrap_or_default(),
            });
        }
        self.execute.ended(step, &result);
        self.result.steps.insert(step.clone(), result);
        for next in self.graph.settled_after(step) {
            self.count_down(&next);
        }
    }

    pub(super) fn end(mut self) -> RunResult {
        for step in self.graph.steps() {
            if !self.result.steps.contains_key(&step.id) {
                let result = match self.stopped_by.clone() {
                    Some(because) => StepResult::NotStarted { because },
                    None => StepResult::Cancelled,
                };
                self.record(&step.id, result, None);
            }
        }
        self.result
    }
}
