//! Follows an activation that goes on by itself on its host: has the host tell what is new, shows its log, finds the host
//! again when it is lost.

mod log;
mod silence;

use std::time::Duration;

use tokio::time::Instant;

use super::StepFailure;
use crate::host::script::{self, Activation, Phase, Status};
use crate::host::{Host, HostError, Refusal};
use log::LogReader;
use silence::Silence;

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

/// An activation that is to be followed.
#[derive(Clone, Copy)]
pub(super) struct Course<'a> {
    /// What was asked for.
    pub activation: &'a Activation,
    /// Who asked.
    pub origin: Origin,
    /// How long a host that does not answer is looked for, beyond what it may need.
    pub lost_limit: Duration,
}

/// Who asked for an activation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Origin {
    /// This run.
    Ours,
    /// Another one, which is found under way.
    Found,
}

impl Course<'_> {
    /// Going there, the profile and the boot entry, the same back, and then some.
    fn deadline(&self) -> Duration {
        self.activation.limit * 6 + self.activation.patience() + 3 * SLACK
    }

    /// A host that cut its own network comes back by itself within this.
    fn lost_limit(&self) -> Duration {
        self.lost_limit.min(self.activation.limit) + self.activation.patience() + SLACK
    }
}

/// How an activation ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The host's last word.
    pub status: Status,
    /// The end of the log.
    pub log: String,
}

/// Asks the host to begin. That it has begun already is what was asked for; where the connection broke it may have, so
/// looking comes before asking again.
pub(super) async fn start(host: &dyn Host, activation: &Activation) -> Result<(), HostError> {
    match script::activate(host, activation).await {
        Err(HostError::Refused { refusal, .. }) if *refusal == Refusal::Known => Ok(()),
        Err(error) if error.is_connection() => Ok(()),
        result => result,
    }
}

/// Follows an activation to its end, and confirms it when the host waits for that.
pub(super) async fn follow(
    host: &dyn Host,
    course: Course<'_>,
    on_line: impl FnMut(String) + Send,
) -> Result<Ended, StepFailure> {
    let mut follower =
        Follower { host, course, confirmation: None, silence: Silence::from_now(), log: LogReader::new(on_line) };
    follower.run().await
}

struct Follower<'a, F> {
    host: &'a dyn Host,
    course: Course<'a>,
    /// How the last attempt to confirm ended.
    confirmation: Option<Result<(), String>>,
    silence: Silence,
    log: LogReader<F>,
}

impl<F: FnMut(String) + Send> Follower<'_, F> {
    async fn run(&mut self) -> Result<Ended, StepFailure> {
        let began = Instant::now();
        let mut idle_since: Option<Instant> = None;
        let mut asks_left = match self.course.origin {
            Origin::Ours => ASKS - 1,
            Origin::Found => 0,
        };
        loop {
            let asked = Instant::now();
            let status = self.status().await?;
            self.log.take(&status.log);
            self.explain_silence(&status).await;
            if status.phase == Phase::Unknown && asks_left > 0 {
                asks_left -= 1;
                // The connection broke before the host began; it knows what it has begun by its nonce.
                start(self.host, self.course.activation).await?;
                continue;
            }
            if status.phase == Phase::AwaitingConfirmation && status.is_running {
                self.confirm().await;
            }
            let is_idle = !status.is_running && !status.phase.is_final();
            idle_since = is_idle.then(|| idle_since.unwrap_or_else(Instant::now));
            let patience = match status.phase {
                Phase::Prepared => BEGIN,
                _ => HAND_OVER,
            };
            let is_late = idle_since.is_some_and(|since| since.elapsed() > patience);
            let is_dead = is_late || is_idle && status.was_restarted;
            if status.phase.is_final() || is_dead {
                return self.end(status).await;
            }
            if began.elapsed() > self.course.deadline() {
                return Err(self.overdue(status.phase));
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
            self.silence = Silence::from_now();
            return;
        }
        let Some(seconds) = self.silence.is_to_be_told() else {
            return;
        };
        // Only to help: that the host cannot say it is no failure of the activation.
        let jobs = script::jobs(self.host).await.unwrap_or_default();
        let what = match jobs.as_slice() {
            [] => "systemd starts and stops nothing at this moment".to_owned(),
            jobs => format!("systemd is at work on {}", jobs.join(", ")),
        };
        (self.log.on_line)(format!("no output for {seconds} s; {what}"));
    }

    /// Confirms over a new connection. The host decides what becomes of it, so a failure is only told.
    async fn confirm(&mut self) {
        if self.confirmation == Some(Ok(())) {
            return;
        }
        let result = match script::confirm(self.host, &self.course.activation.nonce).await {
            // It has gone on meanwhile; the next look says where to.
            Err(HostError::Refused { refusal, .. }) if *refusal == Refusal::NotWaiting => return,
            result => result.map_err(|error| error.to_string()),
        };
        if let Err(error) = &result
            && self.confirmation.as_ref() != Some(&result)
        {
            (self.log.on_line)(format!(
                "the host does not take a new connection; it goes back by itself unless it does soon: {error}"
            ));
        }
        self.confirmation = Some(result);
    }

    /// The rest of the log, which may be longer than one answer, as far as it comes in time.
    async fn end(&mut self, mut status: Status) -> Result<Ended, StepFailure> {
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
        Ok(Ended { status, log: self.log.tail.text() })
    }

    /// Asks the host, as long as it may be lost.
    async fn status(&mut self) -> Result<Status, StepFailure> {
        let since = Instant::now();
        let mut pause = Duration::from_secs(1);
        let nonce = &self.course.activation.nonce;
        loop {
            let told = matches!(self.confirmation, Some(Ok(()))).then_some(Phase::AwaitingConfirmation);
            let error = match script::news(self.host, nonce, self.log.offset, told).await {
                Ok(status) => return Ok(status),
                Err(error) if error.is_connection() => error,
                Err(error) => return Err(error.into()),
            };
            if since.elapsed() > self.course.lost_limit() {
                return Err(self.lost(error));
            }
            (self.log.on_line)(format!(
                "lost the connection; the activation goes on there, trying again in {} s",
                pause.as_secs()
            ));
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn lost(&self, last: HostError) -> StepFailure {
        StepFailure::Lost {
            address: self.host.address(),
            after: self.course.lost_limit(),
            last: Box::new(last),
            record: self.record(),
        }
    }

    fn overdue(&self, phase: Phase) -> StepFailure {
        StepFailure::Overdue {
            address: self.host.address(),
            after: self.course.deadline(),
            phase,
            record: self.record(),
        }
    }

    fn record(&self) -> String {
        format!("{}/{}", script::DEPLOYS, self.course.activation.nonce)
    }
}

#[cfg(test)]
mod tests;
