//! Which work belongs to which step, and what the steps of one node share.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::OnceCell;

use super::goal::Work;
use super::restart::restart_if_needed;
use super::standing::Standing;
use super::{Build, Settings, StepFailure, activate, build, copy};
use crate::evaluate::Toplevels;
use crate::event::{Event, EventSink};
use crate::graph::StepId;
use crate::host::{Hosts, script};
use crate::plan::{ActivationOptions, Plan, StepKind};
use crate::schedule::{Execute, StepOutcome};

/// Said of every step of a node that runs its system already.
const UP_TO_DATE: &str = "up to date";
/// Said of steps that an activation under way has behind it.
const UNDER_WAY: &str = "its activation is under way already";

/// What a [`StepRunner`] works with.
pub struct StepRunnerParts {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Where derivations of nodes are found.
    pub toplevels: Arc<dyn Toplevels>,
    /// The machines.
    pub hosts: Arc<Hosts>,
    /// How to go about it.
    pub settings: Settings,
    /// Where lines of output go.
    pub events: EventSink,
}

/// Carries out the steps of a plan.
pub struct StepRunner {
    parts: StepRunnerParts,
    standings: BTreeMap<String, OnceCell<Result<Arc<Standing>, StepFailure>>>,
}

impl StepRunnerParts {
    /// How far to take a node, and how long that may last: the plan, and what the user says instead.
    pub(super) fn options(&self, node: &str) -> ActivationOptions {
        let planned = self.plan.nodes.get(node);
        let planned = planned
            .map(|node| node.activation.clone())
            .unwrap_or_default();
        ActivationOptions {
            goal: self.settings.goal.unwrap_or(planned.goal),
            reboot: self.settings.reboot.unwrap_or(planned.reboot),
            ..planned
        }
    }
}

impl StepRunner {
    /// Carries out the steps of a plan with these parts.
    #[must_use]
    pub fn new(parts: StepRunnerParts) -> Self {
        let standings = parts
            .plan
            .nodes
            .keys()
            .map(|node| (node.clone(), OnceCell::new()))
            .collect();
        Self { parts, standings }
    }

    async fn run(&self, step: &str) -> StepOutcome {
        let Some(planned) = self.parts.plan.steps.get(step) else {
            let failure = StepFailure::Plan(format!("the plan has no step {step:?}"));
            return StepOutcome::Failed(failure.at("?", step));
        };
        let Some(node) = &planned.node else {
            let failure = StepFailure::Plan("a step of this kind needs a node".to_owned());
            return StepOutcome::Failed(failure.at("?", step));
        };
        match self.run_for(planned.kind, node, step).await {
            Ok(outcome) => outcome,
            Err(failure) => StepOutcome::Failed(failure.at(node, step)),
        }
    }

    async fn run_for(
        &self,
        kind: StepKind,
        node: &str,
        step: &str,
    ) -> Result<StepOutcome, StepFailure> {
        let goal = self.parts.options(node).goal;
        let work = goal.work(kind);
        if !goal.needs_host() {
            return match work {
                Work::Skip(why) => Ok(StepOutcome::Skipped(why)),
                Work::Do => Ok(StepOutcome::Done(self.build(node, step).await?)),
            };
        }
        let standing = self.standing(node).await?;
        if standing.is_up_to_date() {
            return self.leave(kind, step, &standing).await;
        }
        if kind != StepKind::Activate && standing.same_underway().is_some() {
            return Ok(StepOutcome::Skipped(UNDER_WAY.to_owned()));
        }
        if let Work::Skip(why) = work {
            return Ok(StepOutcome::Skipped(standing.detail(goal, &why)));
        }
        let done = match kind {
            StepKind::Build => self.build(node, step).await?,
            StepKind::Copy => self.copy(step, &standing).await?,
            StepKind::Activate => {
                activate::activate(&self.parts, &standing, |line| self.show(step, line)).await?
            }
        };
        Ok(StepOutcome::Done(done))
    }

    /// A node that is where it should be is at most recorded as ours, and restarted if it still has to be.
    async fn leave(
        &self,
        kind: StepKind,
        step: &str,
        standing: &Standing,
    ) -> Result<StepOutcome, StepFailure> {
        let goal = standing.options.goal;
        if kind == StepKind::Activate && goal.takes_over() {
            activate::identify(&self.parts, standing).await?;
            let cancel = &self.parts.settings.cancel;
            let restarted =
                restart_if_needed(cancel, standing, |line| self.show(step, line)).await?;
            if !restarted.is_empty() {
                return Ok(StepOutcome::Done(format!("{UP_TO_DATE}{restarted}")));
            }
        }
        Ok(StepOutcome::Skipped(UP_TO_DATE.to_owned()))
    }

    /// How the node stood when its first step began.
    async fn standing(&self, node: &str) -> Result<Arc<Standing>, StepFailure> {
        let Some(cell) = self.standings.get(node) else {
            return Err(StepFailure::Plan(format!("the plan has no node {node:?}")));
        };
        let look = async || Standing::of(&self.parts, node).await.map(Arc::new);
        cell.get_or_init(look).await.clone()
    }

    async fn build(&self, node: &str, step: &str) -> Result<String, StepFailure> {
        let settings = &self.parts.settings;
        let toplevel = self.parts.toplevels.toplevel(node).await;
        let what = Build {
            toplevel: toplevel.map_err(StepFailure::Evaluate)?,
            link: settings.run_dir.join(format!("result-{node}")),
            limit: settings.build_limit,
            cancel: settings.cancel.clone(),
        };
        let built = build(&what, |line| self.show(step, line)).await?;
        Ok(built.to_string())
    }

    async fn copy(&self, step: &str, standing: &Standing) -> Result<String, StepFailure> {
        let Settings {
            nonce,
            copy_limit,
            cancel,
            ..
        } = &self.parts.settings;
        let (host, path) = (&*standing.host, &standing.toplevel.out_path);
        // A root that points nowhere yet is in order; a copy that no root holds could be collected at any time.
        script::protect(host, nonce, path).await?;
        let copied = copy(host, path, (*copy_limit, cancel), |line| {
            self.show(step, line)
        })
        .await?;
        Ok(match copied {
            None => "nothing to copy: it is this machine".to_owned(),
            Some(0) => "it had all paths already".to_owned(),
            Some(1) => "copied 1 path".to_owned(),
            Some(count) => format!("copied {count} paths"),
        })
    }

    fn show(&self, step: &str, line: String) {
        self.parts.events.send(Event::StepOutput {
            step: step.to_owned(),
            line,
        });
    }
}

impl Execute for StepRunner {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepOutcome> {
        let step = step.clone();
        async move { self.run(&step).await }.boxed()
    }

    /// A build begins once its node answers and is evaluated; what fails there is for the step to say.
    fn prepared(&self, step: &StepId) -> BoxFuture<'_, ()> {
        let planned = self.parts.plan.steps.get(step);
        let of_build = planned.filter(|planned| planned.kind == StepKind::Build);
        let Some(node) = of_build.and_then(|planned| planned.node.clone()) else {
            return futures::future::ready(()).boxed();
        };
        async move {
            let needs_host = self.parts.options(&node).goal.needs_host();
            if !needs_host || self.parts.hosts.get(&node).await.is_ok() {
                let _ = self.parts.toplevels.toplevel(&node).await;
            }
        }
        .boxed()
    }
}
