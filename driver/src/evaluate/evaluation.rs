//! Which evaluator a run has, and what all of its evaluations share.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::OnceCell;

use super::cache::Cache;
use super::cached::Cached;
use super::nix::NixEvaluator;
use super::nix_eval_jobs::{self, Features, NixEvalJobs};
use super::resources::Pool;
use super::roots::SourceRoots;
use super::{
    Attribute, Board, EvaluateError, Evaluated, EvaluationOptions, Evaluator, EvaluatorChoice, Resources, Scope,
};
use crate::diagnose::Diagnosis;
use crate::event::EventSink;
use crate::flake::Flake;

/// What all evaluators work with.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub flake: Arc<Flake>,
    pub attribute: Attribute,
    pub run_dir: PathBuf,
    pub resources: Resources,
    pub pool: Pool,
    pub events: EventSink,
}

/// Makes the evaluators of one run, which share its slots and its cache.
#[derive(Clone, Debug)]
pub struct Evaluation {
    flake: Arc<Flake>,
    run_dir: PathBuf,
    choice: EvaluatorChoice,
    resources: Resources,
    pool: Pool,
    cache: Arc<Cache>,
    sources: Arc<SourceRoots>,
    chosen: Arc<OnceCell<Result<Chosen, EvaluatorError>>>,
}

#[derive(Clone, Copy, Debug)]
enum Chosen {
    Nix,
    NixEvalJobs(Features),
}

/// Why the evaluator that was asked for cannot be had.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EvaluatorError {
    /// It is not installed.
    #[error(
        "--evaluator nix-eval-jobs: the program `nix-eval-jobs` was not found\n  \
         what to do: install it (in nixpkgs it is `nix-eval-jobs`, built for one version of Nix), or leave the option \
         out: plain `nix` does the same with more processes"
    )]
    Missing,
    /// It lacks something.
    #[error(
        "--evaluator nix-eval-jobs: this one has no {0}, which netlib needs\n  \
         what to do: install 2.29 or later, or leave the option out: plain `nix` does the same with more processes"
    )]
    Lacks(&'static str),
    /// It does not even show its options.
    #[error("--evaluator nix-eval-jobs: {0}")]
    Broken(String),
}

impl Evaluation {
    /// For the nodes of a flake. An evaluator that was asked for by name must be installed.
    pub fn new(
        flake: Arc<Flake>,
        run_dir: &Path,
        options: &EvaluationOptions,
        cache: Arc<Cache>,
    ) -> Result<Self, EvaluatorError> {
        if options.evaluator == EvaluatorChoice::NixEvalJobs && !nix_eval_jobs::is_installed() {
            return Err(EvaluatorError::Missing);
        }
        let resources = Resources::new(options.workers, options.memory);
        let sources = SourceRoots::new(flake.clone(), run_dir.to_owned());
        Ok(Self {
            sources: Arc::new(sources),
            flake,
            run_dir: run_dir.to_owned(),
            choice: options.evaluator,
            resources,
            pool: Pool::new(resources.workers),
            cache,
            chosen: Arc::default(),
        })
    }

    /// An evaluator of this attribute, for many nodes.
    #[must_use]
    pub fn evaluator(&self, attribute: Attribute, events: &EventSink) -> impl Evaluator + 'static {
        let parts = self.parts(attribute, events, self.pool.clone());
        let inner = WhenNeeded { evaluation: self.clone(), parts: parts.clone() };
        Cached::new(inner, self.cache.clone(), parts)
    }

    /// An evaluator of small things that are asked for one by one while the nodes are evaluated, and are not to wait for
    /// the last of them.
    #[must_use]
    pub fn one_by_one(&self, attribute: Attribute, events: &EventSink) -> impl Evaluator + 'static {
        let parts = self.parts(attribute, events, Pool::new(1));
        Cached::new(NixEvaluator::new(parts.clone()), self.cache.clone(), parts)
    }

    fn parts(&self, attribute: Attribute, events: &EventSink, pool: Pool) -> Parts {
        Parts {
            flake: self.flake.clone(),
            attribute,
            run_dir: self.run_dir.clone(),
            resources: self.resources,
            pool,
            events: events.clone(),
        }
    }

    /// Evaluates the nodes that come, and pins the results up for those who wait for one of `nodes`.
    #[must_use]
    pub fn board(
        &self,
        attribute: Attribute,
        nodes: &BTreeSet<String>,
        coming: BoxStream<'static, String>,
        events: &EventSink,
    ) -> Board {
        let evaluator = self.evaluator(attribute, events);
        Board::fill(nodes, evaluator.evaluate(coming), events.clone())
    }

    async fn chosen(&self) -> Result<Chosen, EvaluatorError> {
        let choose = async || match self.choice {
            EvaluatorChoice::Nix => Ok(Chosen::Nix),
            EvaluatorChoice::NixEvalJobs => self.features().await.map(Chosen::NixEvalJobs),
            EvaluatorChoice::Auto if !nix_eval_jobs::is_installed() => Ok(Chosen::Nix),
            EvaluatorChoice::Auto => Ok(self.features().await.map_or_else(
                |error| {
                    tracing::warn!("plain nix evaluates, because of {error}");
                    Chosen::Nix
                },
                Chosen::NixEvalJobs,
            )),
        };
        self.chosen.get_or_init(choose).await.clone()
    }

    async fn features(&self) -> Result<Features, EvaluatorError> {
        Features::ask(self.flake.nix().cancel()).await
    }
}

/// The chosen evaluator, once there is something to evaluate.
#[derive(Clone, Debug)]
struct WhenNeeded {
    evaluation: Evaluation,
    parts: Parts,
}

impl Evaluator for WhenNeeded {
    fn evaluate(&self, nodes: BoxStream<'static, String>) -> BoxStream<'static, Evaluated> {
        let this = self.clone();
        let chosen = async move {
            let mut nodes = Box::pin(nodes.peekable());
            let Some(first) = nodes.as_mut().peek().await.cloned() else {
                return futures::stream::empty().boxed();
            };
            let sources = this.evaluation.sources.clone();
            sources.protect().await;
            let results = match this.evaluation.chosen().await {
                Ok(Chosen::Nix) => NixEvaluator::new(this.parts).evaluate(nodes),
                Ok(Chosen::NixEvalJobs(features)) => NixEvalJobs::new(this.parts, features).evaluate(nodes),
                Err(error) => futures::stream::iter([refused(first, &error)]).boxed(),
            };
            again_after_the_first(results, sources)
        };
        futures::stream::once(chosen).flatten().boxed()
    }
}

/// The first node's evaluation fetched sources that the plan had no use for.
fn again_after_the_first(
    results: BoxStream<'static, Evaluated>,
    sources: Arc<SourceRoots>,
) -> BoxStream<'static, Evaluated> {
    let mut sources = Some(sources);
    let results = results.then(move |result| {
        let sources = sources.take();
        async move {
            if let Some(sources) = sources {
                sources.protect().await;
            }
            result
        }
    });
    results.boxed()
}

fn refused(node: String, error: &EvaluatorError) -> Evaluated {
    let error = EvaluateError { scope: Scope::All, diagnosis: Diagnosis::plain(&error.to_string()), same_as: None };
    Evaluated { node, result: Err(error) }
}
