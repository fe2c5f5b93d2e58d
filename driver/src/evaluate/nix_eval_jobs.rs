//! The evaluator that is one nix-eval-jobs for all nodes, with workers of its own.
//!
//! Knows how its runs go wrong: a worker that is killed ends them, and whoever was left is evaluated by the next one.

mod features;
mod record;
mod run;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use futures::channel::mpsc::UnboundedSender;
use futures::stream::BoxStream;

use super::batches::next_batch;
use super::evaluation::Parts;
use super::{EvaluateError, Evaluated, Evaluator, NixError, Scope};
use crate::diagnose::{Diagnosis, Kind};
pub(super) use features::{Features, is_installed};
use run::{Ended, Run};

/// Name of the program.
const PROGRAM: &str = "nix-eval-jobs";

/// Evaluates all nodes with one process, and those that come later with another.
#[derive(Clone, Debug)]
pub(super) struct NixEvalJobs {
    parts: Parts,
    features: Features,
}

/// Where results go. Nobody may be waiting for them any more.
type Results = UnboundedSender<Evaluated>;

impl NixEvalJobs {
    pub(super) const fn new(parts: Parts, features: Features) -> Self {
        Self { parts, features }
    }

    async fn all(self, mut nodes: BoxStream<'static, String>, results: Results) {
        while let Some(batch) = next_batch(&mut nodes).await {
            let all = self.parts.pool.all().await;
            if !self.batch(batch, &results).await {
                return;
            }
            drop(all);
        }
    }

    /// Evaluates a group of nodes. False if nothing more is to be tried.
    async fn batch(&self, batch: BTreeSet<String>, results: &Results) -> bool {
        let mut left = batch;
        let mut workers = self.parts.resources.workers;
        let mut killed = BTreeMap::new();
        // Each round loses at least a node or a worker, so this ends.
        while !left.is_empty() {
            let before = left.len();
            let mut run = Run::new(&self.parts, self.features, workers);
            let ended = run.of(left, results).await;
            killed.append(&mut run.killed);
            left = run.left;
            match ended {
                Ended::Well => {
                    self.report(std::mem::take(&mut left), results, no_record);
                }
                // What is killed most likely did not fit into the memory.
                Ended::WorkerKilled(death) => {
                    let is_hopeless = workers == 1 && left.len() == before;
                    match death.node {
                        Some(node) => {
                            left.remove(&node);
                            killed.insert(node, death.how);
                        }
                        // It did not even get to a node, with nothing beside it.
                        None if is_hopeless => return self.nobody(left, &death.how, results),
                        None => {}
                    }
                    workers = workers.saturating_sub(1).max(1);
                }
                Ended::Failed(error) if left.len() == before => {
                    return self.nothing(left, &error, results);
                }
                // Some versions say so after all records; the rest is tried again.
                Ended::Failed(_) => {}
                Ended::NotRun(diagnosis) => {
                    send_all(&left, &diagnosis, results);
                    return diagnosis.kind != Kind::Interrupted;
                }
            }
        }
        for node in killed.into_keys() {
            self.alone(node, results).await;
        }
        true
    }

    /// Once more, with nothing beside it.
    async fn alone(&self, node: String, results: &Results) {
        let mut run = Run::new(&self.parts, self.features, 1);
        let ended = run.of(BTreeSet::from([node.clone()]), results).await;
        let error = match (run.killed.remove(&node), ended) {
            (Some(how), _) => worker_killed(&node, &how),
            (None, _) if !run.left.contains(&node) => return,
            (None, Ended::WorkerKilled(death)) => worker_killed(&node, &death.how),
            (None, Ended::Failed(error)) => self.explained(&node, &error),
            (None, Ended::NotRun(diagnosis)) => EvaluateError::explained(&node, diagnosis),
            (None, Ended::Well) => no_record(&node),
        };
        send(&node, Err(error), results);
    }

    /// No node can be evaluated: every worker is killed before it gets to one.
    fn nobody(&self, left: BTreeSet<String>, how: &str, results: &Results) -> bool {
        for node in left.iter().take(1) {
            let error = EvaluateError { scope: Scope::All, ..worker_killed(node, how) };
            send(node, Err(error), results);
        }
        false
    }

    /// A run that failed without a single record failed before any node was looked at.
    fn nothing(&self, left: BTreeSet<String>, error: &NixError, results: &Results) -> bool {
        let Some(first) = left.first().cloned() else {
            return true;
        };
        let diagnosis = self.parts.flake.explain_message(error, self.parts.attribute.name());
        let error = EvaluateError { scope: Scope::All, diagnosis, same_as: None };
        send(&first, Err(error), results);
        false
    }

    fn explained(&self, node: &str, error: &NixError) -> EvaluateError {
        let attribute = self.parts.attribute.of(node);
        let diagnosis = self.parts.flake.explain_message(error, &attribute);
        EvaluateError::explained(node, diagnosis)
    }

    fn report(&self, nodes: BTreeSet<String>, results: &Results, error: impl Fn(&str) -> EvaluateError) {
        for node in nodes {
            let result = Err(error(&node));
            send(&node, result, results);
        }
    }
}

fn worker_killed(node: &str, how: &str) -> EvaluateError {
    EvaluateError::killed(node, &format!("ended its worker ({how})"))
}

fn no_record(node: &str) -> EvaluateError {
    EvaluateError::plain(
        node,
        "nix-eval-jobs gave no result for it: what the network has under its name is no derivation",
    )
}

fn send_all(nodes: &BTreeSet<String>, diagnosis: &Diagnosis, results: &Results) {
    for node in nodes {
        let error = EvaluateError::explained(node, diagnosis.clone());
        send(node, Err(error), results);
    }
}

fn send(node: &str, result: Result<super::Toplevel, EvaluateError>, results: &Results) {
    let node = node.to_owned();
    let _ = results.unbounded_send(Evaluated { node, result });
}

impl Evaluator for NixEvalJobs {
    fn evaluate(&self, nodes: BoxStream<'static, String>) -> BoxStream<'static, Evaluated> {
        let (sender, results) = futures::channel::mpsc::unbounded();
        // Part of the stream, so that whoever drops it ends the process.
        let work = futures::stream::once(self.clone().all(nodes, sender));
        let work = work.filter_map(async |()| None);
        futures::stream::select(results, work).boxed()
    }
}

#[cfg(test)]
mod tests;
