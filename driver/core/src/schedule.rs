//! Walks a graph of steps: everything that may run now runs now, within limits.
//!
//! Knows dependencies, limits, failures and cancellation; knows nothing of Nix, SSH or what a step does.

mod walk;

use std::collections::BTreeMap;
use std::time::Instant;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::event::{Event, EventSink, StepResult};
use crate::graph::{Graph, StepId};
use crate::plan::StepKind;
use walk::Walk;

/// Carries out one step. The schedule calls it at most once for each step.
pub trait Execute: Send + Sync {
    /// Runs the step to its end.
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepResult>;

    /// Waits until a step that may run has what it needs from outside of the walk. Until then it takes nobody's place.
    fn prepared(&self, _step: &StepId) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Whether a step that nothing else keeps from running may start now. Asked again whenever a step has ended.
    fn admit(&self, _step: &StepId) -> Admission {
        Admission::Now
    }

    /// Which queue a step of its kind waits in, once it waits for no other step.
    fn queue(&self, _step: &StepId) -> String {
        String::new()
    }

    /// Told of the end of every step, also of those that never started.
    fn ended(&self, _step: &StepId, _result: &StepResult) {}

    /// Whether nothing else is to be started after a failure, whatever the limits say.
    fn stops_all(&self) -> bool {
        false
    }
}

/// Whether a step may start.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Admission {
    /// It may.
    Now,
    /// Not before another step has ended.
    Later,
    /// The same, and so has every other step of its kind and its queue.
    Full,
    /// It never may, for this reason.
    Never(String),
}

/// How many steps may run at the same time, and whether a failure ends it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Limits {
    /// Of all kinds together; 0 counts as 1.
    pub overall: usize,
    /// Of one kind; a kind that is not named has no limit of its own, and 0 counts as 1.
    pub per_kind: BTreeMap<StepKind, usize>,
    /// After a failure nothing is started any more, also of what does not depend on it.
    pub fail_fast: bool,
}

impl Limits {
    fn of(&self, kind: StepKind) -> usize {
        self.per_kind.get(&kind).copied().unwrap_or(usize::MAX).max(1)
    }
}

/// How every step of the graph ended: one entry for each step.
pub type RunResult = BTreeMap<StepId, StepResult>;

/// Runs every step of the graph whose dependencies succeed, and returns when nothing runs any more.
///
/// Cancelling the token starts nothing new and waits for what is running; so does a failure, if the limits say so.
pub async fn run(
    graph: &Graph,
    execute: &dyn Execute,
    limits: Limits,
    events: &EventSink,
    cancel: CancellationToken,
) -> RunResult {
    let mut walk = Walk::new(graph, execute, limits, events);
    let stop = cancel.child_token();
    let mut running = FuturesUnordered::new();
    let mut preparing = FuturesUnordered::new();
    let mut stopped = stop.is_cancelled();
    loop {
        preparing.extend(std::mem::take(&mut walk.released).into_iter().map(async |place| {
            execute.prepared(&graph.step(place).id).await;
            place
        }));
        // All that wait for nothing are ready before any is started: the graph's order decides among them.
        while let Some(Some(place)) = preparing.next().now_or_never() {
            walk.enqueue(place);
        }
        while !stopped && let Some(place) = walk.next_ready() {
            let (stop, step) = (&stop, &graph.step(place).id);
            let is_shown = walk.is_shown(place);
            running.push(async move {
                let since = Instant::now();
                // Between being handed out and being polled, the walk may have been stopped.
                if stop.is_cancelled() {
                    return (place, None, since);
                }
                if is_shown {
                    events.send(Event::StepStarted { step: step.clone() });
                }
                (place, Some(execute.execute(step).await), since)
            });
        }
        // A step that will never start may have been all that others waited for the end of.
        if !stopped && !walk.released.is_empty() {
            continue;
        }
        if running.is_empty() && (stopped || preparing.is_empty()) {
            if !stopped && walk.resolve_standstill() {
                continue;
            }
            break;
        }
        tokio::select! {
            Some((place, result, since)) = running.next() => {
                if let Some(result) = result {
                    walk.finish(place, result, since);
                }
            }
            Some(place) = preparing.next(), if !stopped => walk.enqueue(place),
            () = stop.cancelled(), if !stopped => {}
        }
        if walk.stopped_by.is_some() {
            stop.cancel();
        }
        stopped = stop.is_cancelled();
    }
    walk.end()
}

#[cfg(test)]
mod tests;
