//! `netlib deploy`: evaluate, build, copy and activate, in the order of the plan.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::args::{HostArgs, RecordArgs, SelectArgs};
use super::saved::present;
use super::session::{Prepared, Session};
use super::{Error, Output};
use crate::difference::compare_all;
use crate::evaluate::evaluate_plan;
use crate::members;
use crate::report::summary::Summary;
use crate::saved::SavedPlan;
use netlib_core::evaluation::Results;
use netlib_core::plan::StepKind;
use netlib_core::rollout::Rollouts;
use netlib_core::run_dir::take_dead_nonces;
use netlib_core::schedule::Limits;
use netlib_core::steps::{Records, Settings, StepRunner, StepRunnerParts};

/// Words of `activation.goal`, which Nix reads.
const GOALS: [&str; 6] = ["switch", "boot", "test", "dry-activate", "build", "copy"];

/// Build, copy and activate the systems of the selected nodes, in the order of the plan.
///
/// Nodes that are up to date are left alone. A node that fails or does not answer only stops what depends on it.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/deploy.txt"))]
pub struct DeployArgs {
    #[command(flatten)]
    pub on: HostArgs,

    /// Evaluate, query the hosts and print what would change; build and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Deploy what `netlib plan --out FILE` saved; refuse if the flake, the selected nodes, the steps or the systems have
    /// changed since
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,

    /// Override `activation.goal` for this run
    ///
    /// - switch:       It runs its system, and boots it
    /// - boot:         It boots its system; what runs now goes on running
    /// - test:         It runs its system until the next boot
    /// - dry-activate: It says what a switch would change; nothing is changed
    /// - build:        Its system is built here; the host is not asked for anything
    /// - copy:         Its system is in the host's store
    #[arg(long, value_parser = GOALS, hide_possible_values = true, verbatim_doc_comment, conflicts_with = "dry_run")]
    goal: Option<String>,

    /// Restart hosts whose new system has another kernel, initrd or systemd; overrides `activation.reboot`
    #[arg(long)]
    reboot: bool,

    /// Take over hosts that belong to another network
    #[arg(long)]
    adopt: bool,

    /// Stop scheduling after the first failure; running steps finish
    #[arg(long)]
    fail_fast: bool,

    /// Maximum number of concurrent steps
    #[arg(long, value_name = "N", default_value = "32")]
    max_parallel: NonZeroUsize,

    /// Maximum number of concurrent calls of `nix build`; one may build for several nodes
    #[arg(long, value_name = "N", default_value = "4")]
    max_parallel_build: NonZeroUsize,

    /// Maximum number of concurrent copies; they share the deployer's uplink
    #[arg(long, value_name = "N", default_value = "8")]
    max_parallel_copy: NonZeroUsize,

    /// Maximum number of concurrent activations
    #[arg(long, value_name = "N", default_value = "16")]
    max_parallel_activate: NonZeroUsize,

    #[command(flatten)]
    pub record: RecordArgs,
}

/// The same as far as the build.
pub async fn build(args: DeployArgs, session: &Session) -> Result<Output, Error> {
    run(DeployArgs { goal: Some("build".to_owned()), ..args }, session).await
}

/// Deploys, and says what became of each node.
pub async fn run(args: DeployArgs, session: &Session) -> Result<Output, Error> {
    session.record(&args.record, "deploy")?;
    let saved = args.plan.as_deref().map(SavedPlan::read).transpose()?;
    let select = match &saved {
        Some(saved) if args.on.select.is_empty() => SelectArgs { on: saved.selection(), words: Vec::new() },
        _ => args.on.select.clone(),
    };
    let saved = args.plan.as_deref().zip(saved.as_ref());
    let request = request(&args, &select, "deploy");
    carry_out(&args, (request, saved.map(|saved| (&select, saved))), session).await
}

/// What the options say, for the library.
pub fn request(args: &DeployArgs, select: &SelectArgs, command: &str) -> Value {
    let mut request = select.request(command);
    request["goal"] = json!(args.goal);
    request["reboot"] = args.reboot.into();
    request["preview"] = args.dry_run.into();
    request
}

/// Evaluates everything, and lets it through only if it is what was saved: the plan of nodes with their own goals.
async fn reviewed(
    prepared: &Prepared,
    select: &SelectArgs,
    (path, saved): (&Path, &SavedPlan),
    session: &Session,
) -> Result<Results, Error> {
    let (plan, _) = evaluate_plan(&prepared.flake, &prepared.cache, &select.request("deploy")).await?;
    let results = prepared.evaluated_all(&session.events);
    saved.require(path, &present(prepared, &plan, &results).await?).await?;
    Ok(results)
}

/// What was reviewed: a saved plan, where it lies, and what it was made for.
type Saved<'a> = Option<(&'a SelectArgs, (&'a Path, &'a SavedPlan))>;

/// Carries out the requests of a run, whatever its end then has to do, and says what became of each node.
pub async fn carry_out(
    args: &DeployArgs,
    (request, saved): (Value, Saved<'_>),
    session: &Session,
) -> Result<Output, Error> {
    let mut last = None;
    let result = stages(args, (request, saved), &mut last, session).await;
    if let Some((_prepared, runner)) = &last {
        runner.end().await;
    }
    let (text, summary) = result?;
    // Help is no result of anything.
    Ok(match summary {
        Some(summary) => Output::summary(&text, summary, args.record.json),
        None => Output::new(text, true),
    })
}

/// One request after the other, each evaluated when the one before it is over. What was walked last is in `last`.
async fn stages(
    args: &DeployArgs,
    (mut request, saved): (Value, Saved<'_>),
    last: &mut Option<(Prepared, StepRunner)>,
    session: &Session,
) -> Result<(String, Option<Summary>), Error> {
    let records = Arc::new(Records::default());
    let mut flake = args.on.flake.clone();
    let mut text = String::new();
    for stage in 0.. {
        request["stage"] = json!(stage);
        let earlier = last.as_ref().map(|(prepared, _)| &*prepared.hosts);
        let prepared = session.prepare((&flake, &args.on.sudo), request.clone(), earlier).await?;
        let stages = prepared.plan.run.as_ref().map_or(1, |run| run.stages);
        let is_last = stage + 1 >= stages;
        let reviewed = match saved.filter(|_| is_last) {
            Some((select, saved)) => Some(reviewed(&prepared, select, saved, session).await?),
            None => None,
        };
        if let Some(folder) = members::folder() {
            session.warn(members::departed(&prepared.plan, &folder));
        }
        let (summary, runner) = walk(args, (&prepared, reviewed), records.clone(), session).await?;
        text += prepared.plan.text.as_deref().unwrap_or_default();
        if args.dry_run && !args.record.json {
            let changing = summary.nodes.iter().filter(|(_, row)| row.result == "wouldChange");
            let changing = changing.map(|(node, _)| node.clone()).collect();
            let (changes, failed) = compare_all(runner.parts(), &changing, None).await;
            text += &format!("\n{changes}{failed}\n");
        }
        *last = Some((prepared, runner));
        if stages == 0 {
            return Ok((text, None));
        }
        if is_last || !summary.is_success() || session.cancel.is_cancelled() {
            return Ok((text, Some(summary)));
        }
        // What only prepares says nothing of nodes.
        if !summary.nodes.is_empty() {
            text += &format!("{summary}\n");
        }
        if let Some(reference) = records.flake() {
            flake = flake.replaced(&reference)?;
        }
    }
    Err("a plan has no end".into())
}

/// Walks what was prepared: what became of each node, and who has what the steps said.
async fn walk(
    args: &DeployArgs,
    (prepared, reviewed): (&Prepared, Option<Results>),
    records: Arc<Records>,
    session: &Session,
) -> Result<(Summary, StepRunner), Error> {
    let coming = prepared.coming(session);
    // Where all is evaluated already, who answers is told all the same.
    let results = reviewed.unwrap_or_else(|| prepared.evaluated(coming, &session.events));
    let rollouts = Arc::new(Rollouts::of(&prepared.plan));
    let parts = session.parts(prepared, results);
    let settings = settings(args, prepared, parts.settings);
    let parts = StepRunnerParts { records, settings, ..parts };
    let runner = StepRunner::new(parts, rollouts.clone());
    runner.get_ready().await;
    let result = session.walk(&prepared.graph, &runner, limits(args)).await;
    runner.close().await;
    let summary = Summary::of(&prepared.graph, &result, &prepared.plan.nodes);
    Ok((summary.with_rollouts(&rollouts.reports()), runner))
}

fn limits(args: &DeployArgs) -> Limits {
    Limits {
        overall: args.max_parallel.get(),
        per_kind: BTreeMap::from([
            // Some room is left for what comes after builds.
            (StepKind::Build, args.max_parallel.get() * 3 / 4),
            (StepKind::Copy, args.max_parallel_copy.get()),
            (StepKind::Activate, args.max_parallel_activate.get()),
        ]),
        fail_fast: args.fail_fast,
    }
}

fn settings(args: &DeployArgs, prepared: &Prepared, usual: Settings) -> Settings {
    // What killed runs left on hosts is told there, where this one comes to hosts that can be told.
    let is_told = !args.dry_run && args.goal.as_deref() != Some("build");
    let settings = Settings {
        adopts: args.adopt,
        builds: args.max_parallel_build.get(),
        activations: args.max_parallel_activate.get(),
        dead: prepared.run_dir.path().parent().filter(|_| is_told).map(take_dead_nonces).unwrap_or_default(),
        ..usual
    };
    if let Err(error) = prepared.run_dir.remember(&settings.nonce) {
        tracing::debug!("a run that is killed keeps its copies for a week: {error}");
    }
    settings
}
