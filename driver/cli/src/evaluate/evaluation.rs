//! Which evaluator a run has, and what all of its evaluations share.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::stream::Stream;
use tokio::sync::OnceCell;

use super::incoming::Incoming;
use super::jobs::PROGRAM;
use super::resources::Resources;
use super::roots::protect;
use super::{Cache, EvaluationOptions, EvaluatorChoice};
use crate::flake::Flake;
use netlib_core::evaluation::{EvaluateError, EvaluationResults, Job, Results};
use netlib_core::event::EventSink;

/// Makes the evaluations of one run, which share its cache.
#[derive(Clone, Debug)]
pub struct Evaluation {
    pub(super) flake: Arc<Flake>,
    pub(super) run_dir: PathBuf,
    pub(super) resources: Resources,
    pub(super) cache: Arc<Cache>,
    /// Whether nix-eval-jobs evaluates, or plain `nix` by a program of ours.
    pub(super) has_jobs: bool,
    /// Where Nix copies the flake and its inputs to.
    pub(super) copies: Arc<OnceCell<Vec<String>>>,
}

impl Evaluation {
    /// For the nodes of a flake.
    pub fn new(flake: Arc<Flake>, run_dir: &Path, options: &EvaluationOptions, cache: Arc<Cache>) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_installed = || std::env::split_paths(&path).any(|folder| folder.join(PROGRAM).is_file());
        Self {
            flake,
            run_dir: run_dir.to_owned(),
            resources: Resources::new(options.eval_workers, options.eval_memory),
            cache,
            has_jobs: match options.evaluator {
                EvaluatorChoice::Auto => is_installed(),
                choice => choice == EvaluatorChoice::NixEvalJobs,
            },
            copies: Arc::default(),
        }
    }

    /// Evaluates the jobs that come, and those that somebody asks the results for.
    pub fn results(&self, coming: impl Stream<Item = Job> + Send + 'static, events: &EventSink) -> Results {
        let to = Arc::new(EvaluationResults::new(events.clone()));
        let (asked, asking) = tokio::sync::mpsc::unbounded_channel();
        let reader = tokio::spawn(self.clone().work(Incoming::new(coming, asking), to.clone()));
        Results::new(to, asked, reader)
    }

    async fn work(self, mut incoming: Incoming, to: Arc<EvaluationResults>) {
        let (mut done, mut failed) = (BTreeSet::new(), None);
        while let Some(group) = incoming.group().await {
            let jobs: BTreeSet<Job> = group.into_iter().filter(|job| done.insert(job.clone())).collect();
            if failed.is_none() {
                failed = self.unless_known(jobs.clone(), &to).await.err();
            }
            if let Some(error) = &failed {
                jobs.iter().filter(|job| !to.has(job)).for_each(|job| to.publish(job, Err(error.clone())));
            }
            if !incoming.is_open {
                to.warn_of_nodes();
                if let Some(warning) = self.cache.settle(&self.flake).await {
                    to.warn(warning.to_owned());
                }
            }
        }
    }

    /// Publishes what is known from before and still there, and evaluates the rest.
    async fn unless_known(&self, mut jobs: BTreeSet<Job>, to: &EvaluationResults) -> Result<(), EvaluateError> {
        let look = |job: &Job| Some((job.clone(), self.cache.derivation(job)?));
        let found: Vec<_> = jobs.iter().filter_map(look).collect();
        if let Some((first, _)) = found.first() {
            let paths: Vec<&str> = found.iter().map(|(_, toplevel)| toplevel.drv_path.as_str()).collect();
            // Also shows that the store has them still.
            if protect(&self.flake.nix, &self.run_dir.join(format!("known-{first}")), &paths).await.is_ok() {
                for (job, toplevel) in found {
                    jobs.remove(&job);
                    to.publish(&job, Ok(toplevel.seen()));
                }
            }
        }
        if jobs.is_empty() {
            return Ok(());
        }
        tokio::select! {
            evaluated = self.evaluate(jobs, to) => evaluated,
            never = self.protect_sources() => match never {},
        }
    }
}
