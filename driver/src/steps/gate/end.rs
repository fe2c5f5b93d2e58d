//! How a rollout ends at a gate.

use super::Gate;
use super::revert::Reverted;
use crate::event::StepResult;
use crate::host::script::rollout::{self, Left};
use crate::steps::StepFailure;

impl Gate<'_> {
    pub(super) async fn finish(&self) -> Result<StepResult, StepFailure> {
        self.forget().await;
        let report = self.with_course(|course| course.report());
        Ok(StepResult::Done(report.map(|report| report.detail).unwrap_or_default()))
    }

    pub(super) async fn abort(&self, why: &str, reverted: &Reverted) -> Result<StepResult, StepFailure> {
        // What somebody else has taken over is not ours to forget.
        let is_lost = self.with_course(|course| course.is_lost()) == Some(true);
        if self.rollout.irreversible || is_lost {
            self.runner.release(self.id, Left::Open).await;
        } else {
            self.forget().await;
        }
        Err(StepFailure::Rollout(self.told(why, reverted)))
    }

    /// Nothing is left to go on with.
    async fn forget(&self) {
        if let Some(leases) = self.runner.leases.lock().await.get(self.id) {
            let (host, nonce) = (&*leases.coordinator, &leases.nonce);
            self.tell(rollout::clear(host, self.id, nonce, "").await);
        }
        self.runner.release(self.id, Left::Ended).await;
    }

    fn told(&self, why: &str, Reverted { done, left, .. }: &Reverted) -> String {
        let mut text = match self.batch {
            0 => format!("the rollout {} was not begun: {why}", self.id),
            batch => format!("the rollout {} ends after batch {batch}: {why}", self.id),
        };
        if !done.is_empty() {
            text.push_str(&format!("\n  taken back: {}", done.join(", ")));
        }
        for node in left {
            text.push_str(&format!("\n  not taken back, because of the interrupt: {node}"));
        }
        if self.rollout.irreversible {
            text.push_str("\n  it is irreversible, so nothing was taken back");
        }
        text.push_str("\n  what to do: correct the cause and deploy again; nodes that are up to date are left alone");
        text
    }

    /// A node that was to go back did not, which ends everything. What it was taken back for comes first.
    pub(super) fn revert_failed(&self, cause: Option<&str>, reverted: &Reverted) -> StepFailure {
        let Reverted { done, failed, left } = reverted;
        let names: Vec<&str> = failed.iter().map(|(node, _)| node.as_str()).collect();
        let why = format!("taking back {} failed", names.join(", "));
        let why = cause.map_or_else(|| why.clone(), |cause| format!("{cause}; {why}"));
        self.with_course(|course| course.revert_failed(why.clone()));
        let back = if done.is_empty() { String::new() } else { format!("\n  taken back: {}", done.join(", ")) };
        let not_back: Vec<&str> = names.into_iter().chain(left.iter().map(String::as_str)).collect();
        let failures: Vec<String> = failed.iter().map(|(_, it)| format!("\n  {it}")).collect();
        StepFailure::Revert(format!(
            "the rollout {} ends: {why}, so nothing more is done at all{back}\n  not taken back: {}{}",
            self.id,
            not_back.join(", "),
            failures.concat()
        ))
    }
}
