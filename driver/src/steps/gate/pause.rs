//! The gate after a batch that waits for approval.

use super::Gate;
use super::revert::Reverted;
use crate::event::{Event, StepResult};
use crate::host::HostError;
use crate::host::script::rollout::{self, Left, Waiting};
use crate::plan::Pause;
use crate::steps::StepFailure;
use crate::steps::approval::{Answer, Wait};
use crate::steps::coordinator::lost_lock;

impl Gate<'_> {
    pub(super) async fn wait(&self, pause: Pause) -> Result<StepResult, StepFailure> {
        let (host, digest) = {
            let leases = self.runner.leases.lock().await;
            let Some(leases) = leases.get(self.id) else {
                return Err(StepFailure::Plan(format!("the rollout {} has no lock", self.id)));
            };
            (leases.coordinator.clone(), leases.digest.clone())
        };
        let wait = Wait {
            runner: self.runner,
            rollout: (self.id, self.rollout),
            host: &*host,
            waiting: Waiting {
                digest: digest.clone(),
                batch: self.batch,
                deployer: self.runner.parts.settings.deployer.clone(),
                since: String::new(),
            },
            pause,
        };
        let waited = async {
            let answer = wait.run().await?;
            if matches!(answer, Answer::Approved(_)) {
                let nonce = &self.runner.parts.settings.nonce;
                rollout::clear(&*host, self.id, nonce, &digest).await?;
            }
            Ok::<_, HostError>(answer)
        };
        let goes_on = match waited.await {
            Ok(Answer::Approved(how)) => how,
            Ok(Answer::Late) if self.with_course(|course| course.promotes_itself()) == Some(true) => {
                format!("nobody objected within {} s", pause.deadline)
            }
            Ok(Answer::Late) => return Ok(self.left_paused(&digest).await),
            Ok(Answer::Interrupted) => {
                self.with_course(|course| {
                    course.pause("interrupted while waiting for approval".to_owned());
                });
                return Err(StepFailure::Interrupted);
            }
            Ok(Answer::Lost(why)) => return self.abort(&why, &Reverted::default()).await,
            Err(error) if error.is_lease_lost() => {
                let why = lost_lock(self.id, &error);
                self.with_course(|course| course.lost(why.clone()));
                return self.abort(&why, &Reverted::default()).await;
            }
            Err(error) => return Err(error.into()),
        };
        self.with_course(|course| course.resume());
        self.runner.parts.events.send(Event::Resumed { rollout: self.id.to_owned(), detail: goes_on.clone() });
        Ok(StepResult::Done(format!("{}; {goes_on}", self.passed())))
    }

    /// Nobody approved in time: it stays as it is, and a later deploy of the same plan goes on from here.
    async fn left_paused(&self, digest: &str) -> StepResult {
        let why = format!(
            "waits for approval after batch {}: netlib approve {}, then deploy again (plan {digest})",
            self.batch, self.id
        );
        self.with_course(|course| course.pause(why.clone()));
        self.runner.release(self.id, Left::Open).await;
        StepResult::Aborted(why)
    }
}
