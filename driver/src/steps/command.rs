//! Runs a program of the user between other steps, on the deployer or on a node.

use std::sync::Arc;
use std::time::Duration;

use super::StepFailure;
use super::runner::StepRunner;
use crate::host::HostCommand;
use crate::plan::{Place, Step};
use crate::process::{LogLimit, line_channel};

/// How long a command may take that says nothing of it.
const LIMIT: u64 = 600;

/// Runs it to its end.
pub(super) async fn run(runner: &StepRunner, step: &str, planned: &Step) -> Result<String, StepFailure> {
    let (Some(place), Some(program)) = (&planned.on, &planned.program) else {
        return Err(StepFailure::Plan("a command needs a place and a program".to_owned()));
    };
    let ready = match place {
        Place::Node(node) => runner.programs.on(node).await?,
        Place::Itself | Place::Deployer => runner.programs.here().await?,
    };
    let limit = Duration::from_secs(planned.timeout.unwrap_or(LIMIT).max(1));
    let command = HostCommand::new([ready.program(program)]).timeout(limit);
    let (sink, mut lines) = line_channel();
    let host = Arc::clone(&ready.host);
    // After a long wait the connection may be gone, which only this finds out: then the next one is made anew.
    let _ = host.run(HostCommand::new(["true"])).await;
    let show = async {
        let mut limit = LogLimit::default();
        while let Some((_, line)) = lines.recv().await {
            if let Some(line) = limit.admit(line) {
                runner.show(step, line);
            }
        }
    };
    tokio::select! {
        (ran, ()) = async { tokio::join!(host.execute(command, Some(sink)), show) } => {
            ran?;
            Ok(format!("ran on {}", host.address()))
        }
        () = runner.parts.settings.cancel.cancelled() => Err(StepFailure::Interrupted),
    }
}
