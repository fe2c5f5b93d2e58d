//! The gate before the first batch: takes the lock of the rollout, and looks how its nodes stand before anything is done to
//! them.

use std::sync::Arc;

use futures::StreamExt;
use sha2::{Digest, Sha256};

use super::Gate;
use crate::host::script::HealthMode;
use crate::host::script::rollout::{Holder, this_process};
use crate::host::{Host, HostError};
use crate::rollout::Before;
use crate::steps::StepFailure;
use crate::steps::check::{Look, look};
use crate::steps::coordinator::{Leases, Members, coordinator, no_lock};

/// How many nodes are looked at at the same time.
const AT_ONCE: usize = 32;

/// How many bytes of a hash name a plan: enough that nobody finds another plan of the same name.
const DIGEST_BYTES: usize = 16;

impl Gate<'_> {
    /// Takes the lock and looks how the nodes stand before anything is done to them.
    pub(super) async fn begin(&self) -> Result<(), StepFailure> {
        let settings = &self.runner.parts.settings;
        let holder = Holder {
            rollout: self.id.to_owned(),
            nonce: settings.nonce.clone(),
            deployer: settings.deployer.clone(),
            process: this_process(),
            digest: self.digest().await,
        };
        let no_lock = |node: &str, error| no_lock(self.id, self.rollout, node, &error);
        let coordinator = self.coordinator().await;
        let coordinator = coordinator.map_err(|error| no_lock(&self.rollout.coordinator, error))?;
        let members = self.members(&coordinator).await;
        let taken = Leases::take(coordinator, members, &holder).await;
        let (mut leases, undoable) = taken.map_err(|(node, error)| no_lock(&node, error))?;
        leases.keep(self.id, &self.runner.rollouts, &self.runner.parts.events);
        for (node, error) in &leases.without {
            self.say(format!("{node} cannot be locked: {error}"));
            self.with_course(|course| match error.is_offline() {
                true => course.offline(node),
                false => course.failed(node),
            });
        }
        let mut all = self.runner.leases.lock().await;
        all.insert(self.id.to_owned(), leases);
        drop(all);
        // What an earlier run of this plan changed and still stands belongs to this rollout too.
        for (node, deployment) in undoable {
            if self.is_up_to_date(&node).await {
                let before = Before { undo: Some(deployment) };
                self.with_course(|course| course.changed(&node, before));
            }
        }
        self.look().await;
        Ok(())
    }

    async fn coordinator(&self) -> Result<Arc<dyn Host>, HostError> {
        let parts = &self.runner.parts;
        let host = coordinator(&parts.hosts, self.rollout).await?;
        if host.node() != self.rollout.coordinator {
            self.say(format!(
                "the coordinator `{}` does not answer; `{}` stands in for it",
                self.rollout.coordinator,
                host.node()
            ));
        }
        let policy = parts.settings.policy;
        crate::host::script::admit(&*host, &parts.plan.network, policy).await?;
        Ok(host)
    }

    /// The selected nodes that answer, and the coordinator, whoever is selected: two deployers of the same rollout meet there.
    async fn members(&self, coordinator: &Arc<dyn Host>) -> Members {
        let mut members = Members::new();
        for node in self.nodes() {
            if let Ok(standing) = self.runner.standing(&node).await {
                members.insert(node, standing.host.clone());
            }
        }
        members.insert(coordinator.node().to_owned(), coordinator.clone());
        members
    }

    async fn is_up_to_date(&self, node: &str) -> bool {
        let standing = self.runner.standing(node).await;
        standing.is_ok_and(|standing| standing.is_up_to_date())
    }

    /// Names the plan of this rollout: what Nix decided, and the systems that it brings. What is approved is the same whatever
    /// is selected and whoever answers; without a pause only the selected nodes count, and no other one is evaluated.
    async fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.rollout.digest.rollout);
        for node in &self.rollout.digest.systems {
            let toplevel = self.toplevel(node).await;
            digest.update(format!("\n{node} {}", toplevel.as_deref().unwrap_or("-")));
        }
        let bytes = digest.finalize();
        let bytes = bytes.iter().take(DIGEST_BYTES);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    async fn toplevel(&self, node: &str) -> Option<String> {
        let parts = &self.runner.parts;
        let mut found = parts.toplevels.toplevel(node).await;
        if found.is_err() && self.rollout.pause.is_some() {
            found = parts.other_toplevels.toplevel(node).await;
        }
        found.ok().map(|toplevel| toplevel.out_path)
    }

    async fn look(&self) {
        let programs = &self.runner.programs;
        let looks = self.nodes().into_iter().map(|node| async move {
            match self.runner.standing(&node).await {
                // Never deployed, it does nothing yet that anybody could miss.
                Ok(standing) if standing.probe.network.is_none() => return,
                Ok(_) => {}
                // It is known to be unavailable, or to have failed already.
                Err(_) => return,
            }
            let asked = Look { node: &node, from: |_| true, mode: HealthMode::Once };
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
        let looks = futures::stream::iter(looks).buffer_unordered(AT_ONCE);
        looks.for_each(|()| std::future::ready(())).await;
    }
}
