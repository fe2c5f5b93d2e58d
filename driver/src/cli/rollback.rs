//! `netlib rollback`: brings nodes back to an earlier generation, with everything that protects a deploy.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::common::{FlakeArgs, Prepared, SelectArgs, prepare};
use super::deploy::shown;
use super::interrupt::Interrupts;
use super::record::RecordArgs;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::event::{Event, EventSink, StepResult};
use crate::graph::{Graph, StepId};
use crate::host::Hosts;
use crate::plan::{Plan, Step, StepKind};
use crate::report::summary::Summary;
use crate::schedule::{Execute, Limits, OnFailure, Policy, RunResult, run as walk};
use crate::steps::{Rollback, StepFailure, rollback};

/// How many hosts go back at the same time.
const AT_ONCE: usize = 16;

/// Roll nodes back to an earlier generation of their system profile.
///
/// Works like a deploy: in a unit on the host, with confirmation; if it fails, the host keeps the system it ran before. Evaluates
/// only the plan; builds and copies nothing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib rollback alpha                 to the generation before the present one\n  \
    netlib rollback alpha --to 41         (netlib exec --on alpha -- ls /nix/var/nix/profiles)\n\n\
    Exit status: 0 all well, 1 some node failed, 2 usage or evaluation error, 130 interrupted.")]
pub struct RollbackArgs {
    /// Nodes: names, `@TAG`, or patterns
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,

    /// Generation to roll back to, for one node only [default: the previous one]
    #[arg(long, value_name = "GENERATION", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,

    #[command(flatten)]
    flake: FlakeArgs,

    #[command(flatten)]
    sudo: SudoArgs,

    #[command(flatten)]
    record: RecordArgs,
}

/// Rolls back, and prints what became of each node.
pub async fn run(args: RollbackArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    shown(&args.record, "rollback", interrupts, async |events| {
        let (graph, result) = walked(&args, events, interrupts).await?;
        Ok((String::new(), Summary::of(&graph, &result, &BTreeMap::new())))
    })
    .await
}

async fn walked(args: &RollbackArgs, events: &EventSink, interrupts: &Interrupts) -> Result<(Graph, RunResult), Error> {
    let select = SelectArgs { on: args.nodes.clone() };
    let prepared = prepare(&args.flake, select.request("rollback"), events, interrupts).await?;
    if let Some(number) = args.to {
        one_only(&prepared, number)?;
    }
    let steps: BTreeMap<StepId, Step> = prepared.nodes.iter().map(|node| step(node)).collect();
    let graph = Graph::from_steps(&steps)?;
    let hosts = Arc::new(Hosts::new(&prepared.plan)?.asking(args.sudo.source(interrupts), &prepared.nodes));
    let runner = Runner { plan: prepared.plan.clone(), hosts: hosts.clone(), to: args.to, events: events.clone() };
    events.send(Event::WalkStarted { steps: graph.steps().cloned().collect() });
    let policy = Policy { limits: Limits { overall: AT_ONCE, per_kind: BTreeMap::new() }, on_failure: OnFailure::GoOn };
    let result = walk(&graph, &runner, policy, events, interrupts.token().clone()).await;
    hosts.close().await;
    Ok((graph, result))
}

/// Hosts count their generations each for itself.
fn one_only(prepared: &Prepared, number: u64) -> Result<(), Error> {
    let nodes = &prepared.nodes;
    if nodes.len() == 1 {
        return Ok(());
    }
    let names: Vec<&str> = nodes.iter().map(String::as_str).collect();
    Err(format!(
        "--to {number} is a generation of one node, and these are {}: {}.\n\
         Each host counts its own generations: roll back one node at a time, or leave out --to.",
        names.len(),
        names.join(", ")
    )
    .into())
}

fn step(node: &str) -> (StepId, Step) {
    let step = Step::of_node(StepKind::Activate, node);
    (format!("rollback:{node}"), step)
}

struct Runner {
    plan: Arc<Plan>,
    hosts: Arc<Hosts>,
    to: Option<u64>,
    events: EventSink,
}

impl Runner {
    async fn back(&self, node: &str, step: &str) -> Result<String, StepFailure> {
        let host = self.hosts.get(node).await?;
        let options = self.plan.nodes.get(node).map(|node| node.activation.clone());
        let network = self.plan.network.clone();
        let request = Rollback::new(self.to, network, options.unwrap_or_default());
        let done = rollback(&*host, &request, |line| {
            self.events.send(Event::StepOutput { step: step.to_owned(), line });
        })
        .await?;
        let generation = done.generation.map(|number| format!("generation {number}: ")).unwrap_or_default();
        Ok(format!("{generation}{}", done.toplevel))
    }
}

impl Execute for Runner {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepResult> {
        let step = step.clone();
        async move {
            let node = step.trim_start_matches("rollback:");
            match self.back(node, &step).await {
                Ok(done) => StepResult::Done(done),
                Err(failure) => failure.at(node, &step),
            }
        }
        .boxed()
    }
}
