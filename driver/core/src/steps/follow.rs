//! Follows an activation that goes on by itself on its host: has the host tell what is new, shows its log, finds the host
//! again when it is lost.

mod log;

use std::time::Duration;

use tokio::time::Instant;

use super::transition::start;
use super::{Show, StepFailure, Tried};
use crate::host::script::{self, Activation, Phase, Status};
use crate::host::{Host, HostCommand, HostError, Refusal};
use crate::text::clean;
use log::LogReader;

/// How long a host that stopped answering is looked for, beyond what it may need.
const LOST_LIMIT: Duration = Duration::from_secs(5 * 60);
/// From one question to the next, where a host answers at once.
const PAUSE: Duration = Duration::from_millis(400);
/// Longest pause between two attempts to reach a lost host.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long an activation may be recorded before it is worked on: longer than the host waits for that itself.
const BEGIN: Duration = Duration::from_secs(75);
/// How long nobody may be at work on one that began: the host needs a moment to take over from what was killed.
const HAND_OVER: Duration = Duration::from_secs(20);
/// How often the host is asked to begin.
const ASKS: usize = 3;
/// How long the rest of a log is read once all else is known.
const REST: Duration = Duration::from_secs(60);
/// What a host may need beyond its deadlines: killing, writing, starting.
const SLACK: Duration = Duration::from_secs(60);
/// How long a switch may say nothing before that is spoken of; then at longer and longer intervals.
const SILENCE: Duration = Duration::from_secs(20);
/// Asks what systemd is working on, without what only waits for that.
const JOBS: &str =
    r"systemctl list-jobs --no-legend --no-pager | sed -n 's/^ *[0-9]* *\([^ ]*\) *\([^ ]*\) *running *$/\1 (\2)/p'";

/// Who asked for an activation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Origin {
    /// This run, with how it stood then.
    Ours(Option<Box<Status>>),
    /// Another one, which is found under way.
    Found,
}

/// The host's last word, and the end of the log.
pub(super) type Ended = (Status, String);

/// Follows an activation to its end, and confirms it when the host waits for that.
pub(super) async fn follow(host: &dyn Host, activation: &Activation, origin: Origin, show: Show<'_>) -> Tried<Ended> {
    let (silence, log) = ((Instant::now(), SILENCE), LogReader::new(show));
    let (asks_left, next) = match origin {
        Origin::Ours(begun) => (ASKS - 1, begun.map(|status| *status)),
        Origin::Found => (0, None),
    };
    Follower { host, activation, asks_left, next, confirmation: None, silence, log }.run().await
}

struct Follower<'a> {
    host: &'a dyn Host,
    activation: &'a Activation,
    /// How often the host may still be asked to begin.
    asks_left: usize,
    /// What the host has said last, if nobody has looked at it.
    next: Option<Status>,
    /// How the last attempt to confirm ended.
    confirmation: Option<Result<(), String>>,
    /// Since when the log has not grown, and after how long that is told.
    silence: (Instant, Duration),
    log: LogReader<'a>,
}

impl Follower<'_> {
    async fn run(&mut self) -> Tried<Ended> {
        let began = Instant::now();
        let mut idle_since: Option<Instant> = None;
        loop {
            let asked = Instant::now();
            let status = match self.next.take() {
                Some(status) => status,
                None => self.status().await?,
            };
            self.log.take(&status.log);
            self.explain_silence(&status).await;
            let is_stopped = status.phase == Phase::Restarting && status.was_restarted && !status.is_running;
            if (status.phase == Phase::Unknown || is_stopped) && self.asks_left > 0 {
                self.asks_left -= 1;
                // The connection broke before the host began, or a boot on trial ended on a system that does not know of it; the
                // host knows what it has begun by its nonce.
                self.next = start(self.host, self.activation).await?;
                continue;
            }
            if status.phase == Phase::AwaitingConfirmation && status.is_running {
                self.confirm().await;
                if self.next.is_some() {
                    continue;
                }
            }
            let is_idle = !status.is_running && !status.phase.is_final();
            idle_since = is_idle.then(|| idle_since.unwrap_or_else(Instant::now));
            let patience = match status.phase {
                Phase::Restarting if !status.was_restarted => self.activation.restart_limit.unwrap_or(BEGIN),
                Phase::Prepared | Phase::Restarting => BEGIN,
                _ => HAND_OVER,
            };
            let is_late = idle_since.is_some_and(|since| since.elapsed() > patience);
            let is_dead = is_late || is_idle && status.was_restarted && !is_stopped;
            if status.phase.is_final() || is_dead {
                return self.end(status).await;
            }
            if began.elapsed() > deadline(self.activation) {
                let (address, limit) = (self.host.address(), deadline(self.activation).as_secs());
                let (phase, record) = (status.phase, record(self.activation));
                return Err(StepFailure::Because(format!(
                    "the activation on {address} has not ended within {limit} s and is still in the phase {phase}; it goes on there by itself\n  help: look there at {record} and for what keeps it, then deploy again"
                )));
            }
            // Where there is more of the log already, it is read without a pause.
            if status.log.len() < script::LOG_PIECE || self.log.is_full() {
                tokio::time::sleep_until(asked + PAUSE).await;
            }
        }
    }

    /// Says what a switch is waiting for that has not said anything for long.
    async fn explain_silence(&mut self, status: &Status) {
        if !status.log.is_empty() || !status.phase.is_at_work() {
            self.silence = (Instant::now(), SILENCE);
            return;
        }
        let so_far = self.silence.0.elapsed();
        if so_far < self.silence.1 {
            return;
        }
        self.silence.1 = so_far * 2;
        // Only to help: that the host cannot say it is no failure of the activation.
        let asked = self.host.run(HostCommand::new(["sh", "-c", JOBS])).await;
        let jobs = asked.map(|said| clean(&said.stdout)).unwrap_or_default();
        let what = match jobs.trim_end() {
            "" => "systemd starts and stops nothing at this moment".to_owned(),
            jobs => format!("systemd is at work on {}", jobs.replace('\n', ", ")),
        };
        (self.log.show)(format!("no output for {} s; {what}", so_far.as_secs()));
    }

    /// Confirms over a new connection. The host decides what becomes of it, so a failure is only told.
    async fn confirm(&mut self) {
        if self.confirmation == Some(Ok(())) {
            return;
        }
        let result = match script::confirm(self.host, &self.activation.nonce, self.log.offset).await {
            // It has gone on meanwhile; the next look says where to.
            Err(HostError::Refused { refusal, .. }) if *refusal == Refusal::NotWaiting => return,
            result => result.map(|status| self.next = Some(status)).map_err(|error| error.to_string()),
        };
        if let Err(error) = &result
            && self.confirmation.as_ref() != Some(&result)
        {
            let what = "the host does not take a new connection; it rolls back on its own unless it does soon";
            (self.log.show)(format!("{what}: {error}"));
        }
        self.confirmation = Some(result);
    }

    /// The rest of the log, which may be longer than one answer, as far as it comes in time.
    async fn end(&mut self, mut status: Status) -> Tried<Ended> {
        let since = Instant::now();
        let has_more = |status: &Status| status.log.len() >= script::LOG_PIECE;
        while has_more(&status) && !self.log.is_full() && since.elapsed() < REST {
            status = self.status().await?;
            self.log.take(&status.log);
        }
        if has_more(&status) {
            self.log.cut();
        }
        self.log.flush();
        if let Some(Err(error)) = &self.confirmation
            && status.phase != Phase::Confirmed
        {
            status.message = format!("{}\n  the last attempt: {error}", status.message);
        }
        Ok((status, self.log.tail.text()))
    }

    /// Asks the host, as long as it may be lost.
    async fn status(&mut self) -> Tried<Status> {
        let since = Instant::now();
        let mut pause = Duration::from_secs(1);
        let nonce = &self.activation.nonce;
        loop {
            let told = matches!(self.confirmation, Some(Ok(()))).then_some(Phase::AwaitingConfirmation);
            let error = match script::news(self.host, nonce, self.log.offset, told).await {
                Ok(status) => return Ok(status),
                Err(error) if error.is_connection() => error,
                Err(error) => return Err(error.into()),
            };
            if since.elapsed() > lost_limit(self.activation) {
                let (limit, record) = (lost_limit(self.activation).as_secs(), record(self.activation));
                let address = self.host.address();
                return Err(StepFailure::Because(format!(
                    "{address} has not answered for {limit} s since the activation began; it goes on there by itself\n  last error: {error}\n  help: deploy again when the host answers, or look there at {record}"
                )));
            }
            let seconds = pause.as_secs();
            (self.log.show)(format!("lost the connection; the activation goes on there, trying again in {seconds} s"));
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Going there, the profile and the boot entry, the same back, and then some.
fn deadline(activation: &Activation) -> Duration {
    activation.limit * 6 + activation.patience() + 3 * SLACK
}

/// A host that cut its own network comes back by itself within this.
fn lost_limit(activation: &Activation) -> Duration {
    LOST_LIMIT.min(activation.limit) + activation.patience() + SLACK
}

/// Where the host keeps what it does.
fn record(activation: &Activation) -> String {
    format!("{}/{}", script::DEPLOYS, activation.nonce)
}

#[cfg(test)]
mod tests;
