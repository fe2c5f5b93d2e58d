//! The evaluator that needs nothing but `nix`: one process a node, as many at a time as cores and memory allow.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Deserialize;

use super::evaluation::Parts;
use super::roots::protect;
use super::{Answer, CacheStatus, EvaluateError, Evaluated, Evaluator, Messages, NixCallError, Toplevel};
use crate::process::ProcessError;

/// What of a derivation the driver wants to know. The result of a node without one is an error of that node alone.
// Not named outPath: Nix writes a set that has one as that string.
const FIELDS: &str = "d: { drvPath = d.drvPath; out = d.outPath; warnings = d.meta.netlib.warnings or [ ]; }";

/// How often a node is evaluated whose derivation was taken away at once.
const ATTEMPTS: usize = 3;

/// Evaluates each node in a process of its own.
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

impl NixEvaluator {
    pub(super) const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    async fn one(self, node: String) -> Evaluated {
        let result = self.derivation(&node).await;
        Evaluated { node, result }
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
        let is_here = Path::new(&record.out).exists();
        Ok(Toplevel {
            cache_status: if is_here { CacheStatus::Local } else { CacheStatus::Unknown },
            warnings: warnings(record.warnings, &answer.messages),
            drv_path: record.drv_path,
            out_path: record.out,
        })
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
        let flake = &self.parts.flake;
        let words = flake.attribute(&self.parts.attribute.of(node)).words();
        let apply = ["--apply".to_owned(), FIELDS.to_owned()];
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
        let at_once = self.parts.resources.workers;
        nodes.map(move |node| this.clone().one(node)).buffer_unordered(at_once).boxed()
    }
}
