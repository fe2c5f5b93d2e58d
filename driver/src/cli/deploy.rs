//! `netlib deploy`: evaluate, build, copy and activate, in the order of the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use futures::StreamExt;

use super::common::{Display, FlakeArgs, Prepared, SelectArgs, prepare, print, stdout_colours};
use super::interrupt::Interrupts;
use super::limits::LimitArgs;
use super::{Error, Exit};
use crate::evaluate::Attribute;
use crate::event::{Event, EventSink};
use crate::host::{Hosts, answering};
use crate::plan::{Goal, RebootPolicy};
use crate::report::json::JsonLines;
use crate::report::log_dir::LogDir;
use crate::report::readers::Reader;
use crate::report::summary::Summary;
use crate::report::tree::tree;
use crate::schedule::{OnFailure, Policy, RunResult, run as walk};
use crate::steps::{IdentityPolicy, Settings, StepRunner, StepRunnerParts};

/// Build the selected nodes, copy their systems to them and switch them, in the order of the plan.
///
/// A node that runs its system already is left alone. A node that fails or does not answer stops only what depends on
/// it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib deploy\n  \
    netlib deploy --on alpha --on 'web*'\n  \
    netlib deploy --goal boot --reboot\n  \
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

    /// How far to take every node, whatever its `activation.goal` says
    #[arg(long, value_enum, conflicts_with = "dry_run")]
    goal: Option<Goal>,

    /// Restart hosts whose new system has another kernel, initrd or systemd, whatever `activation.reboot` says
    #[arg(long)]
    reboot: bool,

    /// Take over hosts that belong to another network
    #[arg(long)]
    adopt: bool,

    /// Start nothing new once a step failed; what runs is ended in order
    #[arg(long)]
    fail_fast: bool,

    #[command(flatten)]
    limits: LimitArgs,

    /// Write one event a line to stdout as JSON, instead of the summary (docs/events.md)
    #[arg(long)]
    json: bool,

    /// Keep everything of this run in this folder: events.jsonl, and nodes/NODE.log for each node
    #[arg(long, value_name = "DIR")]
    log_dir: Option<PathBuf>,
}

/// Deploys, and prints what became of each node.
pub async fn run(args: DeployArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, readers(&args)?);
    let result = walked(&args, display.events(), interrupts).await;
    let result = result.map(|(prepared, result)| {
        let summary = Summary::of(&prepared.graph, &result, &goals(&args, &prepared));
        (prepared, summary)
    });
    display.events().send(match &result {
        Ok((_, summary)) => Event::Summary(summary.clone()),
        Err(error) => Event::Error(error.to_string()),
    });
    display.end().await;
    let (prepared, summary) = result?;
    if !args.json {
        if args.dry_run {
            print(&(tree(&prepared.plan, &prepared.graph) + "\n"))?;
        }
        print(&summary.render(stdout_colours()))?;
    }
    Ok(if summary.is_success() {
        Exit::Good
    } else {
        Exit::NodeFailed
    })
}

/// Who reads the events besides the progress display.
fn readers(args: &DeployArgs) -> Result<Vec<Box<dyn Reader>>, Error> {
    let mut readers: Vec<Box<dyn Reader>> = Vec::new();
    if args.json {
        readers.push(Box::new(JsonLines::begin(std::io::stdout(), "deploy")));
    }
    if let Some(folder) = &args.log_dir {
        readers.push(Box::new(LogDir::begin(folder, "deploy")?));
    }
    Ok(readers)
}

async fn walked(
    args: &DeployArgs,
    events: &EventSink,
    interrupts: &Interrupts,
) -> Result<(Prepared, RunResult), Error> {
    let prepared = prepare(&args.flake, &args.select, events, interrupts).await?;
    events.send(Event::WalkStarted {
        steps: prepared.graph.steps().cloned().collect(),
    });
    let hosts = Arc::new(Hosts::new(&prepared.plan, prepared.run_dir.path())?);
    let cancel = interrupts.token();
    // What does not answer is known within seconds, and not even evaluated.
    let (remote, others): (BTreeMap<String, Goal>, BTreeMap<String, Goal>) = goals(args, &prepared)
        .into_iter()
        .partition(|(_, goal)| goal.needs_host());
    let remote: BTreeSet<String> = remote.into_keys().collect();
    let answering = answering(&hosts, &remote, events, cancel);
    let ready = futures::stream::iter(others.into_keys())
        .chain(answering)
        .boxed();
    let evaluation = &prepared.evaluation;
    let board = evaluation.board(Attribute::Toplevels, &prepared.nodes, ready, events);
    let runner = StepRunner::new(StepRunnerParts {
        plan: prepared.plan.clone(),
        toplevels: Arc::new(board),
        hosts: hosts.clone(),
        settings: settings(args, &prepared, interrupts),
        events: events.clone(),
    });
    let policy = Policy {
        limits: args.limits.limits(),
        on_failure: if args.fail_fast {
            OnFailure::StopStarting
        } else {
            OnFailure::GoOn
        },
    };
    let result = walk(&prepared.graph, &runner, policy, events, cancel.clone()).await;
    hosts.close().await;
    Ok((prepared, result))
}

/// What the user says, whatever the plan does.
fn goal(args: &DeployArgs) -> Option<Goal> {
    if args.dry_run {
        return Some(Goal::DryRun);
    }
    args.goal
}

/// How far each selected node is to be taken.
fn goals(args: &DeployArgs, prepared: &Prepared) -> BTreeMap<String, Goal> {
    let planned = |node: &String| {
        prepared
            .plan
            .nodes
            .get(node)
            .map(|node| node.activation.goal)
    };
    let nodes = prepared.nodes.iter();
    nodes
        .map(|node| {
            let goal = goal(args).or_else(|| planned(node)).unwrap_or_default();
            (node.clone(), goal)
        })
        .collect()
}

fn settings(args: &DeployArgs, prepared: &Prepared, interrupts: &Interrupts) -> Settings {
    let run_dir = prepared.run_dir.path().to_owned();
    Settings {
        goal: goal(args),
        reboot: args.reboot.then_some(RebootPolicy::WhenNeeded),
        policy: if args.adopt {
            IdentityPolicy::Adopt
        } else {
            IdentityPolicy::default()
        },
        ..Settings::new(run_dir, interrupts.token().clone())
    }
}
