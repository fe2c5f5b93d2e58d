//! The gates of a rollout: takes its lock, looks how its nodes stand, takes nodes back, lets the next batch begin, waits for
//! approval. What is decided is the rollout's; here it is carried out.

mod begin;
mod pause;
mod revert;

use std::sync::{Mutex, MutexGuard};

use super::runner::StepRunner;
use super::{StepFailure, Tried};
use crate::event::StepResult;
use crate::host::script::rollout::{self, Left};
use crate::lock::locked;
use crate::plan::{Rollout, Step};
use crate::rollout::{Decision, RolloutState, Stop};
use revert::Reverted;

/// A gate of a rollout.
struct Gate<'a> {
    /// Carries out steps.
    runner: &'a StepRunner,
    /// The id of the step.
    step: &'a str,
    /// The id of the rollout.
    id: &'a str,
    /// The batch before it, counted from 1.
    batch: usize,
    /// What Nix decided.
    rollout: &'a Rollout,
    /// What it has come to.
    state: &'a Mutex<RolloutState>,
}

/// Decides whether a rollout goes on.
pub(super) async fn run(runner: &StepRunner, step: &str, planned: &Step) -> Tried<StepResult> {
    let id = planned.rollout.as_deref().unwrap_or_default();
    let (Some(rollout), Some(state)) = (runner.parts.plan.rollouts.get(id), runner.rollouts.state_lock(id)) else {
        return Err(StepFailure::Because(format!("the plan has no rollout `{id}`")));
    };
    let gate = Gate { runner, step, id, batch: planned.batch.unwrap_or_default(), rollout, state };
    if gate.batch == 0
        && let Err(failure) = gate.begin().await
    {
        gate.state().end(Stop::Ended, "it could not begin".to_owned());
        return Err(failure);
    }
    let (decision, revert) = {
        let mut state = gate.state();
        (state.decide(gate.batch), state.to_revert(gate.batch))
    };
    let reverted = gate.revert(&revert).await;
    match decision {
        Decision::Abort(why) => gate.abort(&why, &reverted).await,
        _ if !reverted.failed.is_empty() => gate.abort("", &reverted).await,
        Decision::GoOn => Ok(StepResult::Done(gate.passed())),
        Decision::Pause(seconds) => gate.wait(seconds).await,
        Decision::Finish => {
            gate.forget().await;
            Ok(StepResult::Done(gate.state().report().detail))
        }
    }
}

impl Gate<'_> {
    fn state(&self) -> MutexGuard<'_, RolloutState> {
        locked(self.state)
    }

    /// Why this run does nothing more with it, where somebody else has its lock.
    fn lost(&self) -> Option<String> {
        let state = self.state();
        state.why().filter(|_| state.is(Stop::Lost)).map(str::to_owned)
    }

    fn say(&self, line: String) {
        self.runner.show(self.step, line);
    }

    fn passed(&self) -> String {
        let batch = self.batch;
        if batch == 0 {
            return format!("{} may begin", self.rollout.title);
        }
        match self.state().failures().join(", ") {
            failed if failed.is_empty() => format!("batch {batch} is healthy"),
            failed => format!("batch {batch} has ended; failed so far, as allowed: {failed}"),
        }
    }

    /// It does not go on. A node that was to roll back did not ends everything; what it was reverted for comes first.
    async fn abort(&self, why: &str, Reverted { done, failed, left }: &Reverted) -> Tried<StepResult> {
        let mut text = match self.batch {
            0 => format!("the rollout {} was not begun: {why}", self.id),
            batch => format!("the rollout {} stopped after batch {batch}: {why}", self.id),
        };
        let mut not_back: Vec<&str> = failed.iter().map(|(node, _)| node.as_str()).collect();
        let is_stuck = !failed.is_empty();
        if is_stuck {
            let what = format!("reverting {} failed", not_back.join(", "));
            let why = if why.is_empty() { what } else { format!("{why}; {what}") };
            text = format!("the rollout {} stopped: {why}, so nothing more is done at all", self.id);
            self.state().end(Stop::Stuck, why);
        } else if self.rollout.irreversible || self.lost().is_some() {
            // What somebody else has taken over is not ours to forget.
            self.runner.release(self.id, Left::Open).await;
        } else {
            self.forget().await;
        }
        if !done.is_empty() {
            text += &format!("\n  reverted: {}", done.join(", "));
        }
        not_back.extend(left.iter().map(String::as_str));
        if !not_back.is_empty() {
            let why = if is_stuck { "" } else { ", because of the interrupt" };
            text += &format!("\n  not reverted{why}: {}", not_back.join(", "));
        }
        text.extend(failed.iter().map(|(_, failure)| format!("\n  {failure}")));
        if self.rollout.irreversible {
            text += "\n  it is irreversible, so nothing was reverted";
        }
        text += "\n  help: correct the cause and deploy again; nodes that are up to date are left alone";
        Err(StepFailure::Because(text))
    }

    /// Nothing is left to go on with.
    async fn forget(&self) {
        if let Some(leases) = self.runner.leases.lock().await.get(self.id)
            && let Err(error) = rollout::wait(&*leases.coordinator, self.id, &leases.holder.nonce, "", None).await
        {
            // It costs a later deploy a question, and this one nothing.
            self.say(format!("the coordinator could not take note of it: {error}"));
        }
        self.runner.release(self.id, Left::Ended).await;
    }
}
