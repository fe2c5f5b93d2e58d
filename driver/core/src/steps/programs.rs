//! The programs that checks and commands run: evaluated, built and brought to where they run, each once a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::check::describe;
use super::{Builds, StepFailure, StepRunnerParts, Tried, copy};
use crate::evaluation::Job;
use crate::host::{Deployer, Host, script};
use crate::plan::RunsOn;

type Outcome<T> = OnceCell<Tried<T>>;

/// The programs of a run.
pub struct Programs {
    pub(super) parts: Arc<StepRunnerParts>,
    /// Of systems as well.
    pub(super) builds: Builds,
    places: BTreeMap<RunsOn, OfPlace>,
}

struct OfPlace {
    job: Job,
    built: Outcome<String>,
    brought: Outcome<()>,
}

/// Programs on a machine that can run them.
#[derive(Clone)]
pub(super) struct Ready {
    /// The machine.
    pub host: Arc<dyn Host>,
    /// The store path.
    pub path: String,
}

impl Ready {
    /// The path of one of them.
    pub(super) fn program(&self, name: &str) -> String {
        format!("{}/bin/{name}", self.path)
    }
}

impl Programs {
    /// None is evaluated yet.
    pub fn new(parts: Arc<StepRunnerParts>) -> Self {
        let of_place = |job: &Job| OfPlace { job: job.clone(), built: OnceCell::new(), brought: OnceCell::new() };
        Self {
            places: parts.plan.programs.iter().map(|(place, job)| (place.clone(), of_place(job))).collect(),
            builds: Builds::new(parts.settings.builds, parts.plan.selected().len()),
            parts,
        }
    }

    /// Builds the programs of a place; none where nothing runs there.
    pub(super) async fn built(&self, place: &RunsOn) -> Tried<Option<String>> {
        let Some(OfPlace { job, built, .. }) = self.places.get(place) else {
            return Ok(None);
        };
        let build = async || {
            let toplevel = self.parts.results.get(job.clone()).await?;
            let what = self.parts.settings.build(toplevel, &format!("programs-{}", job.node));
            self.builds.build(&what, Arc::new(|_| {})).await?;
            Ok(what.toplevel.out_path)
        };
        built.get_or_init(build).await.clone().map(Some)
    }

    /// Builds them and brings them there.
    pub(super) async fn at(&self, place: &RunsOn) -> Tried<Ready> {
        let host: Arc<dyn Host> = match place {
            RunsOn::Node(node) => self.parts.hosts.get(node).await?,
            _ => Arc::new(Deployer::new(&self.parts.settings.run_dir)),
        };
        let (Some(path), Some(of)) = (self.built(place).await?, self.places.get(place)) else {
            let what = format!("something is to run on {}, for which the plan has no programs", describe(place));
            return Err(StepFailure::Because(what));
        };
        if *place != RunsOn::Deployer {
            let bring = async || self.bring(&*host, &path).await;
            of.brought.get_or_init(bring).await.clone()?;
        }
        Ok(Ready { host, path })
    }

    /// The same for a node.
    pub(super) async fn on(&self, node: &str) -> Tried<Ready> {
        self.at(&RunsOn::Node(node.to_owned())).await
    }

    async fn bring(&self, host: &dyn Host, path: &str) -> Tried<()> {
        let settings = &self.parts.settings;
        script::admit(host, &self.parts.identity(host.node()), &[]).await?;
        if !script::keep(host, &settings.nonce, ("programs", path)).await? {
            copy(host, path, &settings.cancel, &|_| {}).await?;
        }
        Ok(())
    }
}
