//! Follows an activation that goes on by itself on its host: polls, shows its log, finds the host again when it is lost.

use std::time::{Duration, Instant};

use super::StepFailure;
use crate::host::script::{self, Activation, Phase, Status};
use crate::host::{Host, HostError, Refusal};
use crate::process::Tail;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(400);
/// Longest pause between two attempts to reach a lost host.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long an activation may be recorded without being worked on: the host needs a moment to start it.
const START: Duration = Duration::from_secs(20);
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
        let Activation {
            limit,
            confirm_limit,
            health,
            ..
        } = self.activation;
        *limit * 6 + health.limit() + *confirm_limit + 3 * SLACK
    }

    /// A host that cut its own network comes back by itself within this.
    fn lost_limit(&self) -> Duration {
        let Activation {
            limit,
            confirm_limit,
            health,
            ..
        } = self.activation;
        self.lost_limit.min(*limit) + health.limit() + *confirm_limit + SLACK
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

/// Asks the host to begin. That it has begun already is what was asked for.
pub(super) async fn start(host: &dyn Host, activation: &Activation) -> Result<(), HostError> {
    match script::activate(host, activation).await {
        Err(HostError::Refused { refusal, .. }) if *refusal == Refusal::Known => Ok(()),
        result => result,
    }
}

/// Follows an activation to its end, and confirms it when the host waits for that.
pub(super) async fn follow(
    host: &dyn Host,
    course: Course<'_>,
    on_line: impl FnMut(String) + Send,
) -> Result<Ended, StepFailure> {
    let mut follower = Follower {
        host,
        course,
        confirmation: None,
        log: LogReader {
            offset: 0,
            partial: Vec::new(),
            tail: Tail::default(),
            on_line,
        },
    };
    follower.run().await
}

struct Follower<'a, F> {
    host: &'a dyn Host,
    course: Course<'a>,
    /// How the last attempt to confirm ended.
    confirmation: Option<Result<(), String>>,
    log: LogReader<F>,
}

impl<F: FnMut(String) + Send> Follower<'_, F> {
    async fn run(&mut self) -> Result<Ended, StepFailure> {
        let began = Instant::now();
        let mut idle_since: Option<Instant> = None;
        let mut may_ask_again = self.course.origin == Origin::Ours;
        loop {
            let status = self.status().await?;
            self.log.take(&status.log);
            if status.phase == Phase::Unknown && may_ask_again {
                // The connection broke before the host began: nothing happened, so asking again is safe.
                may_ask_again = false;
                start(self.host, self.course.activation).await?;
                continue;
            }
            if status.phase == Phase::AwaitingConfirmation && status.is_running {
                self.confirm().await;
            }
            let is_idle = !status.is_running && !status.phase.is_final();
            idle_since = is_idle.then(|| idle_since.unwrap_or_else(Instant::now));
            let is_late = idle_since.is_some_and(|since| since.elapsed() > START);
            let is_dead = is_late || is_idle && status.was_restarted;
            if status.phase.is_final() || is_dead {
                return self.end(status).await;
            }
            if began.elapsed() > self.course.deadline() {
                return Err(self.overdue(status.phase));
            }
            tokio::time::sleep(PAUSE).await;
        }
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

    /// The rest of the log, which may be longer than one answer.
    async fn end(&mut self, mut status: Status) -> Result<Ended, StepFailure> {
        while !status.log.is_empty() {
            status = self.status().await?;
            self.log.take(&status.log);
        }
        self.log.flush();
        if let Some(Err(error)) = &self.confirmation
            && status.phase != Phase::Confirmed
        {
            status.message = format!("{}\n  the last attempt: {error}", status.message);
        }
        Ok(Ended {
            status,
            log: self.log.tail.text(),
        })
    }

    /// Asks the host, as long as it may be lost.
    async fn status(&mut self) -> Result<Status, StepFailure> {
        let since = Instant::now();
        let mut pause = Duration::from_secs(1);
        let nonce = &self.course.activation.nonce;
        loop {
            let error = match script::status(self.host, nonce, self.log.offset).await {
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

/// Cuts the log into lines as it grows.
struct LogReader<F> {
    offset: usize,
    partial: Vec<u8>,
    tail: Tail,
    on_line: F,
}

impl<F: FnMut(String)> LogReader<F> {
    fn take(&mut self, bytes: &[u8]) {
        self.offset += bytes.len();
        self.partial.extend_from_slice(bytes);
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            self.line(&line);
        }
    }

    fn flush(&mut self) {
        let rest = std::mem::take(&mut self.partial);
        if !rest.is_empty() {
            self.line(&rest);
        }
    }

    fn line(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).trim_end().to_owned();
        self.tail.push(&text);
        (self.on_line)(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_pieces_becomes_whole_lines() {
        let mut lines = Vec::new();
        let mut reader = LogReader {
            offset: 0,
            partial: Vec::new(),
            tail: Tail::default(),
            on_line: |line| lines.push(line),
        };
        for piece in [b"on".as_slice(), b"e\ntwo\nthr", b"ee\xc3", b"\xa4", b""] {
            reader.take(piece);
        }
        reader.flush();
        assert_eq!(reader.offset, "one\ntwo\nthreeä".len());
        assert_eq!(reader.tail.text(), "one\ntwo\nthreeä");
        assert_eq!(lines, ["one", "two", "threeä"]);
    }
}
