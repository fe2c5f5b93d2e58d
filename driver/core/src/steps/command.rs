//! Runs a program of the user between other steps, on the deployer or on a node.
//!
//! A program is told what it is about by the context, which its stdin begins with, and says what later ones may want to
//! know in lines that begin with a mark. Nix writes what is around it: lib/programs.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::programs::Ready;
use super::records::StepRecords;
use super::runner::StepRunner;
use super::{StepFailure, Tried};
use crate::host::{HostCommand, login_shell_line};
use crate::plan::{RunsOn, Step};
use crate::process::{LogLimit, line_channel};

/// What of a node programs are told.
const TOLD: [&str; 6] = ["selected", "target", "system", "tags", "role", "roles"];

/// Runs it to its end, or to that of the run.
pub(super) async fn run(runner: &StepRunner, step: &str, planned: &Step) -> Tried<String> {
    let cancel = &runner.parts.settings.cancel;
    cancel.run_until_cancelled(ran(runner, step, planned)).await.unwrap_or(Err(StepFailure::Interrupted))
}

/// The same whatever becomes of the run.
pub(super) async fn ran(runner: &StepRunner, step: &str, planned: &Step) -> Tried<String> {
    let (Some(place), Some(program)) = (&planned.on, &planned.program) else {
        return Err(StepFailure::Because("a command needs a place and a program".to_owned()));
    };
    // Of this step alone: what a host learns by running one, it could print to a program here and be believed as that one.
    let mark = format!("netlib-record-{:016x}", RandomState::new().build_hasher().finish());
    let run = runner.parts.plan.run.iter();
    let environment = run.flat_map(|run| &run.environment).map(|(name, value)| format!("{name}={value}"));
    let env: Vec<String> = std::iter::once("env".to_owned()).chain(environment).collect();
    let there = match place {
        RunsOn::Node(node) => Some((node, runner.programs.at(place).await?)),
        RunsOn::Subject | RunsOn::Deployer => None,
    };
    let (ready, words) = match (there, &planned.input) {
        (Some((_, there)), None) => {
            let words = vec![there.program(program), mark.clone()];
            (there, words)
        }
        (Some((node, there)), Some(producer)) => {
            let (ready, words) = here(runner, producer, &mark).await?;
            let command = login_shell_line(&[env.clone(), vec![there.program(program)]].concat());
            (ready, [words, vec![node.clone(), command]].concat())
        }
        (None, _) => here(runner, program, &mark).await?,
    };
    let argv = [env, words].concat();
    let limit = Duration::from_secs(planned.timeout.max(1));
    let context = serde_json::to_vec(&context(runner)).unwrap_or_default();
    let command = HostCommand::new(argv).stdin(context).timeout(limit);
    let (sink, mut lines) = line_channel();
    let host = Arc::clone(&ready.host);
    // After a long wait the connection may be gone, which only this finds out: then the next one is made anew.
    let _ = host.run(HostCommand::new(["true"])).await;
    let mut report = StepRecords::of((step, planned), &mark);
    let show = async {
        let mut limit = LogLimit::default();
        while let Some((_, line)) = lines.recv().await {
            let shown = report.take(line).filter(|line| !line.is_empty());
            if let Some(line) = shown.and_then(|line| limit.admit(line)) {
                runner.show(step, line);
            }
        }
    };
    let (ran, ()) = tokio::join!(host.execute(command, Some(sink)), show);
    let notes = report.notes.join("; ");
    // A program says better than its exit status why it failed.
    let kept = runner.parts.records.keep(report);
    ran.map_err(|error| kept.clone().err().unwrap_or_else(|| error.into()))?;
    kept?;
    Ok(if notes.is_empty() { format!("ran on {}", planned.node.as_deref().unwrap_or("the deployer")) } else { notes })
}

/// A program of the deployer, which reaches the nodes with the connections that there are.
async fn here(runner: &StepRunner, program: &str, mark: &str) -> Tried<(Ready, Vec<String>)> {
    let ready = runner.programs.at(&RunsOn::Deployer).await?;
    let config = runner.ssh_config().await?;
    let words = [format!("NETLIB_SSH_CONFIG={}", config.display()), ready.program(program)];
    let argv = words.into_iter().chain([mark.to_owned()]).collect();
    Ok((ready, argv))
}

/// What a program is told.
fn context(runner: &StepRunner) -> Value {
    let parts = &runner.parts;
    let document: Value = serde_json::from_str(&parts.plan.source).unwrap_or_default();
    let mut context = json!({ "deployment": parts.settings.nonce, "nodes": {} });
    for name in parts.plan.nodes.keys() {
        let node = &mut context["nodes"][name];
        for field in TOLD {
            node[field] = document["nodes"][name][field].clone();
        }
        if let Some(observed) = runner.known_state(name) {
            node["toplevel"] = json!(observed.toplevel.out_path);
            node["before"] = json!(observed.probe.current_system);
        }
    }
    for field in ["network", "flake", "request", "run"] {
        context[field] = document[field].clone();
    }
    parts.records.add_to(&mut context);
    context
}
