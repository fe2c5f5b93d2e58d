//! The gate after a batch that waits for approval: by `netlib approve`, from anywhere.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::Gate;
use super::revert::Reverted;
use crate::event::{Event, StepResult};
use crate::host::script::rollout::{self, Approval, Left, Waiting};
use crate::host::{Host, HostError};
use crate::rollout::Stop;
use crate::steps::coordinator::lost_lock;
use crate::steps::signature::Statement;
use crate::steps::{StepFailure, Tried};

/// Between two looks at the coordinator.
const LOOK: Duration = Duration::from_secs(1);

impl Gate<'_> {
    /// Waits for approval of exactly this plan.
    pub(super) async fn wait(&self, seconds: u64) -> Tried<StepResult> {
        let (host, waiting) = {
            let leases = self.runner.leases.lock().await;
            let Some(leases) = leases.get(self.id) else {
                return Err(StepFailure::Because(format!("the rollout {} has no lock", self.id)));
            };
            let (digest, deployer) = (leases.holder.digest.clone(), self.runner.parts.settings.deployer.clone());
            let since = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
            (leases.coordinator.clone(), Waiting { digest, batch: self.batch, deployer, since })
        };
        let goes_on = match self.approved(&*host, &waiting, seconds).await {
            Ok(Some(how)) => how,
            Ok(None) if self.state().promotes_itself() => format!("nobody objected within {seconds} s"),
            Ok(None) => return Ok(self.left_paused(&waiting.digest).await),
            Err(failure) => {
                match &failure {
                    StepFailure::Interrupted => {
                        self.state().end(Stop::Paused, "interrupted while waiting for approval".to_owned());
                    }
                    StepFailure::Host(error) if error.is_lease_lost() => {
                        self.state().end(Stop::Lost, lost_lock(self.id, error));
                    }
                    _ => {}
                }
                return match self.lost() {
                    Some(why) => self.abort(&why, &Reverted::default()).await,
                    None => Err(failure),
                };
            }
        };
        self.state().resume();
        self.runner.parts.events.send(Event::Resumed { rollout: self.id.to_owned(), detail: goes_on.clone() });
        Ok(StepResult::Done(format!("{}; {goes_on}", self.passed())))
    }

    /// Who approved, and how that is known; nothing when nobody did in time.
    async fn approved(&self, host: &dyn Host, waiting: &Waiting, seconds: u64) -> Tried<Option<String>> {
        let settings = &self.runner.parts.settings;
        rollout::wait(host, self.id, &settings.nonce, &waiting.digest, Some(waiting)).await?;
        let mut refused = None;
        let mut approved = self.approval(host, waiting, &mut refused).await?;
        if approved.is_none() {
            self.runner.parts.events.send(Event::Paused {
                rollout: self.id.to_owned(),
                digest: waiting.digest.clone(),
                batch: self.batch,
                seconds,
                approvers: self.rollout.approvers.keys().cloned().collect(),
            });
        }
        let end = Instant::now() + Duration::from_secs(seconds);
        while approved.is_none() && Instant::now() < end {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = settings.cancel.cancelled() => return Err(StepFailure::Interrupted),
            }
            if let Some(why) = self.lost() {
                return Err(StepFailure::Because(why));
            }
            approved = self.approval(host, waiting, &mut refused).await?;
        }
        if approved.is_some() {
            rollout::wait(host, self.id, &settings.nonce, &waiting.digest, None).await?;
        }
        Ok(approved)
    }

    /// Whether the coordinator has an approval of this plan, and who says so. What it has is only its claim, unless it is
    /// signed. `refused` is the last one that did not count.
    async fn approval(
        &self,
        host: &dyn Host,
        waiting: &Waiting,
        refused: &mut Option<Approval>,
    ) -> Result<Option<String>, HostError> {
        let found = match rollout::read(host, self.id).await {
            Ok(document) => document.approval,
            Err(error) if error.is_connection() => {
                tracing::debug!(%error, "the coordinator does not answer while its rollout waits");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let is_meant = |it: &Approval| it.digest == waiting.digest && it.batch >= waiting.batch;
        let Some(found) = found.filter(is_meant) else {
            return Ok(None);
        };
        let (coordinator, approvers, parts) = (host.node(), &self.rollout.approvers, &self.runner.parts);
        let statement = Statement::of(&parts.plan.network, self.id, &found);
        let signature = found.signature.as_deref().unwrap_or_default();
        let how = match statement.signer(approvers, signature, &parts.settings.run_dir).await {
            _ if approvers.is_empty() => Some(format!("approved, as {coordinator} claims, by {}", found.by)),
            signer => signer.map(|name| format!("approved by {name}")),
        };
        if how.is_some() {
            parts.records.ended(&format!("approval:{}", self.id), &found);
            return Ok(how);
        }
        if refused.as_ref() != Some(&found) {
            let (id, names) = (self.id, approvers.keys().map(String::as_str).collect::<Vec<_>>().join(", "));
            parts.events.send(Event::Warning(format!(
                "rollout {id}: an approval that {coordinator} shows is not signed by an approver ({names}), so it does not count"
            )));
            *refused = Some(found);
        }
        Ok(None)
    }

    /// Nobody approved in time: it stays as it is, and a later deploy of the same plan goes on from here.
    async fn left_paused(&self, digest: &str) -> StepResult {
        let (id, batch) = (self.id, self.batch);
        let why =
            format!("waits for approval after batch {batch}: netlib approve {id}, then deploy again (plan {digest})");
        self.state().end(Stop::Paused, why.clone());
        self.runner.release(self.id, Left::Open).await;
        StepResult::Aborted(why)
    }
}
