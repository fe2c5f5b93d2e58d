//! The state of one walk: what waits for what, what may start, how everything ended.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::{Admission, Execute, Limits, RunResult};
use crate::event::{Event, EventSink, StepResult};
use crate::graph::{Edge, Graph, StepId};
use crate::plan::StepKind;

/// Steps of one kind that wait for the same.
type Queue = (StepKind, String);

/// The state of one walk. Steps are known by their places in the graph's order, so ties are decided the same way each time.
pub(super) struct Walk<'a> {
    graph: &'a Graph,
    execute: &'a dyn Execute,
    limits: Limits,
    events: &'a EventSink,
    waiting_for: Vec<usize>,
    /// The steps that wait for no other step any more.
    pub released: Vec<usize>,
    ready: BTreeMap<Queue, BTreeSet<usize>>,
    running: BTreeMap<StepKind, usize>,
    pub stopped_by: Option<StepId>,
    result: RunResult,
}

impl<'a> Walk<'a> {
    pub(super) fn new(graph: &'a Graph, execute: &'a dyn Execute, limits: Limits, events: &'a EventSink) -> Self {
        let waiting_for = graph.counts_before();
        Self {
            graph,
            execute,
            limits,
            events,
            released: (0..waiting_for.len()).filter(|place| waiting_for[*place] == 0).collect(),
            waiting_for,
            ready: BTreeMap::new(),
            running: BTreeMap::new(),
            stopped_by: None,
            result: RunResult::new(),
        }
    }

    /// Lets a step start as soon as there is room.
    pub(super) fn enqueue(&mut self, place: usize) {
        let step = self.graph.step(place);
        let queue = (step.kind, self.execute.queue(&step.id));
        self.ready.entry(queue).or_default().insert(place);
    }

    pub(super) fn next_ready(&mut self) -> Option<usize> {
        let limits = &self.limits;
        if self.running.values().sum::<usize>() >= limits.overall.max(1) {
            return None;
        }
        let has_room = |kind| self.running.get(&kind).copied().unwrap_or(0) < limits.of(kind);
        // Of each queue only the first one that may still start competes: no step is looked at for each that waits.
        let mut heads = self.heads();
        heads.retain(|_, queue| has_room(queue.0));
        while let Some((head, queue)) = heads.pop_first() {
            let admission = self.execute.admit(&self.graph.step(head).id);
            if admission != Admission::Full
                && let Some(next) = self.ready.get(&queue)?.range(head + 1..).next()
            {
                heads.insert(*next, queue.clone());
            }
            match admission {
                Admission::Now => {
                    *self.running.entry(queue.0).or_default() += 1;
                    self.take(&queue, head);
                    return Some(head);
                }
                Admission::Never(why) => self.give_up((head, &queue), why),
                Admission::Later | Admission::Full => {}
            }
        }
        None
    }

    fn heads(&self) -> BTreeMap<usize, Queue> {
        let ready = self.ready.iter();
        ready.filter_map(|(queue, steps)| Some((*steps.first()?, queue.clone()))).collect()
    }

    fn take(&mut self, queue: &Queue, place: usize) {
        self.ready.get_mut(queue).map(|steps| steps.remove(&place));
    }

    /// A step that may never start blocks what needs its success.
    fn give_up(&mut self, (place, queue): (usize, &Queue), why: String) {
        self.take(queue, place);
        self.record(place, StepResult::Aborted(why), Duration::ZERO);
    }

    /// Whether anything could still start if nothing runs; what waits for steps that will not come is given up.
    pub(super) fn resolve_standstill(&mut self) -> bool {
        let first = self.heads().pop_first();
        if let Some((head, queue)) = &first {
            self.give_up((*head, queue), "nothing that it waits for will come".to_owned());
        }
        first.is_some()
    }

    pub(super) fn finish(&mut self, place: usize, result: StepResult, since: Instant) {
        let step = self.graph.step(place);
        if let Some(count) = self.running.get_mut(&step.kind) {
            *count = count.saturating_sub(1);
        }
        let has_failed = matches!(result, StepResult::Failed(_) | StepResult::Offline(_));
        self.record(place, result, since.elapsed());
        if has_failed && (self.limits.fail_fast || self.execute.stops_all()) {
            self.stopped_by.get_or_insert_with(|| step.id.clone());
        }
    }

    /// Barriers do nothing that anybody would want to hear of.
    pub(super) fn is_shown(&self, place: usize) -> bool {
        self.graph.step(place).kind != StepKind::Barrier
    }

    /// How a step ended, and what that means for those that wait for it.
    fn record(&mut self, place: usize, result: StepResult, elapsed: Duration) {
        let by = self.graph.step(place).id.clone();
        let mut ended = vec![(place, result)];
        while let Some((place, result)) = ended.pop() {
            let step = self.graph.step(place).id.clone();
            if self.result.contains_key(&step) {
                continue;
            }
            if self.is_shown(place) {
                self.events.send(Event::StepFinished {
                    step: step.clone(),
                    result: result.clone(),
                    seconds: elapsed.as_secs_f64(),
                });
            }
            self.execute.ended(&step, &result);
            let has_succeeded = result.is_success();
            let blocks = !matches!(result, StepResult::Cancelled | StepResult::NotStarted(_));
            self.result.insert(step, result);
            for (next, edge) in self.graph.next(place) {
                if has_succeeded || edge == Edge::AfterCompletion {
                    self.count_down(next);
                } else if blocks {
                    ended.push((next, StepResult::Blocked(by.clone())));
                }
            }
        }
    }

    /// One thing less to wait for.
    fn count_down(&mut self, place: usize) {
        let left = &mut self.waiting_for[place];
        *left = left.saturating_sub(1);
        if *left == 0 && !self.result.contains_key(&self.graph.step(place).id) {
            self.released.push(place);
        }
    }

    pub(super) fn end(mut self) -> RunResult {
        let rest = match self.stopped_by.clone() {
            Some(because) => StepResult::NotStarted(because),
            None => StepResult::Cancelled,
        };
        for place in 0..self.waiting_for.len() {
            self.record(place, rest.clone(), Duration::ZERO);
        }
        self.result
    }
}
