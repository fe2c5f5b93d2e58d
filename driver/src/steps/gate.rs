//! The gates of a rollout: takes its lock, looks how its nodes stand, lets the next batch begin, waits for approval, takes
//! nodes back. What is decided is the rollout's; here it is carried out.

use sha2::{Digest, Sha256};

use super::StepFailure;
use super::approval::{Answer, Wait};
use super::check::{Look, look};
use super::coordinator::{Lease, coordinator, no_lock};
use super::revert::take_back;
use super::runner::StepRunner;
use crate::event::Event;
use crate::host::HostError;
use crate::host::script::HealthMode;
use crate::host::script::rollout::{self, Holder, Waiting, this_process};
use crate::plan::{Pause, Rollout, Step};
use crate::rollout::{Before, Decision};
use crate::schedule::StepOutcome;

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
pub(super) async fn run(
    runner: &StepRunner,
    step: &str,
    planned: &Step,
) -> Result<StepOutcome, StepFailure> {
    let id = planned.rollout.as_deref().unwrap_or_default();
    let Some(rollout) = runner.parts.plan.rollouts.get(id) else {
        return Err(StepFailure::Plan(format!("the plan has no rollout {id:?}")));
    };
    let gate = Gate {
        runner,
        step,
        id,
        batch: planned.batch.unwrap_or_default(),
        rollout,
    };
    if gate.batch == 0
        && let Err(failure) = gate.begin().await
    {
        gate.with_course(|course| course.stop("it could not begin".to_owned()));
        return Err(failure);
    }
    let decision = gate.with_course(|course| course.decide(gate.batch));
    match decision {
        None => Err(StepFailure::Plan(format!(
            "no node of the rollout {id:?} is selected"
        ))),
        Some(Decision::GoOn) => Ok(StepOutcome::Done(gate.passed())),
        Some(Decision::Pause(pause)) => gate.wait(pause).await,
        Some(Decision::Finish) => gate.finish().await,
        Some(Decision::Abort { why, revert }) => gate.abort(&why, &revert).await,
    }
}

impl Gate<'_> {
    fn with_course<T>(&self, ask: impl FnOnce(&mut crate::rollout::Course) -> T) -> Option<T> {
        self.runner
            .rollouts
            .course(self.id)
            .map(|mut course| ask(&mut course))
    }

    fn nodes(&self) -> Vec<String> {
        self.with_course(|course| course.rollout().nodes.clone())
            .unwrap_or_default()
    }

    fn say(&self, line: String) {
        self.runner.show(self.step, line);
    }

    /// What the coordinator could not write down costs a later deploy a question, and this one nothing.
    fn tell(&self, result: Result<(), HostError>) {
        if let Err(error) = result {
            self.say(format!(
                "the coordinator could not take note of it: {error}"
            ));
        }
    }

    fn passed(&self) -> String {
        match self.batch {
            0 => format!("{} may begin", self.rollout.name()),
            batch => format!("batch {batch} is healthy"),
        }
    }

    /// Takes the lock and looks how the nodes stand before anything is done to them.
    async fn begin(&self) -> Result<(), StepFailure> {
        let parts = &self.runner.parts;
        let digest = self.digest().await;
        let no_lock = |error| no_lock(self.id, self.rollout, &error);
        let host = coordinator(&parts.hosts, self.rollout)
            .await
            .map_err(no_lock)?;
        if host.node() != self.rollout.coordinator {
            self.say(format!(
                "the coordinator `{}` does not answer; `{}` stands in for it",
                self.rollout.coordinator,
                host.node()
            ));
        }
        let settings = &parts.settings;
        let network = &parts.plan.network;
        let admitted = crate::host::script::admit(&*host, network, settings.policy).await;
        admitted.map_err(no_lock)?;
        let holder = Holder {
            nonce: settings.nonce.clone(),
            deployer: settings.deployer.clone(),
            process: this_process(),
        };
        let changed = rollout::lock(&*host, self.id, &holder, &digest).await;
        let changed = changed.map_err(no_lock)?;
        let lease = Lease::keep(host, self.id, holder, &digest, &self.runner.rollouts);
        self.runner
            .leases
            .lock()
            .await
            .insert(self.id.to_owned(), lease);
        // What an earlier run of this plan changed and still stands belongs to this rollout too.
        for node in changed {
            if self.is_up_to_date(&node.node).await {
                let before = Before {
                    toplevel: node.toplevel,
                    generation: node.generation,
                };
                self.with_course(|course| course.changed(&node.node, before));
            }
        }
        self.look().await;
        Ok(())
    }

    async fn is_up_to_date(&self, node: &str) -> bool {
        let standing = self.runner.standing(node).await;
        standing.is_ok_and(|standing| standing.is_up_to_date())
    }

    /// Names the plan of this rollout: what Nix decided, and the systems that it brings.
    async fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(serde_json::to_vec(self.rollout).unwrap_or_default());
        for node in self.nodes() {
            let standing = self.runner.standing(&node).await;
            let toplevel = standing.map_or("-".to_owned(), |standing| {
                standing.toplevel.out_path.clone()
            });
            digest.update(format!("\n{node} {toplevel}"));
        }
        let bytes = digest.finalize();
        bytes
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    async fn look(&self) {
        let programs = &self.runner.programs;
        let looks = self.nodes().into_iter().map(|node| async move {
            // A node that cannot be reached or built for is known to be unavailable or to have failed already.
            if self.runner.standing(&node).await.is_err() {
                return;
            }
            let asked = Look {
                node: &node,
                from: |_| true,
                mode: HealthMode::Once,
            };
            let seen = look(programs, asked, |_| {}).await;
            let bad = seen.iter().find_map(|seen| match &seen.result {
                Ok(verdict) if !verdict.is_healthy => Some(verdict.why.clone()),
                _ => None,
            });
            if let Some(why) = bad {
                self.say(format!("{node} is not healthy before the rollout: {why}"));
                self.with_course(|course| course.was_unhealthy(&node));
            }
        });
        futures::future::join_all(looks).await;
    }

    async fn wait(&self, pause: Pause) -> Result<StepOutcome, StepFailure> {
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
            Answer::Late if self.rollout.auto_promote => {
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

    async fn finish(&self) -> Result<StepOutcome, StepFailure> {
        if let Some(lease) = self.runner.leases.lock().await.get(self.id) {
            self.tell(rollout::end(&*lease.host, self.id).await);
        }
        self.runner.release(self.id).await;
        let report = self.with_course(|course| course.report());
        Ok(StepOutcome::Done(
            report.map(|report| report.detail).unwrap_or_default(),
        ))
    }

    async fn abort(&self, why: &str, revert: &[String]) -> Result<StepOutcome, StepFailure> {
        let mut done = Vec::new();
        for node in revert {
            if self.runner.parts.settings.cancel.is_cancelled() {
                break;
            }
            self.say(format!("taking back {node}"));
            match take_back(self.runner, self.step, node, self.id).await {
                Ok(what) => {
                    self.say(format!("{node}: {what}"));
                    let what = format!("taken back with the rollout {}: {what}", self.id);
                    self.with_course(|course| course.taken_back(node, what));
                    done.push(node.as_str());
                }
                Err(failure) => {
                    let left: Vec<&str> =
                        revert.iter().skip(done.len()).map(String::as_str).collect();
                    return Err(self.revert_failed(why, (&done, &left), &failure));
                }
            }
        }
        if let Some(lease) = self.runner.leases.lock().await.get(self.id)
            && !self.rollout.irreversible
        {
            self.tell(rollout::end(&*lease.host, self.id).await);
        }
        self.runner.release(self.id).await;
        let left: Vec<&String> = revert.iter().skip(done.len()).collect();
        Err(StepFailure::Rollout(self.told(why, &done, &left)))
    }

    fn told(&self, why: &str, done: &[&str], left: &[&String]) -> String {
        let mut text = match self.batch {
            0 => format!("the rollout {} was not begun: {why}", self.id),
            batch => format!("the rollout {} ends after batch {batch}: {why}", self.id),
        };
        if !done.is_empty() {
            text.push_str(&format!("\n  taken back: {}", done.join(", ")));
        }
        for node in left {
            text.push_str(&format!(
                "\n  not taken back, because of the interrupt: {node}"
            ));
        }
        if self.rollout.irreversible {
            text.push_str("\n  it is irreversible, so nothing was taken back");
        }
        text.push_str("\n  what to do: correct the cause and deploy again; nodes that are up to date are left alone");
        text
    }

    /// The first one that is left is the one that failed; the others were not tried any more.
    fn revert_failed(
        &self,
        why: &str,
        (done, left): (&[&str], &[&str]),
        failure: &StepFailure,
    ) -> StepFailure {
        let node = left.first().copied().unwrap_or_default();
        let why = format!("{why}; taking back {node} failed");
        self.with_course(|course| course.revert_failed(why.clone()));
        let back = if done.is_empty() {
            String::new()
        } else {
            format!("\n  taken back: {}", done.join(", "))
        };
        StepFailure::Revert(format!(
            "the rollout {} ends: {why}, so nothing more is done at all{back}\n  not taken back: {}\n  {failure}",
            self.id,
            left.join(", ")
        ))
    }
}
