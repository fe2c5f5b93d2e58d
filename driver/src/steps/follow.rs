//! Follows an activation that goes on by itself on its host: polls, shows its log, finds the host again when it is lost.

use std::time::{Duration, Instant};

use super::StepFailure;
use super::runner::StepRunnerParts;
use crate::host::script::{self, Activation, Phase, Status};
use crate::host::{Host, HostError, Refusal};
use crate::process::Tail;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(400);
/// Longest pause between two attempts to reach a lost host.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long an activation may be recorded without being worked on: the host needs a moment to start it.
const START: Duration = Duration::from_secs(20);

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

/// Follows an activation to its end.
pub(super) async fn follow(
    parts: &StepRunnerParts,
    host: &dyn Host,
    activation: &Activation,
    on_line: impl FnMut(String) + Send,
) -> Result<Ended, StepFailure> {
    let mut follower = Follower {
        host,
        activation,
        lost_limit: parts.settings.lost_limit,
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
    activation: &'a Activation,
    lost_limit: Duration,
    log: LogReader<F>,
}

impl<F: FnMut(String) + Send> Follower<'_, F> {
    async fn run(&mut self) -> Result<Ended, StepFailure> {
        // Two switches forth and two back at the most, and time to notice.
        let deadline = Instant::now() + self.activation.limit * 4 + Duration::from_secs(180);
        let mut idle_since: Option<Instant> = None;
        let mut is_asked_again = false;
        loop {
            let status = self.status().await?;
            self.log.take(&status.log);
            if status.phase == Phase::Unknown && !is_asked_again {
                // The connection broke before the host began: nothing happened, so asking again is safe.
                is_asked_again = true;
                start(self.host, self.activation).await?;
                continue;
            }
            let is_idle = !status.is_running && !status.phase.is_final();
            idle_since = is_idle.then(|| idle_since.unwrap_or_else(Instant::now));
            let is_late = idle_since.is_some_and(|since| since.elapsed() > START);
            let is_dead = is_late || is_idle && status.was_restarted;
            if status.phase.is_final() || is_dead || Instant::now() > deadline {
                return self.end(status).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The rest of the log, which may be longer than one answer.
    async fn end(&mut self, mut status: Status) -> Result<Ended, StepFailure> {
        while !status.log.is_empty() {
            status = self.status().await?;
            self.log.take(&status.log);
        }
        self.log.flush();
        Ok(Ended {
            status,
            log: self.log.tail.text(),
        })
    }

    /// Asks the host, as long as it may be lost.
    async fn status(&mut self) -> Result<Status, StepFailure> {
        let since = Instant::now();
        let mut pause = Duration::from_secs(1);
        loop {
            let error =
                match script::status(self.host, &self.activation.nonce, self.log.offset).await {
                    Ok(status) => return Ok(status),
                    Err(error) if error.is_connection() => error,
                    Err(error) => return Err(error.into()),
                };
            if since.elapsed() > self.lost_limit {
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
            after: self.lost_limit,
            last: Box::new(last),
            record: format!("{}/{}", script::DEPLOYS, self.activation.nonce),
        }
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
