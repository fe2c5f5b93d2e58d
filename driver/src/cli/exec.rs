//! `netlib exec`: one command on many nodes at the same time.

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::common::{Display, FlakeArgs, SelectArgs, prepare};
use super::interrupt::Interrupts;
use super::record::RecordArgs;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::event::{Event, EventSink, StepResult};
use crate::graph::{Graph, StepId};
use crate::host::{HostCommand, HostError, Hosts};
use crate::plan::{Step, StepKind};
use crate::process::line_channel;
use crate::report::exec::{Ended, Prefixed, verdict};
use crate::report::summary::{NodeResult, Row, Summary};
use crate::schedule::{Execute, Limits, OnFailure, Policy, RunResult, run as walk};

/// What the steps' names begin with.
const STEP: &str = "exec:";

/// Run a command as root on the selected nodes, in parallel. It has no input and no terminal.
///
/// Each line of output starts with the node's name; stdout and stderr stay separate. Arguments are passed on unchanged: for pipes
/// and variables of the node, run a shell there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib exec -- systemctl --failed\n  \
    netlib exec --on @edge -- sh -c 'df -h / | tail -n 1'\n\n\
    Exit status: 0 the command succeeded on all nodes, 1 not on some, 2 usage or evaluation error, 130 interrupted.")]
pub struct ExecArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    sudo: SudoArgs,

    #[command(flatten)]
    record: RecordArgs,

    /// Stop the command on a node after this many seconds
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,

    /// Maximum number of nodes at a time
    #[arg(long, value_name = "N", default_value = "32")]
    max_parallel: NonZeroUsize,

    /// The command
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<String>,
}

/// Runs the command everywhere and says where it failed.
pub async fn run(args: ExecArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let mut readers = args.record.readers("exec")?;
    let display = if args.record.json {
        Display::start(interrupts, readers)
    } else {
        readers.push(Box::new(Prefixed::new(std::io::stdout(), std::io::stderr())));
        Display::until_the_walk(interrupts, readers)
    };
    let result = walked(&args, display.events(), interrupts).await;
    display.events().send(match &result {
        Ok(result) => summary(result).event(),
        Err(error) => Event::Error(error.to_string()),
    });
    display.end().await;
    let result = result?;
    if !args.record.json {
        // The terminal may be gone.
        let _ = write!(std::io::stderr(), "{}", verdict(&ended(&result)));
    }
    Ok(if result.is_success() { Exit::Good } else { Exit::NodeFailed })
}

async fn walked(args: &ExecArgs, events: &EventSink, interrupts: &Interrupts) -> Result<RunResult, Error> {
    let prepared = prepare(&args.flake, args.select.request("exec"), events, interrupts).await?;
    let step = |node: &String| {
        let step = Step::of_node(StepKind::Command, node);
        (format!("{STEP}{node}"), step)
    };
    let graph = Graph::from_steps(&prepared.nodes.iter().map(step).collect())?;
    let hosts = Arc::new(Hosts::new(&prepared.plan)?.asking(args.sudo.source(interrupts), &prepared.nodes));
    let runner = Runner {
        hosts: hosts.clone(),
        command: HostCommand::new(args.command.clone()).timeout(Duration::from_secs(args.timeout)),
        events: events.clone(),
        cancel: interrupts.token().clone(),
    };
    events.send(Event::WalkStarted { steps: graph.steps().cloned().collect() });
    let policy = Policy {
        limits: Limits { overall: args.max_parallel.get(), per_kind: BTreeMap::new() },
        on_failure: OnFailure::GoOn,
    };
    let result = walk(&graph, &runner, policy, events, interrupts.token().clone()).await;
    hosts.close().await;
    Ok(result)
}

struct Runner {
    hosts: Arc<Hosts>,
    command: HostCommand,
    events: EventSink,
    cancel: CancellationToken,
}

impl Runner {
    async fn command(&self, step: &str) -> Result<(), HostError> {
        let host = self.hosts.get(node_of(step)).await?;
        let (sink, mut lines) = line_channel();
        let show = async {
            while let Some((stream, line)) = lines.recv().await {
                let step = step.to_owned();
                let event = Event::CommandOutput { step, stream, line };
                self.events.send_in_turn(event).await;
            }
        };
        let (result, ()) = tokio::join!(host.execute(self.command.clone(), Some(sink)), show);
        result.map(|_| ())
    }
}

impl Execute for Runner {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepResult> {
        let step = step.clone();
        async move {
            tokio::select! {
                result = self.command(&step) => match result {
                    Ok(()) => StepResult::Done(String::new()),
                    // Its output was shown already.
                    Err(HostError::Failed { status, .. }) => StepResult::Failed(status),
                    Err(error) if error.is_offline() => StepResult::Offline(error.to_string()),
                    Err(error) => StepResult::Failed(error.to_string()),
                },
                () = self.cancel.cancelled() => {
                    StepResult::Failed("interrupted; the command may still run there".to_owned())
                }
            }
        }
        .boxed()
    }
}

fn node_of(step: &str) -> &str {
    step.strip_prefix(STEP).unwrap_or(step)
}

/// How it ended on each node.
fn ended(result: &RunResult) -> Vec<Ended> {
    let of = |(step, result): (&StepId, &StepResult)| Ended {
        node: node_of(step).to_owned(),
        result: match result {
            StepResult::Done(_) => Ok(()),
            StepResult::Failed(why) | StepResult::Offline(why) => Err(why.clone()),
            _ => Err("interrupted before the command began".to_owned()),
        },
    };
    result.steps.iter().map(of).collect()
}

fn summary(result: &RunResult) -> Summary {
    let rows = std::iter::zip(ended(result), result.steps.values());
    let rows = rows.map(|(ended, result)| Row {
        node: ended.node,
        result: match result {
            StepResult::Done(_) => NodeResult::Done,
            StepResult::Failed(_) => NodeResult::Failed,
            StepResult::Offline(_) => NodeResult::Offline,
            _ => NodeResult::Skipped,
        },
        detail: ended.result.err().unwrap_or_default(),
    });
    Summary { rows: rows.collect(), is_rest_good: true, rollouts: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_has_one_row_that_says_how_it_ended() {
        let steps = [
            ("alpha", StepResult::Done(String::new())),
            ("beta", StepResult::Failed("exit status: 3".to_owned())),
            ("delta", StepResult::Cancelled),
            ("gamma", StepResult::Offline("no answer".to_owned())),
        ];
        let steps = steps.map(|(node, result)| (format!("{STEP}{node}"), result));
        let result = RunResult { steps: steps.into() };
        let summary = summary(&result);
        assert!(!summary.is_success());
        let rows: Vec<String> =
            summary.rows.iter().map(|row| format!("{}: {}: {}", row.node, row.result.word(), row.detail)).collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        alpha: done: 
        beta: failed: exit status: 3
        delta: skipped: interrupted before the command began
        gamma: offline: no answer
        ");
    }
}
