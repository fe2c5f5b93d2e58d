//! Waits until somebody approves that a rollout goes on: on this terminal, or with `netlib approve` from anywhere.

use std::io::BufRead;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

use super::runner::StepRunner;
use super::signature::Statement;
use crate::event::Event;
use crate::host::script::rollout::{self, Approval, Waiting};
use crate::host::{Host, HostError};
use crate::plan::{Pause, Rollout};

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
    /// Somebody approved: who, and how that is known.
    Approved(String),
    /// Nobody did in time.
    Late,
    /// The run is to end.
    Interrupted,
    /// Somebody else has the rollout now.
    Lost(String),
}

/// A rollout that waits.
pub(super) struct Wait<'a> {
    /// Carries out steps.
    pub runner: &'a StepRunner,
    /// Its id, and what Nix decided.
    pub rollout: (&'a str, &'a Rollout),
    /// Its coordinator.
    pub host: &'a dyn Host,
    /// What is waited with.
    pub waiting: Waiting,
    /// How long.
    pub pause: Pause,
}

impl Wait<'_> {
    /// Waits for approval of exactly this plan.
    pub(super) async fn run(&self) -> Result<Answer, HostError> {
        let (id, planned) = self.rollout;
        let settings = &self.runner.parts.settings;
        rollout::pause(self.host, id, &settings.nonce, &self.waiting).await?;
        let mut refused = None;
        if let Some(how) = self.approved(&mut refused).await? {
            return Ok(Answer::Approved(how));
        }
        self.runner.parts.events.send(Event::Paused {
            rollout: id.to_owned(),
            digest: self.waiting.digest.clone(),
            batch: self.waiting.batch,
            seconds: self.pause.deadline,
            approvers: planned.approvers.keys().cloned().collect(),
        });
        // Where approvals are signed, a word on the terminal is none.
        let mut typed = typed_lines(match planned.approvers.is_empty() {
            true => settings.prompt,
            false => Prompt::Nobody,
        });
        let end = Instant::now() + self.pause.limit();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = settings.cancel.cancelled() => return Ok(Answer::Interrupted),
                line = next(&mut typed) => if line.trim() == id {
                    let approval = self.approval();
                    rollout::approve(self.host, id, &approval).await?;
                    return Ok(Answer::Approved(format!("approved by {}", approval.by)));
                },
            }
            if let Some(why) = self.lost() {
                return Ok(Answer::Lost(why));
            }
            if let Some(how) = self.approved(&mut refused).await? {
                return Ok(Answer::Approved(how));
            }
            if Instant::now() >= end {
                return Ok(Answer::Late);
            }
        }
    }

    fn lost(&self) -> Option<String> {
        let course = self.runner.rollouts.course(self.rollout.0)?;
        let why = course.why().unwrap_or_default();
        course.is_lost().then(|| why.to_owned())
    }

    /// What is typed here is the deployer's own.
    fn approval(&self) -> Approval {
        Approval {
            digest: self.waiting.digest.clone(),
            batch: self.waiting.batch,
            by: self.waiting.deployer.clone(),
            signature: None,
        }
    }

    /// Whether the coordinator has an approval of this plan, and who says so. What it has is only its claim, unless it is
    /// signed. `refused` is the last one that did not count.
    async fn approved(&self, refused: &mut Option<Approval>) -> Result<Option<String>, HostError> {
        let (id, planned) = self.rollout;
        let found = match rollout::read(self.host, id).await {
            Ok(document) => document.approval,
            Err(error) if error.is_connection() => {
                tracing::debug!(%error, "the coordinator does not answer while its rollout waits");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let is_meant =
            |approval: &Approval| approval.digest == self.waiting.digest && approval.batch >= self.waiting.batch;
        let Some(found) = found.filter(is_meant) else {
            return Ok(None);
        };
        let coordinator = self.host.node();
        if planned.approvers.is_empty() {
            let how = format!("approved, as {coordinator} claims, by {}", found.by);
            return Ok(Some(how));
        }
        let parts = &self.runner.parts;
        let statement = Statement::of(&parts.plan.network, id, &found);
        let signer = match &found.signature {
            Some(signature) => {
                let dir = &parts.settings.run_dir;
                statement.signer(&planned.approvers, signature, dir).await
            }
            None => None,
        };
        if let Some(name) = signer {
            return Ok(Some(format!("approved by {name}")));
        }
        if refused.as_ref() != Some(&found) {
            let names: Vec<&str> = planned.approvers.keys().map(String::as_str).collect();
            parts.events.send(Event::Warning(format!(
                "rollout {id}: an approval that {coordinator} shows is not signed by an approver ({}), so it does not count",
                names.join(", ")
            )));
            *refused = Some(found);
        }
        Ok(None)
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
