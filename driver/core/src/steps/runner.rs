//! Which work belongs to which step, and what the steps of one node share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use futures::{FutureExt, StreamExt};
use tokio::sync::{Mutex, OnceCell};
use tokio::time::timeout;

use super::access::lost_access;
use super::check::Look;
use super::coordinator::Leases;
use super::observe::ObservedState;
use super::programs::Programs;
use super::restart::{restart, still_due};
use super::transition::rollback;
use super::{OnLine, Records, Settings, StepFailure, Tried, command, copy, gate};
use crate::evaluation::{Job, Results};
use crate::event::{Event, EventSink, Skip, StepResult};
use crate::graph::StepId;
use crate::host::script::Identity;
use crate::host::script::rollout::Left;
use crate::host::{Hosts, script};
use crate::plan::{ActivationOptions, Goal, Plan, RunsOn, Step, StepKind};
use crate::rollout::Rollouts;
use crate::schedule::{Admission, Execute};
use crate::text::count;

/// How long a host is asked at most to forget what it needs no more.
const FORGET_LIMIT: Duration = Duration::from_secs(5);

/// How many nodes are connected to at the same time for a program here.
const AT_ONCE: usize = 32;

/// What a [`StepRunner`] works with.
pub struct StepRunnerParts {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Evaluates nodes.
    pub results: Arc<Results>,
    /// The machines.
    pub hosts: Arc<Hosts>,
    /// What programs of steps have said.
    pub records: Arc<Records>,
    /// How to go about it.
    pub settings: Settings,
    /// Where lines of output go.
    pub events: EventSink,
}

/// Carries out the steps of a plan.
pub struct StepRunner {
    pub(super) parts: Arc<StepRunnerParts>,
    pub(super) programs: Programs,
    pub(super) rollouts: Arc<Rollouts>,
    /// What this run has of its rollouts.
    pub(super) leases: Mutex<BTreeMap<String, Leases>>,
    standings: BTreeMap<String, OnceCell<Tried<Arc<ObservedState>>>>,
}

impl StepRunnerParts {
    /// How far to take a node, and how long that may last.
    pub(super) fn options(&self, node: &str) -> ActivationOptions {
        self.plan.nodes.get(node).map(|node| node.activation.clone()).unwrap_or_default()
    }

    /// Whose machine a node's has to be.
    pub(super) fn identity(&self, node: &str) -> Identity {
        let names = self.plan.nodes.get(node).map(|node| node.names.clone()).unwrap_or_default();
        Identity { network: self.plan.network.clone(), names, adopts: self.settings.adopts }
    }
}

impl StepRunner {
    /// Carries out the steps of a plan with these parts.
    pub fn new(parts: StepRunnerParts, rollouts: Arc<Rollouts>) -> Self {
        let parts = Arc::new(parts);
        let nodes = parts.plan.nodes.keys();
        Self {
            standings: nodes.map(|node| (node.clone(), OnceCell::new())).collect(),
            programs: Programs::new(parts.clone()),
            leases: Mutex::default(),
            rollouts,
            parts,
        }
    }

    /// What it works with.
    pub fn parts(&self) -> &StepRunnerParts {
        &self.parts
    }

    /// Builds what the end of the run needs, while there is time for it. A failure is told then.
    pub async fn get_ready(&self) {
        if self.steps_of_end().next().is_some() {
            drop(self.programs.at(&RunsOn::Deployer).await);
        }
    }

    /// Runs here what the plan has for the end of a run.
    pub async fn end(&self) {
        // Neither a failure nor an interrupt makes anything of the run.
        for (name, step) in self.steps_of_end() {
            if let Err(failure) = command::ran(self, name, step).await {
                self.parts.events.send(Event::Warning(format!("{name}: {failure}")));
            }
        }
        self.parts.hosts.close().await;
    }

    fn steps_of_end(&self) -> impl Iterator<Item = (&String, &Step)> {
        self.parts.plan.run.iter().flat_map(|run| &run.on_end)
    }

    /// Gives back what the run still has: the locks of rollouts that did not come to their end, and what hosts keep for
    /// activations that failed before they began.
    pub async fn close(&self) {
        let kept = self
            .standings
            .values()
            .filter_map(OnceCell::get)
            .flatten()
            .filter(|observed| observed.is_kept.load(Ordering::Relaxed));
        let ours = [self.parts.settings.nonce.as_str()];
        join_all(kept.map(|observed| forget(observed, &ours))).await;
        let leases = std::mem::take(&mut *self.leases.lock().await);
        for leases in leases.into_values() {
            leases.release(Left::Open).await;
        }
    }

    /// Gives back the lock of a rollout.
    pub(super) async fn release(&self, rollout: &str, left: Left) {
        let leases = self.leases.lock().await.remove(rollout);
        if let Some(leases) = leases {
            leases.release(left).await;
        }
    }

    /// Carries out a step, whatever its kind.
    async fn ran(&self, id: &str, step: &Step) -> Tried<StepResult> {
        let node = step.node.as_deref();
        let node = || node.ok_or_else(|| StepFailure::Because("a step of this kind needs a node".to_owned()));
        match step.kind {
            StepKind::Barrier => Ok(StepResult::Done(String::new())),
            StepKind::Gate => gate::run(self, id, step).await,
            StepKind::Command => command::run(self, id, step).await.map(StepResult::Done),
            StepKind::Reboot => self.restart(node()?, id).await,
            StepKind::Activate if let Some(to) = step.to => self.roll_back(node()?, id, to).await,
            kind => self.bring(kind, node()?, id).await,
        }
    }

    /// Brings a node back to a generation of its own.
    async fn roll_back(&self, node: &str, step: &str, to: u64) -> Tried<StepResult> {
        let host = self.parts.hosts.get(node).await?;
        let (identity, options) = (self.parts.identity(node), self.parts.options(node));
        let (cancel, show) = (&self.parts.settings.cancel, |line| self.show(step, line));
        rollback(&*host, (identity, to), options, cancel, &show).await.map(StepResult::Done)
    }

    /// Restarts a node with the system that it boots.
    async fn restart(&self, node: &str, step: &str) -> Tried<StepResult> {
        let cancel = &self.parts.settings.cancel;
        let host = self.parts.hosts.get(node).await?;
        let probe = script::admit(&*host, &self.parts.identity(node), &[]).await?;
        let toplevel = probe.system_profile.unwrap_or_default();
        let reasons = ("a step of the plan", Duration::from_secs(self.parts.options(node).reboot_timeout));
        restart((&*host, &toplevel), reasons, cancel, &|line| self.show(step, line)).await?;
        Ok(StepResult::Done("restarted".to_owned()))
    }

    /// Brings a node a step further on its way to its system.
    async fn bring(&self, kind: StepKind, node: &str, step: &str) -> Tried<StepResult> {
        let goal = self.parts.options(node).goal;
        if !goal.needs_host() {
            return self.build(node, step).await;
        }
        let observed = self.observed(node).await?;
        if kind == StepKind::Check {
            return self.check(step, Look::from_elsewhere(node, observed.patience())).await;
        }
        if observed.is_up_to_date() {
            return self.leave(kind, (node, step), &observed).await;
        }
        if goal == Goal::DryRun {
            let from = observed.probe.current_system.as_deref().unwrap_or("nothing");
            let to = &observed.toplevel.out_path;
            let due = still_due(&script::reboot_needed(&*observed.host, to).await?);
            return Ok(StepResult::Skipped(Skip::WouldChange(format!("{from} -> {to}{due}"))));
        }
        match kind {
            StepKind::Activate => self.activate(node, step, &observed).await.map(StepResult::Done),
            _ if observed.same_underway().is_some() => {
                Ok(StepResult::Skipped(Skip::Because("its activation is under way already".to_owned())))
            }
            StepKind::Build => {
                if let Some(planned) = self.parts.plan.nodes.get(node)
                    && let Some(warning) = lost_access(&planned.target, &observed).await
                {
                    self.parts.events.send(Event::Warning(format!("node `{node}`: {warning}")));
                }
                self.build(node, step).await
            }
            _ => self.copy(node, step, &observed).await,
        }
    }

    /// How a node stood, if that is known.
    pub(super) fn known_state(&self, node: &str) -> Option<&ObservedState> {
        self.standings.get(node)?.get()?.as_ref().ok().map(|observed| &**observed)
    }

    /// An ssh_config for programs here. Those of plans reach all selected nodes that answer.
    pub(super) async fn ssh_config(&self) -> Tried<std::path::PathBuf> {
        let StepRunnerParts { plan, hosts, .. } = &*self.parts;
        if plan.run.is_some() {
            let nodes = futures::stream::iter(plan.selected());
            nodes.for_each_concurrent(AT_ONCE, async |node| drop(hosts.get(&node).await)).await;
        }
        Ok(hosts.ssh_config().await?)
    }

    /// How the node stood when its first step began.
    pub(super) async fn observed(&self, node: &str) -> Tried<Arc<ObservedState>> {
        let Some(cell) = self.standings.get(node) else {
            return Err(StepFailure::Because(format!("the plan has no node `{node}`")));
        };
        let look = async || ObservedState::observe(&self.parts, node).await.map(Arc::new);
        cell.get_or_init(look).await.clone()
    }

    async fn build(&self, node: &str, step: &str) -> Tried<StepResult> {
        let toplevel = self.parts.results.get(Job::toplevel(node)).await?;
        let (what, place) =
            (self.parts.settings.build(toplevel, &format!("result-{node}")), RunsOn::Node(node.to_owned()));
        let (events, of) = (self.parts.events.clone(), step.to_owned());
        let show: OnLine = Arc::new(move |line| events.show(&of, line));
        let (built, _) = tokio::try_join!(self.programs.builds.build(&what, show), self.programs.built(&place))?;
        Ok(StepResult::Done(built.to_owned()))
    }

    async fn copy(&self, node: &str, step: &str, observed: &ObservedState) -> Tried<StepResult> {
        let Settings { dead, cancel, .. } = &self.parts.settings;
        if !dead.is_empty() {
            forget(observed, &dead.iter().map(String::as_str).collect::<Vec<_>>()).await;
        }
        let (host, path) = (&*observed.host, &observed.toplevel.out_path);
        let copied = copy(host, path, cancel, &|line| self.show(step, line)).await?;
        if self.parts.plan.programs.contains_key(&RunsOn::Node(node.to_owned())) {
            self.programs.on(node).await?;
        }
        Ok(StepResult::Done(match copied {
            None => "nothing to copy: it is this machine".to_owned(),
            Some(0) => "it had all paths already".to_owned(),
            Some(paths) => format!("copied {}", count(paths, "path")),
        }))
    }

    pub(super) fn show(&self, step: &str, line: String) {
        self.parts.events.show(step, line);
    }
}

/// Has a host keep no longer what these deployments wanted to activate; it keeps for a week what it cannot be told.
async fn forget(observed: &ObservedState, nonces: &[&str]) {
    if let Ok(Err(error)) = timeout(FORGET_LIMIT, script::release(&*observed.host, nonces)).await {
        tracing::debug!("{}: {error}", observed.host.address());
    }
}

impl Execute for StepRunner {
    fn execute(&self, id: &StepId) -> BoxFuture<'_, StepResult> {
        let id = id.clone();
        async move {
            let Some(step) = self.parts.plan.steps.get(&id) else {
                return StepResult::Failed(format!("the plan has no step `{id}`"));
            };
            let ran = self.ran(&id, step).await;
            let planned = step.node.as_ref().and_then(|node| self.parts.plan.nodes.get(node));
            let result = match ran.unwrap_or_else(|failure| failure.at(step.node.as_deref(), &id)) {
                StepResult::Offline(message)
                    if step.to.is_none() && planned.is_some_and(|node| node.may_be_offline) =>
                {
                    StepResult::Skipped(Skip::MayBeOffline(message))
                }
                result => result,
            };
            self.parts.records.ended(&id, &result);
            result
        }
        .boxed()
    }

    /// A build begins once its node answers and is evaluated; what fails there is for the step to say.
    fn prepared(&self, step: &StepId) -> BoxFuture<'_, ()> {
        let build = self.parts.plan.steps.get(step).filter(|step| step.kind == StepKind::Build);
        let node = build.and_then(|step| step.node.clone());
        async move {
            match node {
                Some(node) if self.parts.options(&node).goal.needs_host() => drop(self.observed(&node).await),
                Some(node) => drop(self.parts.results.get(Job::toplevel(&node)).await),
                None => {}
            }
        }
        .boxed()
    }

    fn admit(&self, step: &StepId) -> Admission {
        self.rollouts.admit(step)
    }

    fn queue(&self, step: &StepId) -> String {
        self.rollouts.queue(step)
    }

    fn ended(&self, step: &StepId, result: &StepResult) {
        self.rollouts.ended(step, result);
    }

    fn stops_all(&self) -> bool {
        self.rollouts.is_stuck()
    }
}
