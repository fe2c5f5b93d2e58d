//! The gates of a rollout: takes its lock, looks how its nodes stand, takes nodes back, lets the next batch begin, waits for
//! approval. What is decided is the rollout's; here it is carried out.

mod begin;
mod end;
mod pause;
mod revert;

use super::StepFailure;
use super::runner::StepRunner;
use crate::event::StepResult;
use crate::host::HostError;
use crate::plan::{Rollout, Step};
use crate::rollout::{Course, Decision};

/// A gate of a rollout.
pub(super) struct Gate<'a> {
    /// Carries out steps.
    pub runner: &'a StepRunner,
    /// The id of the step.
    pub step: &'a str,
    /// The id of the rollout.
    pub id: &'a str,
    /// The batch before it, counted from 1.
    pub batch: usize,
    /// What Nix decided.
    pub rollout: &'a Rollout,
}

/// Decides whether a rollout goes on.
pub(super) async fn run(runner: &StepRunner, step: &str, planned: &Step) -> Result<StepResult, StepFailure> {
    let id = planned.rollout.as_deref().unwrap_or_default();
    let Some(rollout) = runner.parts.plan.rollouts.get(id) else {
        return Err(StepFailure::Plan(format!("the plan has no rollout {id:?}")));
    };
    let gate = Gate { runner, step, id, batch: planned.batch.unwrap_or_default(), rollout };
    if gate.batch == 0
        && let Err(failure) = gate.begin().await
    {
        gate.with_course(|course| course.stop("it could not begin".to_owned()));
        return Err(failure);
    }
    let decided = |course: &mut Course| (course.decide(gate.batch), course.to_revert(gate.batch));
    let Some((decision, revert)) = gate.with_course(decided) else {
        return Err(StepFailure::Plan(format!("no node of the rollout {id:?} is selected")));
    };
    let reverted = gate.take_back(&revert).await;
    if !reverted.failed.is_empty() {
        let cause = match &decision {
            Decision::Abort(why) => Some(why.as_str()),
            _ => None,
        };
        return Err(gate.revert_failed(cause, &reverted));
    }
    match decision {
        Decision::GoOn => Ok(StepResult::Done(gate.passed())),
        Decision::Pause(pause) => gate.wait(pause).await,
        Decision::Finish => gate.finish().await,
        Decision::Abort(why) => gate.abort(&why, &reverted).await,
    }
}

impl Gate<'_> {
    fn with_course<T>(&self, ask: impl FnOnce(&mut Course) -> T) -> Option<T> {
        self.runner.rollouts.course(self.id).map(|mut course| ask(&mut course))
    }

    fn nodes(&self) -> Vec<String> {
        self.with_course(|course| course.rollout().nodes.clone()).unwrap_or_default()
    }

    fn say(&self, line: String) {
        self.runner.show(self.step, line);
    }

    /// What the coordinator could not write down costs a later deploy a question, and this one nothing.
    fn tell(&self, result: Result<(), HostError>) {
        if let Err(error) = result {
            self.say(format!("the coordinator could not take note of it: {error}"));
        }
    }

    fn passed(&self) -> String {
        match self.batch {
            0 => format!("{} may begin", self.rollout.name()),
            batch => match self.with_course(|course| course.failures()) {
                Some(failed) if !failed.is_empty() => {
                    format!("batch {batch} has ended; failed so far, as allowed: {}", failed.join(", "))
                }
                _ => format!("batch {batch} is healthy"),
            },
        }
    }
}
