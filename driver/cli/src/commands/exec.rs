//! `netlib exec`: one command on many nodes at the same time.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::args::{HostArgs, RecordArgs};
use super::session::{Prepared, Session};
use super::{Error, Output};
use crate::report::exec::{Prefixed, verdict};
use crate::report::summary::Summary;
use netlib_core::event::StepResult;
use netlib_core::graph::StepId;
use netlib_core::host::{HostCommand, HostError};
use netlib_core::process::{line_channel, quote_argv};
use netlib_core::schedule::{Execute, Limits};

/// Run a command as root on the selected nodes, in parallel. It has no input and no terminal.
///
/// Each line of output starts with the node's name; stdout and stderr stay separate. Arguments are passed on unchanged: for pipes
/// and variables of the node, run a shell there.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/exec.txt"))]
pub struct ExecArgs {
    #[command(flatten)]
    on: HostArgs,

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
pub async fn run(args: ExecArgs, session: &Session) -> Result<Output, Error> {
    session.record(&args.record, "exec")?;
    if !args.record.json {
        session.screen.end_at_walk();
        session.add(Prefixed { stdout: std::io::stdout(), stderr: std::io::stderr() });
    }
    if let [line] = args.command.as_slice()
        && line.contains(char::is_whitespace)
    {
        let words = quote_argv(&["netlib", "exec", "--", "sh", "-c", line].map(str::to_owned));
        return Err(
            format!("`{line}` is one word, and no program has this name\nhelp: for a line of shell: {words}").into()
        );
    }
    let prepared = session.open(&args.on, "exec").await?;
    let command = HostCommand::new(args.command).timeout(Duration::from_secs(args.timeout));
    let work = OnEach { prepared: &prepared, command, session };
    let limits = Limits { overall: args.max_parallel.get(), ..Limits::default() };
    let result = session.walk(&prepared.graph, &work, limits).await;
    prepared.hosts.close().await;
    let summary = Summary::of(&prepared.graph, &result, &BTreeMap::new());
    let stderr = if args.record.json { String::new() } else { verdict(&prepared.graph, &result) };
    Ok(Output { stderr, ..Output::summary("", summary, true) })
}

/// Runs the command on the node of each step.
struct OnEach<'a> {
    prepared: &'a Prepared,
    command: HostCommand,
    session: &'a Session,
}

impl Execute for OnEach<'_> {
    fn execute(&self, step: &StepId) -> BoxFuture<'_, StepResult> {
        let Self { prepared, command, session } = self;
        let (command, step, (sink, mut lines)) = (command.clone(), step.clone(), line_channel());
        async move {
            let node = prepared.plan.steps.get(&step).and_then(|step| step.node.as_deref()).unwrap_or_default();
            let ran = async { prepared.hosts.get(node).await?.execute(command, Some(sink)).await };
            let show = async {
                while let Some(line) = lines.recv().await {
                    session.events.show_in_turn(&step, line).await;
                }
            };
            tokio::select! {
                (result, ()) = async { tokio::join!(ran, show) } => ended(result.map(drop)),
                () = session.cancel.cancelled() => StepResult::Cancelled,
            }
        }
        .boxed()
    }
}

fn ended(result: Result<(), HostError>) -> StepResult {
    match result {
        Ok(()) => StepResult::Done(String::new()),
        // Its output was shown already.
        Err(HostError::Failed { status, .. }) => StepResult::Failed(status),
        Err(error) if error.is_offline() => StepResult::Offline(error.to_string()),
        Err(error) => StepResult::Failed(error.to_string()),
    }
}
