//! Walks a graph of steps: everything that may run now runs now, within limits.
//!
//! Knows dependencies, limits, failures and cancellation; knows nothing of Nix, SSH or what a step does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::event::{Event, EventSink, StepResult};
use crate::graph::{Graph, StepId};
use crate::plan::StepKind;

/// Carries out one step. The schedule calls it at most once for each step.
pub trait Execute: Send + Sync {
    /// Runs the step to its end.
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepOutcome>;

    /// Waits until a step that may run has what it needs from outside of the walk. Until then it takes nobody's place.
    fn prepared(&self, _step: &StepId) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Whether a step that nothing else keeps from running may start now. Asked again whenever a step has ended.
    fn admit(&self, _step: &StepId) -> Admission {
        Admission::Now
    }

    /// Told of the end of every step, also of those that never started.
    fn ended(&self, _step: &StepId, _result: &StepResult) {}
}

/// Whether a step may start.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Admission {
    /// It may.
    Now,
    /// Not before another step has ended.
    Later,
    /// It never may, for this reason.
    Never(String),
}

/// How a step that was started ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StepOutcome {
    /// It did its work; the text says what, in a few words.
    Done(String),
    /// There was nothing to do; the text says why.
    Skipped(String),
    /// It failed, and what depends on it must not run.
    Failed(StepError),
    /// What it belongs to does not go on; the text says why. What depends on it must not run.
    Aborted(String),
}

/// Why a step failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct StepError {
    /// What sort of failure it is, for the summary.
    pub kind: FailureKind,
    /// The whole message for people: node, step, command, end of stderr, what to do next.
    pub message: String,
}

/// Sorts of failures that people act on differently.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FailureKind {
    /// The step ran and did not succeed.
    Failed,
    /// The node does not answer, so nothing was tried.
    Offline,
    /// The user interrupted it, which is nobody's fault.
    Interrupted,
    /// It ran and did not succeed, and nothing else is to be started.
    StopsAll,
}

/// How many steps may run at the same time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Of all kinds together; 0 counts as 1.
    pub overall: usize,
    /// Of one kind; a kind that is not named has no limit of its own, and 0 counts as 1.
    pub per_kind: BTreeMap<StepKind, usize>,
}

impl Limits {
    fn of(&self, kind: StepKind) -> usize {
        self.per_kind
            .get(&kind)
            .copied()
            .unwrap_or(usize::MAX)
            .max(1)
    }
}

/// What a failed step means for steps that do not depend on it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OnFailure {
    /// They run.
    #[default]
    GoOn,
    /// None of them is started any more.
    StopStarting,
}

/// How a walk goes about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// How many steps run at the same time.
    pub limits: Limits,
    /// What becomes of the rest when a step fails.
    pub on_failure: OnFailure,
}

/// How every step of the graph ended.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RunResult {
    /// One entry for each step.
    pub steps: BTreeMap<StepId, StepResult>,
}

impl RunResult {
    /// Whether every step succeeded or had nothing to do.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.steps
            .values()
            .all(|result| matches!(result, StepResult::Done(_) | StepResult::Skipped(_)))
    }
}

/// Runs every step of the graph whose dependencies succeed, and returns when nothing runs any more.
///
/// Cancelling the token starts nothing new and waits for what is running; so does a failure, if the policy says so.
pub async fn run(
    graph: &Graph,
    execute: &dyn Execute,
    policy: Policy,
    events: &EventSink,
    cancel: CancellationToken,
) -> RunResult {
    let mut walk = Walk::new(graph, execute, policy, events);
    let stop = cancel.child_token();
    let mut running = FuturesUnordered::new();
    let mut preparing = FuturesUnordered::new();
    let mut stopped = stop.is_cancelled();
    loop {
        preparing.extend(walk.take_released().into_iter().map(async |step| {
            execute.prepared(&step).await;
            step
        }));
        // All that wait for nothing are ready before any is started: the graph's order decides among them.
        while let Some(Some(step)) = preparing.next().now_or_never() {
            walk.enqueue(&step);
        }
        while !stopped && let Some(step) = walk.next_ready() {
            let stop = &stop;
            running.push(async move {
                let since = Instant::now();
                // Between being handed out and being polled, the walk may have been stopped.
                if stop.is_cancelled() {
                    return (step, None, since);
                }
                events.send(Event::StepStarted { step: step.clone() });
                let outcome = execute.execute(&step).await;
                (step, Some(outcome), since)
            });
        }
        // A step that will never start may have been all that others waited for the end of.
        if !stopped && walk.has_released() {
            continue;
        }
        if running.is_empty() && (stopped || preparing.is_empty()) {
            if !stopped && walk.resolve_standstill() {
                continue;
            }
            break;
        }
        tokio::select! {
            Some((step, outcome, since)) = running.next() => {
                if let Some(outcome) = outcome {
                    walk.finish(&step, outcome, since);
                }
            }
            Some(step) = preparing.next(), if !stopped => walk.enqueue(&step),
            () = stop.cancelled(), if !stopped => {}
        }
        if walk.stopped_by.is_some() {
            stop.cancel();
        }
        stopped = stop.is_cancelled();
    }
    walk.end()
}

/// The state of one walk. Positions follow the graph's order, so ties are decided the same way each time.
struct Walk<'a> {
    graph: &'a Graph,
    execute: &'a dyn Execute,
    policy: Policy,
    events: &'a EventSink,
    waiting_for: BTreeMap<StepId, usize>,
    released: Vec<StepId>,
    ready: BTreeSet<(usize, StepId)>,
    running: BTreeMap<StepKind, usize>,
    stopped_by: Option<StepId>,
    result: RunResult,
}

impl<'a> Walk<'a> {
    fn new(
        graph: &'a Graph,
        execute: &'a dyn Execute,
        policy: Policy,
        events: &'a EventSink,
    ) -> Self {
        let mut walk = Self {
            graph,
            execute,
            policy,
            events,
            waiting_for: BTreeMap::new(),
            released: Vec::new(),
            ready: BTreeSet::new(),
            running: BTreeMap::new(),
            stopped_by: None,
            result: RunResult::default(),
        };
        for step in graph.steps() {
            let before = graph.dependencies(&step.id).len() + graph.settled_before(&step.id).len();
            walk.waiting_for.insert(step.id.clone(), before);
            if before == 0 {
                walk.released.push(step.id.clone());
            }
        }
        walk
    }

    /// The steps that wait for no other step any more.
    fn take_released(&mut self) -> Vec<StepId> {
        std::mem::take(&mut self.released)
    }

    const fn has_released(&self) -> bool {
        !self.released.is_empty()
    }

    fn enqueue(&mut self, step: &StepId) {
        self.ready.insert((self.graph.position(step), step.clone()));
    }

    fn next_ready(&mut self) -> Option<StepId> {
        let mut later = BTreeSet::new();
        let next = loop {
            let Some(ready) = self.first_with_room(&later) else {
                break None;
            };
            match self.execute.admit(&ready.1) {
                Admission::Now => break Some(ready),
                Admission::Later => {
                    later.insert(ready);
                }
                Admission::Never(why) => {
                    self.ready.remove(&ready);
                    self.give_up(&ready.1, why);
                }
            }
        };
        let (place, step) = next?;
        self.ready.remove(&(place, step.clone()));
        if let Some(kind) = self.graph.kind(&step) {
            *self.running.entry(kind).or_default() += 1;
        }
        Some(step)
    }

    /// The first step that the limits leave room for, without those that have to wait.
    fn first_with_room(&self, later: &BTreeSet<(usize, StepId)>) -> Option<(usize, StepId)> {
        if self.running.values().sum::<usize>() >= self.policy.limits.overall.max(1) {
            return None;
        }
        let has_room = |ready: &&(usize, StepId)| {
            !later.contains(*ready)
                && self.graph.kind(&ready.1).is_none_or(|kind| {
                    self.running.get(&kind).copied().unwrap_or(0) < self.policy.limits.of(kind)
                })
        };
        self.ready.iter().find(has_room).cloned()
    }

    /// A step that may never start blocks what needs its success.
    fn give_up(&mut self, step: &StepId, why: String) {
        self.record(step, StepResult::Aborted(why), None);
        self.block_after(step);
    }

    /// Whether anything could still start if nothing runs; what waits for steps that will not come is given up.
    fn resolve_standstill(&mut self) -> bool {
        let Some((_, step)) = self.ready.pop_first() else {
            return false;
        };
        self.give_up(&step, "nothing that it waits for will come".to_owned());
        true
    }

    fn finish(&mut self, step: &StepId, outcome: StepOutcome, since: Instant) {
        if let Some(count) = self
            .graph
            .kind(step)
            .and_then(|kind| self.running.get_mut(&kind))
        {
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

    fn record(&mut self, step: &StepId, result: StepResult, since: Option<Instant>) {
        self.events.send(Event::StepFinished {
            step: step.clone(),
            result: result.clone(),
            elapsed: since.map(|since| since.elapsed()).unwrap_or_default(),
        });
        self.execute.ended(step, &result);
        self.result.steps.insert(step.clone(), result);
        for next in self.graph.settled_after(step) {
            self.count_down(&next);
        }
    }

    fn end(mut self) -> RunResult {
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

#[cfg(test)]
mod tests;
