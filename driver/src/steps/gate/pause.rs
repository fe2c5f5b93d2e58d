//! The gate after a batch that waits for approval.

use super::Gate;
use crate::event::Event;
use crate::host::script::rollout::{self, Waiting};
use crate::plan::Pause;
use crate::schedule::StepOutcome;
use crate::steps::StepFailure;
use crate::steps::approval::{Answer, Wait};

impl Gate<'_> {
    pub(super) async fn wait(&self, pause: Pause) -> Result<StepOutcome, StepFailure> {
        let (host, digest) = {
            let leases = self.runner.leases.lock().await;
            let Some(lease) = leases.get(self.id) else {
                return Err(StepFailure::Plan(format!(
                    "the rollout {} has no lock",
                    self.id
                )));
            };
            (lease.host.clone(), lease.digest.clone())
        };
        let parts = &self.runner.parts;
        let wait = Wait {
            host: &*host,
            id: self.id,
            waiting: Waiting {
                digest: digest.clone(),
                batch: self.batch,
                deployer: parts.settings.deployer.clone(),
                since: String::new(),
            },
            pause,
            prompt: parts.settings.prompt,
        };
        let answer = wait.run(&parts.events, &parts.settings.cancel).await?;
        let goes_on = match answer {
            Answer::Approved(by) => format!("approved by {by}"),
            Answer::Late if self.with_course(|course| course.promotes_itself()) == Some(true) => {
                format!("nobody objected within {} s", pause.deadline)
            }
            Answer::Late => return Ok(self.left_paused(&digest).await),
            Answer::Interrupted => {
                self.with_course(|course| {
                    course.pause("interrupted while waiting for approval".to_owned())
                });
                return Err(StepFailure::Interrupted);
            }
        };
        self.tell(rollout::resume(&*host, self.id).await);
        self.with_course(|course| course.resume());
        parts.events.send(Event::Resumed {
            rollout: self.id.to_owned(),
            detail: goes_on.clone(),
        });
        Ok(StepOutcome::Done(format!("{}; {goes_on}", self.passed())))
    }

    /// Nobody approved in time: it stays as it is, and a later deploy of the same plan goes on from here.
    async fn left_paused(&self, digest: &str) -> StepOutcome {
        let why = format!(
            "waits for approval after batch {}: netlib approve {}, then deploy again (plan {digest})",
            self.batch, self.id
        );
        self.with_course(|course| course.pause(why.clone()));
        self.runner.release(self.id).await;
        StepOutcome::Aborted(why)
    }
}
