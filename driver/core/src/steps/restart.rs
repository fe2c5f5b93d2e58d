//! Restarts a host whose new system needs it, waits for it over new connections, and looks at what it booted.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Show, StepFailure, Tried};
use crate::host::Host;
use crate::host::script::{self, Due, Probe};
use crate::plan::ActivationOptions;

/// Between two looks at a host that is starting.
const PAUSE: Duration = Duration::from_secs(2);

/// Restarts the host for what is due, if that is wanted: what is to be said of it, if anything.
pub(super) async fn restart_if_due(
    (host, toplevel): (&dyn Host, &str),
    (options, mut due): (&ActivationOptions, Due),
    cancel: &CancellationToken,
    show: Show<'_>,
) -> Tried<String> {
    if options.restarts && !options.goal.runs() {
        due.parts += if due.parts.is_empty() { "the system itself" } else { ", the system itself" };
    }
    if options.restarts && due.closed.is_empty() && !due.parts.is_empty() {
        restart((host, toplevel), (&due.parts, Duration::from_secs(options.reboot_timeout)), cancel, show).await?;
        return Ok(format!(", restarted for {}", due.parts));
    }
    Ok(still_due(&due))
}

/// What is said where a restart is not made, or not yet.
pub(super) fn still_due(Due { parts, closed }: &Due) -> String {
    if parts.is_empty() { String::new() } else { format!("; needs a restart: {parts}{closed}") }
}

/// Restarts a host whose profile names this system, and waits until it is back with it.
pub(super) async fn restart(
    (host, toplevel): (&dyn Host, &str),
    (reasons, limit): (&str, Duration),
    cancel: &CancellationToken,
    show: Show<'_>,
) -> Tried<()> {
    show(format!("restarting the host, for {reasons}"));
    let restart = Restart { host, toplevel, limit, before: script::reboot(host, toplevel).await? };
    cancel.run_until_cancelled(restart.wait(show)).await.unwrap_or_else(|| {
        let what = "interrupted while the host was restarting, after its system was activated";
        Err(failed(what, None, "`netlib status` says what it boots"))
    })
}

struct Restart<'a> {
    host: &'a dyn Host,
    toplevel: &'a str,
    limit: Duration,
    before: String,
}

impl Restart<'_> {
    /// Waits until another boot is over, and looks what was booted; only a new connection shows that the host is back.
    async fn wait(&self, show: Show<'_>) -> Tried<()> {
        let (mut last, mut is_away) = (Err("it was not looked for".to_owned()), false);
        let waiting = async {
            loop {
                tokio::time::sleep(PAUSE).await;
                last = script::probe_anew(self.host).await.map_err(|error| format!("the last attempt: {error}"));
                if last.as_ref().is_ok_and(|probe| self.is_over(probe)) {
                    break;
                }
                if !std::mem::replace(&mut is_away, last.is_err()) && is_away {
                    show("the host is away".to_owned());
                }
            }
        };
        // What was seen last decides, whether that was in time or not.
        let _ = tokio::time::timeout(self.limit, waiting).await;
        let (limit, toplevel) = (self.limit.as_secs(), self.toplevel);
        let late = |said: &str| format!("the host did not come back within {limit} s of its restart; {said}");
        let console = "look at its console; `activation.rebootTimeout` says how long to wait";
        let (running, what, advice) = match last {
            Ok(probe) if self.is_another_boot(&probe) && self.is_good(&probe) => return Ok(()),
            Ok(probe) if self.is_another_boot(&probe) => {
                let what = format!("the host was restarted and did not come back with the new system {toplevel}");
                (Some(probe), what, "look at the host's boot loader and at `journalctl -b` there")
            }
            Ok(probe) => (Some(probe), late("it answers, but has not gone down"), console),
            Err(error) => (None, late(&error), console),
        };
        Err(failed(&what, running.as_ref(), advice))
    }

    fn is_another_boot(&self, probe: &Probe) -> bool {
        probe.boot_id.as_ref() != Some(&self.before)
    }

    fn is_over(&self, probe: &Probe) -> bool {
        // What systemd says while a boot is not over.
        let is_starting = matches!(probe.state.as_deref(), Some("initializing" | "starting"));
        self.is_another_boot(probe) && (self.is_good(probe) || !is_starting)
    }

    fn is_good(&self, probe: &Probe) -> bool {
        // What was never a NixOS does not say what it booted.
        let is_booted = probe.booted_system.as_deref().is_none_or(|booted| booted == self.toplevel);
        is_booted && probe.current_system.as_deref() == Some(self.toplevel)
    }
}

fn failed(what: &str, probe: Option<&Probe>, advice: &str) -> StepFailure {
    let name = |system: fn(&Probe) -> &Option<String>| match probe {
        Some(probe) => system(probe).as_deref().unwrap_or("no NixOS system"),
        None => "unknown",
    };
    let (booted, running) = (name(|probe| &probe.booted_system), name(|probe| &probe.current_system));
    StepFailure::Because(format!("{what}\n  booted: {booted}\n  now running: {running}\n  help: {advice}"))
}

#[cfg(test)]
mod tests;
