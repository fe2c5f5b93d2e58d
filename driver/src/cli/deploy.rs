//! `netlib deploy`: evaluate, build, copy and activate, in the order of the plan.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::Args;

use super::common::{Display, FlakeArgs, Prepared, SelectArgs, prepare, print, stdout_colours};
use super::interrupt::Interrupts;
use super::{Error, Exit};
use crate::evaluate::{Attribute, Board, Evaluator, NixEvaluator};
use crate::event::{Event, EventSink};
use crate::host::Hosts;
use crate::plan::StepKind;
use crate::report::summary::Summary;
use crate::report::tree::tree;
use crate::schedule::{Limits, RunResult, run as walk};
use crate::steps::{Goal, IdentityPolicy, Settings, StepRunner, StepRunnerParts};

/// How many steps run at the same time unless the user says otherwise. Building is bounded by Nix itself.
const PARALLEL: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// Calls of `nix build` at the same time; each builds as much at once as nix.conf allows.
const BUILDS: usize = 4;

/// Copies at the same time, which share the deployer's uplink.
const COPIES: usize = 8;

/// Build the selected nodes, copy their systems to them and switch them, in the order of the plan.
///
/// A node that runs its system already is left alone. A node that fails or does not answer stops only what depends on
/// it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib deploy\n  \
    netlib deploy --on alpha --on 'web*'\n  \
    netlib deploy --flake github:me/machines#office --dry-run\n\n\
    Exit status: 0 all well, 1 some node failed, 2 bad usage or evaluation, 130 interrupted.")]
pub struct DeployArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,

    /// Evaluate, ask the hosts what they run, and say what would change; build and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Take over hosts that belong to another network
    #[arg(long)]
    adopt: bool,

    /// At most so many steps at the same time
    #[arg(long, value_name = "N", default_value_t = PARALLEL)]
    max_parallel: NonZeroUsize,
}

/// Deploys, and prints what became of each node.
pub async fn run(args: DeployArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start();
    let result = walked(&args, display.events(), interrupts).await;
    display.end().await;
    let (prepared, result) = result?;
    if args.dry_run {
        print(&(tree(&prepared.plan, &prepared.graph) + "\n"))?;
    }
    let summary = Summary::of(&prepared.graph, &result);
    print(&summary.render(stdout_colours()))?;
    Ok(if summary.is_success() {
        Exit::Good
    } else {
        Exit::NodeFailed
    })
}

async fn walked(
    args: &DeployArgs,
    events: &EventSink,
    interrupts: &Interrupts,
) -> Result<(Prepared, RunResult), Error> {
    let prepared = prepare(&args.flake, &args.select, events, interrupts).await?;
    let hosts = Arc::new(Hosts::new(&prepared.plan, prepared.run_dir.path())?);
    connect_early(&prepared, &hosts);
    let board = toplevels(&prepared, events);
    let runner = StepRunner::new(StepRunnerParts {
        plan: prepared.plan.clone(),
        toplevels: Arc::new(board),
        hosts: hosts.clone(),
        settings: settings(args, &prepared, interrupts),
        events: events.clone(),
    });
    events.send(Event::WalkStarted {
        steps: prepared.graph.steps().cloned().collect(),
    });
    let limits = limits(args.max_parallel);
    let result = walk(
        &prepared.graph,
        &runner,
        limits,
        events,
        interrupts.token().clone(),
    )
    .await;
    hosts.close().await;
    Ok((prepared, result))
}

/// Nodes that do not answer are known while the others are still evaluated.
fn connect_early(prepared: &Prepared, hosts: &Arc<Hosts>) {
    for node in prepared.nodes.clone() {
        let hosts = hosts.clone();
        // The answer is remembered, and told by the node's first step.
        tokio::spawn(async move { hosts.get(&node).await.map(|_| ()) });
    }
}

/// Starts evaluating the selected nodes.
fn toplevels(prepared: &Prepared, events: &EventSink) -> Board {
    let run_dir = prepared.run_dir.path().to_owned();
    let evaluator = NixEvaluator::new(
        prepared.flake.clone(),
        Attribute::Toplevels,
        run_dir,
        events.clone(),
    );
    // In the order of the plan, so that the first ones can go on first.
    let mut nodes: Vec<String> = Vec::new();
    for node in prepared.graph.steps().filter_map(|step| step.node.clone()) {
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }
    Board::fill(&nodes, evaluator.evaluate(nodes.clone()), events.clone())
}

fn settings(args: &DeployArgs, prepared: &Prepared, interrupts: &Interrupts) -> Settings {
    let run_dir = prepared.run_dir.path().to_owned();
    Settings {
        goal: if args.dry_run {
            Goal::DryRun
        } else {
            Goal::Switch
        },
        policy: if args.adopt {
            IdentityPolicy::Adopt
        } else {
            IdentityPolicy::default()
        },
        ..Settings::new(run_dir, interrupts.token().clone())
    }
}

fn limits(overall: NonZeroUsize) -> Limits {
    Limits {
        overall: overall.get(),
        per_kind: BTreeMap::from([(StepKind::Build, BUILDS), (StepKind::Copy, COPIES)]),
    }
}
