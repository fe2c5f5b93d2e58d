//! The evaluator that needs nothing but `nix`: one process for as many nodes as memory allows, as many processes at a time
//! as there are cores. Nodes of a set that fails are evaluated one by one, so that each has its own result.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;

use super::batches::next_batch;
use super::evaluation::Parts;
use super::roots::protect;
use super::{Answer, CacheStatus, EvaluateError, Evaluated, Evaluator, Messages, NixCallError, Resources, Toplevel};
use crate::event::Event;
use crate::process::ProcessError;

/// What of a derivation the driver wants to know. The result of a node without one is an error of that node alone.
// Not named outPath: Nix writes a set that has one as that string.
const FIELDS: &str = "d: { drvPath = d.drvPath; out = d.outPath; warnings = d.meta.netlib.warnings or [ ]; }";

/// How often a node is evaluated whose derivation was taken away at once.
const ATTEMPTS: usize = 3;

/// Evaluates nodes in sets, and in processes of their own where that fails.
#[derive(Clone, Debug)]
pub(super) struct NixEvaluator {
    parts: Parts,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    drv_path: String,
    out: String,
    #[serde(default)]
    warnings: Vec<String>,
}

impl Record {
    fn into_toplevel(self) -> Toplevel {
        let cache_status = match Path::new(&self.out).exists() {
            true => CacheStatus::Local,
            false => CacheStatus::Unknown,
        };
        Toplevel { cache_status, warnings: self.warnings, drv_path: self.drv_path, out_path: self.out }
    }
}

impl NixEvaluator {
    pub(super) const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// What a set has no result for is evaluated by itself.
    async fn set(self, nodes: Vec<String>) -> Vec<Evaluated> {
        let mut known = match nodes.as_slice() {
            [] | [_] => BTreeMap::new(),
            all => self.together(all).await.unwrap_or_default(),
        };
        let results = nodes.into_iter().map(|node| {
            let found = known.remove(&node);
            let this = &self;
            async move {
                let result = match found {
                    Some(found) => Ok(found),
                    None => this.derivation(&node).await,
                };
                Evaluated { node, result }
            }
        });
        futures::future::join_all(results).await
    }

    /// The derivations of these nodes by one process, rooted; none where one of them fails.
    async fn together(&self, nodes: &[String]) -> Option<BTreeMap<String, Toplevel>> {
        let slot = self.parts.pool.slot().await;
        let names: String = nodes.iter().map(|node| format!("\"{node}\" = null; ")).collect();
        let apply = format!("all: builtins.mapAttrs (_: {FIELDS}) (builtins.intersectAttrs {{ {names}}} all)");
        let answer = self.eval(self.parts.attribute.name(), apply).await.ok()?;
        drop(slot);
        let records: BTreeMap<String, Record> = serde_json::from_slice(&answer.stdout).ok()?;
        let name = format!("{}-{}-and-others.drv", self.parts.attribute.name(), nodes.first()?);
        let link = self.parts.run_dir.join(name);
        let paths: Vec<&str> = records.values().map(|record| record.drv_path.as_str()).collect();
        protect(self.parts.flake.nix(), &link, &paths).await.ok()?;
        let said: BTreeSet<&str> =
            records.values().flat_map(|record| record.warnings.iter().map(|warning| warning.trim())).collect();
        // What Nix prints belongs to no node of the set.
        for warning in &answer.messages.evaluation_warnings {
            if !said.contains(warning.as_str()) {
                self.parts.events.send(Event::Warning(warning.clone()));
            }
        }
        let found = records.into_iter().map(|(node, record)| (node, record.into_toplevel()));
        Some(found.collect())
    }

    async fn derivation(&self, node: &str) -> Result<Toplevel, EvaluateError> {
        let mut attempts = 1..ATTEMPTS;
        loop {
            let found = self.evaluated(node).await?;
            // The garbage collector must not take the derivation before it is built.
            let name = format!("{}-{node}.drv", self.parts.attribute.name());
            let link = self.parts.run_dir.join(name);
            match protect(self.parts.flake.nix(), &link, &[&found.drv_path]).await {
                Ok(()) => return Ok(found),
                // It came at the very moment at which nothing protected it.
                Err(_) if !Path::new(&found.drv_path).exists() && attempts.next().is_some() => {}
                Err(error) => return Err(self.explained(node, error)),
            }
        }
    }

    async fn evaluated(&self, node: &str) -> Result<Toplevel, EvaluateError> {
        let answer = match self.ask(node).await {
            Err(error) if killed(&error).is_some() => self.ask_alone(node).await?,
            other => other.map_err(|error| self.explained(node, error))?,
        };
        let record: Record = serde_json::from_slice(&answer.stdout).map_err(|error| {
            let text = format!("`nix eval` answered something netlib does not understand: {error}");
            EvaluateError::plain(node, &text)
        })?;
        let found = record.into_toplevel();
        Ok(Toplevel { warnings: warnings(found.warnings, &answer.messages), ..found })
    }

    async fn ask(&self, node: &str) -> Result<Answer, NixCallError> {
        let _slot = self.parts.pool.slot().await;
        self.call(node).await
    }

    /// Once more when nothing else runs: what was killed most likely did not fit beside the others.
    async fn ask_alone(&self, node: &str) -> Result<Answer, EvaluateError> {
        let _all = self.parts.pool.all().await;
        self.call(node).await.map_err(|error| match killed(&error) {
            Some(signal) => EvaluateError::killed(node, &format!("was ended by signal {signal}")),
            None => self.explained(node, error),
        })
    }

    async fn call(&self, node: &str) -> Result<Answer, NixCallError> {
        self.eval(&self.parts.attribute.of(node), FIELDS.to_owned()).await
    }

    async fn eval(&self, attribute: &str, apply: String) -> Result<Answer, NixCallError> {
        let flake = &self.parts.flake;
        let words = flake.attribute(attribute).words();
        let apply = ["--apply".to_owned(), apply];
        flake.nix().call(["eval", "--json"], words.into_iter().chain(apply)).await
    }

    fn explained(&self, node: &str, error: NixCallError) -> EvaluateError {
        let attribute = self.parts.attribute.of(node);
        match self.parts.flake.explain(error, &attribute) {
            Ok(diagnosis) => EvaluateError::explained(node, diagnosis),
            Err(error) => EvaluateError::unexplained(node, &error),
        }
    }
}

/// The configuration's own warnings, and those that its evaluation printed besides.
fn warnings(own: Vec<String>, messages: &Messages) -> Vec<String> {
    let mut all = own;
    for warning in &messages.evaluation_warnings {
        if !all.iter().any(|known| known.trim() == warning) {
            all.push(warning.clone());
        }
    }
    all
}

/// The signal that ended a call.
fn killed(error: &NixCallError) -> Option<i32> {
    match error {
        NixCallError::Failed { process, .. } | NixCallError::Process(process) => match process {
            ProcessError::Failed { status, .. } => status.signal(),
            _ => None,
        },
        NixCallError::TooOld(_) => None,
    }
}

impl Evaluator for NixEvaluator {
    fn evaluate(&self, nodes: BoxStream<'static, String>) -> BoxStream<'static, Evaluated> {
        let this = self.clone();
        let Resources { workers, set, .. } = self.parts.resources;
        let batches = futures::stream::unfold(nodes, async |mut nodes| Some((next_batch(&mut nodes).await?, nodes)));
        let sets = batches.flat_map(move |batch| {
            let size = batch.len().div_ceil(workers).clamp(1, set);
            futures::stream::iter(batch).chunks(size)
        });
        sets.map(move |nodes| this.clone().set(nodes)).buffer_unordered(workers).flat_map(futures::stream::iter).boxed()
    }
}
