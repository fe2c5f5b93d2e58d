//! Copies a closure to a host, over the connection that is open already.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::failure::indented;
use super::nix_log::{FORMAT, NixLog};
use super::{Show, StepFailure, Tried};
use crate::host::{Host, HostCommand, SshHost};
use crate::nix::FEATURES;
use crate::process::{End, LogLimit};
use crate::text::clean;

/// Before each further attempt after the connection broke.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// What says that a host has no room.
const FULL: [&str; 3] = ["No space left on device", "database or disk is full", "Disk quota exceeded"];

/// Copies the closure of a path; returns how many paths went over. A host with the deployer's own store needs none.
/// What arrived before the connection broke is not copied again.
pub async fn copy(host: &dyn Host, path: &str, cancel: &CancellationToken, show: Show<'_>) -> Tried<Option<usize>> {
    let Some(host) = host.ssh() else {
        return Ok(None);
    };
    let mut pauses = PAUSES.iter();
    let mut first = None;
    loop {
        let failure = match attempt(host, path, cancel, show).await {
            Ok(copied) => return Ok(Some(copied)),
            Err(failure) => failure,
        };
        // Whether the way to the host is at fault, and not the host or what is copied.
        let broke = match &failure {
            StepFailure::Host(error) => error.is_connection(),
            StepFailure::Nix(_) => !host.is_connected().await,
            _ => false,
        };
        // That it could not be connected to again says less than what happened first.
        let failure = first.get_or_insert(failure);
        let Some(pause) = pauses.next().filter(|_| broke && !cancel.is_cancelled()) else {
            return Err(failure.clone());
        };
        show(format!("the connection broke; copying the rest in {} s", pause.as_secs()));
        cancel.run_until_cancelled(tokio::time::sleep(*pause)).await;
        // The connection is made again by this; what is wrong with it says the attempt.
        let _ = host.run(HostCommand::new(["true"])).await;
    }
}

async fn attempt(host: &SshHost, path: &str, cancel: &CancellationToken, show: Show<'_>) -> Tried<usize> {
    let _one_at_a_time = host.copying.lock().await;
    loop {
        let mut store = host.store().await?;
        let command = store.nix(FEATURES).arg("copy").args(FORMAT).args(["--no-check-sigs", "--to", &store.url, path]);
        let command = command.cancel_on(cancel);
        let (mut log, mut limit) = (NixLog::default(), LogLimit::default());
        // What the host has Nix say may be without end.
        let (url, address) = (store.url.clone(), host.address());
        let read = |line: &str| {
            log.read(&line.replace(&url, &address)).and_then(|line| limit.admit(line)).into_iter().for_each(show)
        };
        let Err(error) = command.stream_stderr(read).await else {
            return Ok(log.copied_paths);
        };
        // Not every host has a daemon, lets its socket be reached, or has it take what nobody signed.
        // One that let the time pass would do so again.
        if store.is_shared() && !cancel.is_cancelled() && !matches!(error.end, End::TimedOut(_)) {
            host.lacks_daemon.store(true, Ordering::Relaxed);
            continue;
        }
        store.last_words().await.lines().for_each(|line| drop(log.read(line)));
        let (said, what) = (log.complaint(), format!("copying to {address}"));
        return Err(match FULL.iter().any(|words| said.contains(words)) {
            true => is_full(host, &said).await,
            false => log.failure(&what, error),
        });
    }
}

async fn is_full(host: &dyn Host, said: &str) -> StepFailure {
    // As `df` shows the host's file system of the store.
    let disk = host.run(HostCommand::new(["df", "-P", "-h", "/nix/store"])).await.map(|said| clean(&said.stdout));
    let disk = disk.unwrap_or_else(|error| format!("unknown ({error})"));
    let disk = disk.lines().last().unwrap_or_default();
    StepFailure::Because(format!(
        "no space left on {}\n  file system: {disk}\n  help: make room there, for example with `nix-collect-garbage -d`, then deploy again; nothing was activated\n  nix said:{}",
        host.address(),
        indented(said)
    ))
}
