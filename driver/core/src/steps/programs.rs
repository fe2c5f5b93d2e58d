//! The programs that checks and commands run: evaluated, built and brought to where they run, each once a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{Builds, StepFailure, StepRunnerParts, Tried, copy};
use crate::evaluation::{Attribute, Job};
use crate::host::{Deployer, Host, script};

type Outcome<T> = OnceCell<Tried<T>>;

/// The programs of a run.
pub struct Programs {
    pub(super) parts: Arc<StepRunnerParts>,
    /// Of systems as well.
    pub(super) builds: Builds,
    nodes: BTreeMap<String, OfNode>,
    deployer: Outcome<String>,
}

#[derive(Default)]
struct OfNode {
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
    #[must_use]
    pub fn new(parts: Arc<StepRunnerParts>) -> Self {
        let nodes = parts.plan.nodes.iter().filter(|(_, node)| node.programs);
        Self {
            nodes: nodes.map(|(name, _)| (name.clone(), OfNode::default())).collect(),
            deployer: OnceCell::new(),
            builds: Builds::new(parts.settings.builds),
            parts,
        }
    }

    /// Builds the programs of a node; none where nothing runs there.
    pub(super) async fn built(&self, node: &str) -> Tried<Option<String>> {
        let Some(of) = self.nodes.get(node) else {
            return Ok(None);
        };
        let build = async || self.realised(Attribute::Programs.of(node), node).await;
        of.built.get_or_init(build).await.clone().map(Some)
    }

    /// Builds them and brings them to the node.
    pub(super) async fn on(&self, node: &str) -> Tried<Ready> {
        let host = self.parts.hosts.get(node).await?;
        let path = self.built(node).await?;
        let (Some(path), Some(of)) = (path, self.nodes.get(node)) else {
            return Err(StepFailure::Because(format!(
                "something is to run on node `{node}`, for which the plan has no programs"
            )));
        };
        let bring = async || self.bring(&*host, &path).await;
        of.brought.get_or_init(bring).await.clone()?;
        Ok(Ready { host, path })
    }

    /// Builds the programs of the deployer.
    pub(super) async fn here(&self) -> Tried<Ready> {
        let build = async || self.realised(Job::of_deployer(), "deployer").await;
        let path = self.deployer.get_or_init(build).await.clone()?;
        let host = Arc::new(Deployer::new(&self.parts.settings.run_dir));
        Ok(Ready { host, path })
    }

    async fn realised(&self, job: Job, name: &str) -> Tried<String> {
        let what = self.parts.settings.build(self.parts.results.get(job).await?, &format!("programs-{name}"));
        self.builds.build(&what, Arc::new(|_| {})).await?;
        Ok(what.toplevel.out_path)
    }

    async fn bring(&self, host: &dyn Host, path: &str) -> Tried<()> {
        let settings = &self.parts.settings;
        script::admit(host, &self.parts.plan.network, settings.policy).await?;
        if !script::keep(host, &settings.nonce, path).await? {
            copy(host, path, &settings.cancel, &|_| {}).await?;
        }
        Ok(())
    }
}
