//! Restarts a host whose new system needs it, waits for it over new connections, and looks at what it booted.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::StepFailure;
use super::standing::Standing;
use crate::host::script::{self, Probe};
use crate::host::{Host, HostError};
use crate::plan::RebootPolicy;

/// Between two looks at a host that is starting.
const PAUSE: Duration = Duration::from_secs(2);
/// What systemd says while a boot is not over.
const STARTING: [&str; 2] = ["initializing", "starting"];

/// Restarts the host if that is wanted and needed; the text says so, and is empty otherwise.
pub(super) async fn restart_if_needed(
    cancel: &CancellationToken,
    standing: &Standing,
    on_line: impl FnMut(String) + Send,
) -> Result<String, StepFailure> {
    if standing.options.reboot == RebootPolicy::Never || !standing.options.goal.may_restart() {
        return Ok(String::new());
    }
    let (host, toplevel) = (&*standing.host, &standing.toplevel.out_path);
    let mut reasons = script::reboot_needed(host, toplevel).await?;
    if standing.options.goal.waits_for_boot() {
        reasons.push("the system itself".to_owned());
    }
    if reasons.is_empty() {
        return Ok(String::new());
    }
    let reasons = reasons.join(", ");
    restart((host, toplevel), (&reasons, standing.options.reboot_limit()), cancel, on_line).await?;
    Ok(format!(", restarted for {reasons}"))
}

/// Restarts a host whose profile names this system, and waits until it is back with it.
pub(super) async fn restart(
    (host, toplevel): (&dyn Host, &str),
    (reasons, limit): (&str, Duration),
    cancel: &CancellationToken,
    mut on_line: impl FnMut(String) + Send,
) -> Result<(), StepFailure> {
    on_line(format!("restarting the host, for {reasons}"));
    let restart = Restart { host, toplevel, limit, before: script::reboot(host, toplevel).await? };
    tokio::select! {
        probe = restart.wait(on_line) => restart.judge(probe?),
        () = cancel.cancelled() => Err(restart.left()),
    }
}

struct Restart<'a> {
    host: &'a dyn Host,
    toplevel: &'a str,
    limit: Duration,
    before: String,
}

impl Restart<'_> {
    /// Waits until another boot is over; only a new connection shows that the host is back.
    async fn wait(&self, mut on_line: impl FnMut(String) + Send) -> Result<Probe, StepFailure> {
        let since = Instant::now();
        let mut last = None;
        while since.elapsed() < self.limit {
            tokio::time::sleep(PAUSE.min(self.limit)).await;
            let left = self.limit.saturating_sub(since.elapsed());
            match tokio::time::timeout(left, script::probe_anew(self.host)).await {
                Err(_) => break,
                Ok(Ok(probe)) if self.is_over(&probe) => return Ok(probe),
                Ok(Ok(probe)) => last = Some(Ok(probe)),
                Ok(Err(error)) => {
                    if !matches!(last, Some(Err(_))) {
                        on_line("the host is away".to_owned());
                    }
                    last = Some(Err(error));
                }
            }
        }
        match last {
            Some(Ok(probe)) if probe.boot_id.as_ref() != Some(&self.before) => Ok(probe),
            other => Err(self.overdue(other)),
        }
    }

    fn is_over(&self, probe: &Probe) -> bool {
        let is_starting = |state: &str| STARTING.contains(&state);
        probe.boot_id.as_ref() != Some(&self.before)
            && (self.is_good(probe) || !probe.state.as_deref().is_some_and(is_starting))
    }

    fn is_good(&self, probe: &Probe) -> bool {
        let wanted = Some(self.toplevel);
        // What was never a NixOS does not say what it booted.
        let booted = probe.booted_system.as_deref();
        probe.current_system.as_deref() == wanted && (booted.is_none() || booted == wanted)
    }

    fn judge(&self, probe: Probe) -> Result<(), StepFailure> {
        if self.is_good(&probe) {
            return Ok(());
        }
        let name = |system: Option<String>| system.unwrap_or_else(|| "no NixOS system".to_owned());
        Err(StepFailure::Restart {
            message: format!("the host was restarted and did not come back with the new system {}", self.toplevel),
            booted: name(probe.booted_system),
            running: name(probe.current_system),
            advice: "look at the host's boot loader and at `journalctl -b` there".to_owned(),
        })
    }

    fn overdue(&self, last: Option<Result<Probe, HostError>>) -> StepFailure {
        let (running, said) = match last {
            Some(Ok(probe)) => {
                (probe.current_system.unwrap_or_default(), "it answers, but has not gone down".to_owned())
            }
            Some(Err(error)) => ("unknown".to_owned(), format!("the last attempt: {error}")),
            None => ("unknown".to_owned(), "it was not looked for".to_owned()),
        };
        StepFailure::Restart {
            message: format!("the host did not come back within {} s of its restart; {said}", self.limit.as_secs()),
            booted: "unknown".to_owned(),
            running,
            advice: "look at its console; `activation.rebootTimeout` says how long to wait".to_owned(),
        }
    }

    fn left(&self) -> StepFailure {
        StepFailure::Restart {
            message: "interrupted while the host was restarting, after its system was activated".to_owned(),
            booted: "unknown".to_owned(),
            running: "unknown".to_owned(),
            advice: "`netlib status` says what it boots".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
