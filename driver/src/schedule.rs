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
    let mut walk = Walk::new(graph, policy, events);
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
        if running.is_empty() && (stopped || preparing.is_empty()) {
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
    fn new(graph: &'a Graph, policy: Policy, events: &'a EventSink) -> Self {
        let mut walk = Self {
            graph,
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
            let dependencies = graph.dependencies(&step.id).len();
            walk.waiting_for.insert(step.id.clone(), dependencies);
            if dependencies == 0 {
                walk.released.push(step.id.clone());
            }
        }
        walk
    }

    /// The steps that wait for no other step any more.
    fn take_released(&mut self) -> Vec<StepId> {
        std::mem::take(&mut self.released)
    }

    fn enqueue(&mut self, step: &StepId) {
        self.ready.insert((self.graph.position(step), step.clone()));
    }

    fn next_ready(&mut self) -> Option<StepId> {
        if self.running.values().sum::<usize>() >= self.policy.limits.overall.max(1) {
            return None;
        }
        let has_room = |(_, step): &&(usize, StepId)| {
            self.graph.kind(step).is_none_or(|kind| {
                self.running.get(&kind).copied().unwrap_or(0) < self.policy.limits.of(kind)
            })
        };
        let next = self.ready.iter().find(has_room).cloned()?;
        self.ready.remove(&next);
        if let Some(kind) = self.graph.kind(&next.1) {
            *self.running.entry(kind).or_default() += 1;
        }
        Some(next.1)
    }

    fn finish(&mut self, step: &StepId, outcome: StepOutcome, since: Instant) {
        if let Some(count) = self
            .graph
            .kind(step)
            .and_then(|kind| self.running.get_mut(&kind))
        {
            *count = count.saturating_sub(1);
        }
        let result = match outcome {
            StepOutcome::Done(detail) => StepResult::Done(detail),
            StepOutcome::Skipped(why) => StepResult::Skipped(why),
            StepOutcome::Failed(error) => match error.kind {
                FailureKind::Failed => StepResult::Failed(error.message),
                FailureKind::Offline => StepResult::Offline(error.message),
                FailureKind::Interrupted => StepResult::Cancelled,
            },
        };
        let succeeded = matches!(result, StepResult::Done(_) | StepResult::Skipped(_));
        self.record(step, result, Some(since));
        if succeeded {
            self.release(step);
        } else if self.result.steps.get(step) != Some(&StepResult::Cancelled) {
            self.block_after(step);
            if self.policy.on_failure == OnFailure::StopStarting {
                self.stopped_by.get_or_insert_with(|| step.clone());
            }
        }
    }

    fn release(&mut self, step: &StepId) {
        for next in self.graph.dependants(step) {
            let Some(left) = self.waiting_for.get_mut(&next) else {
                continue;
            };
            *left = left.saturating_sub(1);
            if *left == 0 && !self.result.steps.contains_key(&next) {
                self.released.push(next);
            }
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
        self.result.steps.insert(step.clone(), result);
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
