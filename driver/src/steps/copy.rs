//! Copies a closure to a host, over the connection that is open already.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::StepFailure;
use super::failure::command_line;
use super::nix_log::NixLog;
use crate::host::{Host, HostCommand, HostError};
use crate::nix::FEATURES;
use crate::process::{LogLimit, ProcessError};
use crate::text::clean;

/// Before each further attempt after the connection broke.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// The closure of a path, on its way to a host.
struct Transfer<'a> {
    host: &'a dyn Host,
    path: &'a str,
    limit: Duration,
    cancel: &'a CancellationToken,
}

/// Copies the closure of a path; returns how many paths went over. A host with the deployer's own store needs none.
/// What arrived before the connection broke is not copied again.
pub(crate) async fn copy(
    host: &dyn Host,
    path: &str,
    limits: (Duration, &CancellationToken),
    mut on_line: impl FnMut(String) + Send,
) -> Result<Option<usize>, StepFailure> {
    let transfer = Transfer { host, path, limit: limits.0, cancel: limits.1 };
    let mut pauses = PAUSES.iter();
    let mut first = None;
    loop {
        if first.is_some() {
            // The connection is made again by this; what is wrong with it says the attempt.
            let _ = host.run(HostCommand::new(["true"])).await;
        }
        let failure = match transfer.attempt(&mut on_line).await {
            Ok(copied) => return Ok(copied),
            Err(failure) => failure,
        };
        let broke = transfer.connection_broke(&failure).await;
        // That it could not be connected to again says less than what happened first.
        let failure = first.take().unwrap_or(failure);
        let Some(pause) = pauses.next().filter(|_| broke) else {
            return Err(failure);
        };
        first = Some(failure);
        on_line(format!("the connection broke; copying the rest in {} s", pause.as_secs()));
        tokio::select! {
            () = tokio::time::sleep(*pause) => {}
            () = transfer.cancel.cancelled() => {}
        }
    }
}

impl Transfer<'_> {
    async fn attempt(&self, on_line: &mut (impl FnMut(String) + Send)) -> Result<Option<usize>, StepFailure> {
        let Some(store) = self.host.store().await? else {
            return Ok(None);
        };
        let words = ["copy", "--log-format", "internal-json", "--no-check-sigs"];
        let command = store.nix(FEATURES).args(words).args(["--to", &store.url, self.path]);
        let command = command.timeout(self.limit).cancel_on(self.cancel);
        let (mut log, mut limit) = (NixLog::default(), LogLimit::default());
        let result = command
            .stream_stderr(|line| {
                // What the host has Nix say may be without end.
                let shown = log.read(line).and_then(|shown| limit.admit(shown));
                shown.into_iter().for_each(&mut *on_line);
            })
            .await;
        match result {
            Ok(_) => Ok(Some(log.copied_paths())),
            Err(error) => Err(explain(error, self.host, &log).await),
        }
    }

    /// Whether the way to the host is at fault, and not the host or what is copied.
    async fn connection_broke(&self, failure: &StepFailure) -> bool {
        if self.cancel.is_cancelled() {
            return false;
        }
        match failure {
            StepFailure::Host(error) => error.is_connection(),
            StepFailure::Nix { .. } => !self.host.is_connected().await,
            _ => false,
        }
    }
}

async fn explain(error: ProcessError, host: &dyn Host, log: &NixLog) -> StepFailure {
    let Some(command) = command_line(&error) else {
        return StepFailure::Process(Arc::new(error));
    };
    let said = match log.complaint() {
        said if said.is_empty() => error.stderr_tail().to_owned(),
        said => said,
    };
    if is_disk_full(&said) {
        let disk = disk(host).await.unwrap_or_else(|error| format!("unknown ({error})"));
        return StepFailure::DiskFull { address: host.address(), disk, said };
    }
    StepFailure::Nix { doing: format!("copying to {}", host.address()), said, command }
}

fn is_disk_full(said: &str) -> bool {
    ["No space left on device", "database or disk is full", "Disk quota exceeded"]
        .iter()
        .any(|needle| said.contains(needle))
}

/// The host's file system of the store, as `df` shows it.
async fn disk(host: &dyn Host) -> Result<String, HostError> {
    let output = host.run(HostCommand::new(["df", "-P", "-h", "/nix/store"])).await?;
    let text = clean(&output.stdout);
    Ok(text.lines().last().unwrap_or_default().to_owned())
}
