//! `netlib deploy`: evaluate, build, copy and activate, in the order of the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use futures::StreamExt;
use serde_json::{Value, json};

use super::common::{Display, FlakeArgs, Prepared, SelectArgs, prepare, print, stdout_colours};
use super::interrupt::Interrupts;
use super::limits::LimitArgs;
use super::record::RecordArgs;
use super::saved::{present, selection};
use super::status::evaluated;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::evaluate::{Attribute, Results, evaluate_plan};
use crate::event::{Event, EventSink};
use crate::host::{Hosts, answering};
use crate::plan::{Goal, Plan, StepKind};
use crate::report::summary::Summary;
use crate::rollout::Rollouts;
use crate::run_dir::take_dead_nonces;
use crate::saved::SavedPlan;
use crate::schedule::{OnFailure, Policy, run as walk};
use crate::steps::{IdentityPolicy, ProgramSources, Prompt, Records, Settings, StepRunner, StepRunnerParts};

/// Build, copy and activate the systems of the selected nodes, in the order of the plan.
///
/// Nodes that are up to date are left alone. A node that fails or does not answer only stops what depends on it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib deploy\n  \
    netlib deploy --on alpha --on 'web*'\n  \
    netlib deploy --goal boot --reboot\n  \
    netlib deploy --flake github:me/machines#office --dry-run\n\n\
    Exit status: 0 all well, 1 some node failed, 2 usage or evaluation error, 3 a rollout waits for approval, 130 interrupted.")]
pub struct DeployArgs {
    #[command(flatten)]
    pub flake: FlakeArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    sudo: SudoArgs,

    /// Evaluate, query the hosts and print what would change; build and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Deploy what `netlib plan --out FILE` saved; refuse if the flake, the selected nodes, the steps or the systems have
    /// changed since
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,

    /// Override `activation.goal` for this run
    #[arg(long, value_enum, conflicts_with = "dry_run")]
    goal: Option<Goal>,

    /// Restart hosts whose new system has another kernel, initrd or systemd; overrides `activation.reboot`
    #[arg(long)]
    reboot: bool,

    /// Take over hosts that belong to another network
    #[arg(long)]
    adopt: bool,

    /// Stop scheduling after the first failure; running steps finish
    #[arg(long)]
    fail_fast: bool,

    #[command(flatten)]
    limits: LimitArgs,

    #[command(flatten)]
    pub record: RecordArgs,
}

/// Deploys, and prints what became of each node.
pub async fn run(args: DeployArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    shown(&args.record, "deploy", interrupts, async |events| {
        let (_, (text, summary, _)) = walked(&args, events, interrupts).await?;
        Ok((text, summary))
    })
    .await
}

/// Shows what a run does, and prints what became of each node.
pub async fn shown(
    record: &RecordArgs,
    command: &str,
    interrupts: &Interrupts,
    walk: impl AsyncFnOnce(&EventSink) -> Result<(String, Summary), Error>,
) -> Result<Exit, Error> {
    let display = Display::start(interrupts, record.readers(command)?);
    let result = walk(display.events()).await;
    display.events().send(match &result {
        Ok((_, summary)) => summary.event(),
        Err(error) => Event::Error(error.to_string()),
    });
    display.end().await;
    let (preview, summary) = result?;
    if !record.json {
        print(&(preview + &summary.render(stdout_colours())))?;
    }
    Ok(if summary.is_success() {
        Exit::Good
    } else if summary.is_paused() {
        Exit::Paused
    } else {
        Exit::NodeFailed
    })
}

/// What the options say, for the library.
pub fn request(args: &DeployArgs, select: &SelectArgs, command: &str) -> Value {
    let mut request = select.request(command);
    if let Some(goal) = args.goal {
        request["goal"] = json!(goal);
    }
    for (field, is_wanted) in [("reboot", args.reboot), ("preview", args.dry_run)] {
        if is_wanted {
            request[field] = json!(true);
        }
    }
    request
}

/// Evaluates everything, and lets it through only if it is what was saved.
async fn reviewed(
    prepared: &Prepared,
    plan: &Plan,
    (path, saved): (&Path, &SavedPlan),
    events: &EventSink,
) -> Result<Results, Error> {
    let results = evaluated(prepared, events);
    saved.require(path, &present(prepared, plan, &results).await?)?;
    Ok(results)
}

/// What came of a walk: text before the summary, what became of each node, and who has what the steps said.
pub type Walked = (String, Summary, StepRunner);

async fn walked(args: &DeployArgs, events: &EventSink, interrupts: &Interrupts) -> Result<(Prepared, Walked), Error> {
    let saved = args.plan.as_deref().map(SavedPlan::read).transpose()?;
    let select = selection(&args.select, saved.as_ref());
    let prepared = prepare(&args.flake, request(args, &select, "deploy"), events, interrupts).await?;
    let reviewed = match (&args.plan, saved) {
        (Some(path), Some(saved)) => {
            // What was saved is the plan of nodes with their own goals.
            let (cache, plain) = (&prepared.cache, select.request("deploy"));
            let (plan, _) = evaluate_plan(&prepared.flake, cache, &plain).await?;
            Some(reviewed(&prepared, &plan, (path, &saved), events).await?)
        }
        _ => None,
    };
    let walked = carry_out(args, (&prepared, reviewed), Arc::default(), events, interrupts).await?;
    Ok((prepared, walked))
}

/// Carries out what was prepared.
pub async fn carry_out(
    args: &DeployArgs,
    (prepared, reviewed): (&Prepared, Option<Results>),
    records: Arc<Records>,
    events: &EventSink,
    interrupts: &Interrupts,
) -> Result<Walked, Error> {
    let steps = prepared.graph.steps();
    let shown = steps.filter(|step| step.kind != StepKind::Barrier);
    events.send(Event::WalkStarted { steps: shown.cloned().collect() });
    let hosts = Arc::new(Hosts::new(&prepared.plan)?.asking(args.sudo.source(interrupts), &prepared.nodes));
    let cancel = interrupts.token();
    // What does not answer is known within seconds, and not even evaluated.
    let (remote, others): (BTreeMap<String, Goal>, BTreeMap<String, Goal>) =
        goals(args, prepared).into_iter().partition(|(_, goal)| goal.needs_host());
    let remote: BTreeSet<String> = remote.into_keys().collect();
    let answering = answering(&hosts, &remote, events, cancel);
    let ready = futures::stream::iter(others.into_keys()).chain(answering).boxed();
    let results = Arc::new(match reviewed {
        Some(results) => {
            // All is evaluated already; who answers is told all the same.
            tokio::spawn(ready.for_each(|_| std::future::ready(())));
            results
        }
        None => prepared.evaluated(ready, events),
    });
    let rollouts = Arc::new(rollouts(args, prepared));
    let parts = StepRunnerParts {
        plan: prepared.plan.clone(),
        programs: programs(&results),
        toplevels: results.of(Attribute::Toplevels),
        other_toplevels: results.of(Attribute::Toplevels),
        hosts: hosts.clone(),
        records,
        settings: settings(args, prepared, interrupts),
        events: events.clone(),
    };
    let runner = StepRunner::new(parts, rollouts.clone());
    runner.get_ready().await;
    let policy = Policy {
        limits: args.limits.limits(),
        on_failure: if args.fail_fast { OnFailure::StopStarting } else { OnFailure::GoOn },
    };
    let result = walk(&prepared.graph, &runner, policy, events, cancel.clone()).await;
    runner.close().await;
    hosts.close().await;
    let summary = Summary::of(&prepared.graph, &result, &goals(args, prepared));
    let mut preview = prepared.plan.text.clone().unwrap_or_default();
    if args.dry_run {
        preview.push('\n');
    }
    Ok((preview, summary.with_rollouts(&rollouts.reports()), runner))
}

/// None for a preview: nothing is activated, so there is nothing to keep to.
fn rollouts(args: &DeployArgs, prepared: &Prepared) -> Rollouts {
    if args.dry_run { Rollouts::default() } else { Rollouts::of(&prepared.plan, &prepared.graph) }
}

/// What checks and commands run.
pub fn programs(results: &Arc<Results>) -> ProgramSources {
    let [nodes, deployer] = [Attribute::Programs, Attribute::DeployerPrograms].map(|attribute| results.of(attribute));
    ProgramSources { nodes, deployer }
}

/// How far each selected node is to be taken.
fn goals(args: &DeployArgs, prepared: &Prepared) -> BTreeMap<String, Goal> {
    let goal = |node: &String| {
        let planned = prepared.plan.nodes.get(node);
        let planned = planned.map(|node| node.activation.goal).unwrap_or_default();
        (node.clone(), preview(args).unwrap_or(planned))
    };
    prepared.nodes.iter().filter(|node| prepared.plan.evaluate.toplevels.contains(*node)).map(goal).collect()
}

/// The goal of every node, where nothing is to be done.
fn preview(args: &DeployArgs) -> Option<Goal> {
    args.dry_run.then_some(Goal::DryRun)
}

fn settings(args: &DeployArgs, prepared: &Prepared, interrupts: &Interrupts) -> Settings {
    let run_dir = prepared.run_dir.path().to_owned();
    let settings = Settings {
        goal: preview(args),
        policy: if args.adopt { IdentityPolicy::Adopt } else { IdentityPolicy::default() },
        prompt: prompt(),
        activations: args.limits.activations(),
        dead: dead(args, &run_dir),
        ..Settings::new(run_dir, interrupts.token().clone())
    };
    if let Err(error) = prepared.run_dir.remember(&settings.nonce) {
        tracing::debug!("a run that is killed keeps its copies for a week: {error}");
    }
    settings
}

/// What killed runs left on hosts, where this one comes to hosts that can be told.
fn dead(args: &DeployArgs, run_dir: &Path) -> Vec<String> {
    let is_told = !args.dry_run && args.goal != Some(Goal::Build);
    run_dir.parent().filter(|_| is_told).map(take_dead_nonces).unwrap_or_default()
}

/// Somebody who sees the question and can type an answer.
fn prompt() -> Prompt {
    if std::io::stdin().is_terminal() && console::user_attended_stderr() { Prompt::Terminal } else { Prompt::Nobody }
}
