//! Which evaluator a run has, and what all of its evaluations share.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::stream::Stream;

use super::incoming::Incoming;
use super::jobs::{Jobs, PROGRAM};
use super::results::Board;
use super::roots::{SourceRoots, protect};
use super::{Attribute, Cache, EvaluateError, EvaluationOptions, EvaluatorChoice, Job, Resources, Results};
use crate::diagnose::Diagnosis;
use crate::event::EventSink;
use crate::flake::Flake;
use crate::nix::NixError;

/// What every evaluation works with.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub flake: Arc<Flake>,
    pub run_dir: PathBuf,
    pub resources: Resources,
    pub sources: Arc<SourceRoots>,
}

/// Makes the evaluations of one run, which share its cache.
#[derive(Clone, Debug)]
pub struct Evaluation {
    parts: Parts,
    program: Program,
    cache: Arc<Cache>,
}

/// What speaks the lines of nix-eval-jobs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Program {
    /// The real one; whether it was asked for by name.
    NixEvalJobs { is_wanted: bool },
    /// Ours, by plain `nix`.
    Nix,
}

/// Why the evaluator that was asked for cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "--evaluator nix-eval-jobs: {0}\n  what to do: install 2.29 or later (in nixpkgs it is `nix-eval-jobs`, built for one \
     version of Nix), or leave the option out: plain `nix` does the same with more processes"
)]
pub struct EvaluatorError(&'static str);

impl Program {
    fn new(choice: EvaluatorChoice) -> Result<Self, EvaluatorError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_installed = std::env::split_paths(&path).any(|folder| folder.join(PROGRAM).is_file());
        match (choice, is_installed) {
            (EvaluatorChoice::NixEvalJobs, false) => Err(EvaluatorError("the program `nix-eval-jobs` was not found")),
            (EvaluatorChoice::NixEvalJobs, true) => Ok(Self::NixEvalJobs { is_wanted: true }),
            (EvaluatorChoice::Auto, true) => Ok(Self::NixEvalJobs { is_wanted: false }),
            (EvaluatorChoice::Auto, false) | (EvaluatorChoice::Nix, _) => Ok(Self::Nix),
        }
    }

    /// Leaves one aside that is too old, unless it was asked for: the error is why, where it is not the network's.
    pub(super) fn refuse(&mut self, error: &NixError) -> Result<(), Option<Diagnosis>> {
        if !error.headline.contains("unrecognised flag") {
            return Err(None);
        }
        match self {
            Self::NixEvalJobs { is_wanted: true } => {
                let refused = EvaluatorError("this one is too old");
                Err(Some(Diagnosis::plain(&format!("{refused}\n  it says: {}", error.headline))))
            }
            _ => {
                tracing::warn!("plain nix evaluates, as nix-eval-jobs is too old: {}", error.headline);
                *self = Self::Nix;
                Ok(())
            }
        }
    }
}

impl Evaluation {
    /// For the nodes of a flake. An evaluator that was asked for by name must be installed.
    pub fn new(
        flake: Arc<Flake>,
        run_dir: &Path,
        options: &EvaluationOptions,
        cache: Arc<Cache>,
    ) -> Result<Self, EvaluatorError> {
        let program = Program::new(options.evaluator)?;
        let resources = Resources::new(options.workers, options.memory);
        let run_dir = run_dir.to_owned();
        let sources = Arc::new(SourceRoots::new(flake.clone(), run_dir.clone()));
        Ok(Self { parts: Parts { flake, run_dir, resources, sources }, program, cache })
    }

    /// Evaluates the jobs that come, and those that somebody asks the results for.
    #[must_use]
    pub fn results(&self, coming: impl Stream<Item = Job> + Send + 'static, events: &EventSink) -> Results {
        let board = Arc::new(Board::new(events.clone()));
        let (asked, asking) = futures::channel::mpsc::unbounded();
        let reader = tokio::spawn(self.clone().work(Incoming::new(coming, asking), board.clone()));
        Results::new(board, asked, reader)
    }

    async fn work(mut self, mut incoming: Incoming, board: Arc<Board>) {
        let (mut done, mut failed) = (BTreeSet::new(), None);
        while let Some(group) = incoming.group().await {
            let jobs: BTreeSet<Job> = group.into_iter().filter(|job| done.insert(job.clone())).collect();
            if failed.is_none() {
                failed = self.evaluate(jobs.clone(), &board).await.err();
            }
            for job in jobs.iter().filter(|job| !board.has(job)) {
                if let Some(error) = failed.clone() {
                    board.publish(job, Err(error));
                }
            }
            if !incoming.is_open {
                board.warn_of_nodes();
                self.settle(&done, &board).await;
            }
        }
    }

    async fn evaluate(&mut self, jobs: BTreeSet<Job>, board: &Board) -> Result<(), EvaluateError> {
        let unknown = self.known(jobs, board).await;
        if unknown.is_empty() {
            return Ok(());
        }
        self.parts.sources.protect().await;
        let Self { parts, program, cache } = self;
        Jobs { parts, program, cache, board }.evaluate(unknown).await
    }

    /// Publishes what is known from before and still there; the rest is to be evaluated.
    async fn known(&self, mut jobs: BTreeSet<Job>, board: &Board) -> BTreeSet<Job> {
        let look = |job: &Job| Some((job.clone(), self.cache.derivation(job)?));
        let found: Vec<_> = jobs.iter().filter_map(look).collect();
        let Some((first, _)) = found.first() else { return jobs };
        let paths: Vec<&str> = found.iter().map(|(_, toplevel)| toplevel.drv_path.as_str()).collect();
        // Also shows that the store has them still.
        let link = self.parts.run_dir.join(format!("known-{first}"));
        if protect(&self.parts.flake.nix, &link, &paths).await.is_ok() {
            for (job, toplevel) in found {
                jobs.remove(&job);
                board.publish(&job, Ok(toplevel.seen()));
            }
        }
        jobs
    }

    async fn settle(&self, done: &BTreeSet<Job>, board: &Board) {
        // Gathering writes the facts of one node beside the flake while another one is evaluated.
        let is_expected = done.iter().any(|job| job.attribute == Attribute::Gatherers);
        if let Some(warning) = self.cache.settle(&self.parts.flake).await
            && !is_expected
        {
            board.warn(warning.to_owned());
        }
    }
}
