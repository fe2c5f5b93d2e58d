//! Waits until somebody approves that a rollout goes on: on this terminal, or with `netlib approve` from anywhere.

use std::io::BufRead;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::event::{Event, EventSink};
use crate::host::script::rollout::{self, Look, Waiting};
use crate::host::{Host, HostError};
use crate::plan::Pause;

/// Between two looks at the coordinator.
const LOOK: Duration = Duration::from_secs(1);

/// Where a person at the terminal answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Prompt {
    /// Nobody is there.
    #[default]
    Nobody,
    /// Lines of stdin.
    Terminal,
}

/// How a wait ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    /// Somebody approved.
    Approved(String),
    /// Nobody did in time.
    Late,
    /// The run is to end.
    Interrupted,
}

/// A rollout that waits.
pub(super) struct Wait<'a> {
    /// Its coordinator.
    pub host: &'a dyn Host,
    /// Its id.
    pub id: &'a str,
    /// What is waited with.
    pub waiting: Waiting,
    /// How long.
    pub pause: Pause,
    /// Whom to ask here.
    pub prompt: Prompt,
}

impl Wait<'_> {
    /// Waits for approval of exactly this plan.
    pub(super) async fn run(
        &self,
        events: &EventSink,
        cancel: &CancellationToken,
    ) -> Result<Answer, HostError> {
        let look = rollout::pause(self.host, self.id, &self.waiting).await?;
        if let Some(by) = self.approved(&look) {
            return Ok(Answer::Approved(by));
        }
        events.send(Event::Paused {
            rollout: self.id.to_owned(),
            digest: self.waiting.digest.clone(),
            batch: self.waiting.batch,
            seconds: self.pause.deadline,
        });
        let mut typed = typed_lines(self.prompt);
        let end = Instant::now() + self.pause.limit();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = cancel.cancelled() => return Ok(Answer::Interrupted),
                line = next(&mut typed) => if line.trim() == self.id {
                    let by = &self.waiting.deployer;
                    rollout::approve(self.host, self.id, &self.waiting.digest, by).await?;
                    return Ok(Answer::Approved(by.clone()));
                },
            }
            match rollout::look(self.host, self.id).await {
                Ok(look) => {
                    if let Some(by) = self.approved(&look) {
                        return Ok(Answer::Approved(by));
                    }
                }
                Err(error) if error.is_connection() => {
                    tracing::debug!(%error, "the coordinator does not answer while its rollout waits");
                }
                Err(error) => return Err(error),
            }
            if Instant::now() >= end {
                return Ok(Answer::Late);
            }
        }
    }

    fn approved(&self, look: &Look) -> Option<String> {
        let approval = look.approval.as_ref()?;
        let is_meant =
            approval.digest == self.waiting.digest && approval.batch >= self.waiting.batch;
        is_meant.then(|| approval.by.clone())
    }
}

type Typed = Option<broadcast::Receiver<String>>;

/// Lines of stdin, read by one thread for all who wait; it ends with the process.
fn typed_lines(prompt: Prompt) -> Typed {
    static LINES: OnceLock<broadcast::Sender<String>> = OnceLock::new();
    if prompt == Prompt::Nobody {
        return None;
    }
    let lines = LINES.get_or_init(|| {
        let (sender, _) = broadcast::channel(16);
        let lines = sender.clone();
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                // Nobody may be waiting at this moment.
                let _ = lines.send(line);
            }
        });
        sender
    });
    Some(lines.subscribe())
}

async fn next(typed: &mut Typed) -> String {
    match typed {
        Some(lines) => match lines.recv().await {
            Ok(line) => line,
            Err(broadcast::error::RecvError::Lagged(_)) => String::new(),
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}
