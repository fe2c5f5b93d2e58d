//! `netlib exec`: one command on many nodes at the same time.

use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::common::{Display, FlakeArgs, SelectArgs, prepare};
use super::interrupt::Interrupts;
use super::sudo::SudoArgs;
use super::{Error, Exit};
use crate::host::{HostCommand, HostError, Hosts};
use crate::process::Stream;
use crate::report::exec::{Ended, prefixed, verdict};

/// Run a command as root on the selected nodes, at the same time. It gets no input and no terminal.
///
/// Each line of its output begins with the node's name; stdout and stderr stay apart. The words of the command arrive
/// as they are: for pipes and variables of the node, run a shell there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    netlib exec -- systemctl --failed\n  \
    netlib exec --on @edge -- sh -c 'df -h / | tail -n 1'\n\n\
    Exit status: 0 the command succeeded on all nodes, 1 not on some, 2 bad usage or evaluation, 130 interrupted.")]
pub struct ExecArgs {
    #[command(flatten)]
    flake: FlakeArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    sudo: SudoArgs,

    /// End the command on a node after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,

    /// On at most so many nodes at the same time
    #[arg(long, value_name = "N", default_value = "32")]
    max_parallel: NonZeroUsize,

    /// The command
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<String>,
}

/// Runs the command everywhere and says where it failed.
pub async fn run(args: ExecArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let display = Display::start(interrupts, Vec::new());
    let prepared = prepare(&args.flake, &args.select, display.events(), interrupts).await;
    // From here on, stdout and stderr belong to the command.
    display.end().await;
    let prepared = prepared?;
    let hosts = Arc::new(
        Hosts::new(&prepared.plan, prepared.run_dir.path())?.asking(args.sudo.source(interrupts)),
    );
    let width = prepared.nodes.iter().map(String::len).max().unwrap_or(0);
    let command = HostCommand::new(args.command.clone()).timeout(Duration::from_secs(args.timeout));
    let ended: Vec<Ended> = futures::stream::iter(&prepared.nodes)
        .map(|node| {
            let (hosts, command) = (hosts.clone(), command.clone());
            one(hosts, node, width, command, interrupts.token())
        })
        .buffer_unordered(args.max_parallel.get())
        .collect()
        .await;
    hosts.close().await;
    eprint!("{}", verdict(&ended));
    let is_good = ended.iter().all(|ended| ended.result.is_ok());
    Ok(if is_good {
        Exit::Good
    } else {
        Exit::NodeFailed
    })
}

async fn one(
    hosts: Arc<Hosts>,
    node: &str,
    width: usize,
    command: HostCommand,
    cancel: &CancellationToken,
) -> Ended {
    let result = tokio::select! {
        result = shown(&hosts, node, width, command) => result.map_err(|error| match error {
            // Its output was shown already.
            HostError::Failed { status, .. } => status,
            other => other.to_string(),
        }),
        () = cancel.cancelled() => {
            Err("interrupted; the command may still run there".to_owned())
        }
    };
    Ended {
        node: node.to_owned(),
        result,
    }
}

async fn shown(
    hosts: &Hosts,
    node: &str,
    width: usize,
    command: HostCommand,
) -> Result<(), HostError> {
    let host = hosts.get(node).await?;
    let (sink, mut lines) = mpsc::unbounded_channel::<(Stream, String)>();
    let show = async {
        while let Some((stream, line)) = lines.recv().await {
            let line = prefixed(node, width, &line);
            // Somebody who stopped reading (`| head`) is no error.
            let _ = match stream {
                Stream::Stdout => writeln!(std::io::stdout(), "{line}"),
                Stream::Stderr => writeln!(std::io::stderr(), "{line}"),
            };
        }
    };
    let (result, ()) = tokio::join!(host.run_lines(command, sink), show);
    result.map(|_| ())
}
