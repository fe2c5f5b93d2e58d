//! The gate before the first batch: takes the lock of the rollout, and looks how its nodes stand before anything is done to
//! them.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use sha2::{Digest, Sha256};

use super::Gate;
use crate::evaluation::Job;
use crate::host::script::rollout::Holder;
use crate::host::script::{HealthMode, admit};
use crate::host::{Host, HostError};
use crate::rollout::{Before, State};
use crate::steps::Tried;
use crate::steps::check::{Look, look};
use crate::steps::coordinator::{Leases, Members, coordinator, no_lock};

/// How many nodes are looked at at the same time.
const AT_ONCE: usize = 32;

/// How many bytes of a hash name a plan: enough that nobody finds another plan of the same name.
const DIGEST_BYTES: usize = 16;

impl Gate<'_> {
    /// Takes the lock and looks how the nodes stand before anything is done to them.
    pub(super) async fn begin(&self) -> Tried<()> {
        let settings = &self.runner.parts.settings;
        let holder = Holder {
            rollout: self.id.to_owned(),
            nonce: settings.nonce.clone(),
            deployer: settings.deployer.clone(),
            digest: self.digest().await,
            dead: settings.dead.clone(),
        };
        let no_lock = |node: &str, error| no_lock(self.id, self.rollout, node, &error);
        let coordinator = match self.coordinator().await {
            // All that is selected may be off, and is.
            Err(error) if error.is_offline() && self.state().nodes.is_empty() => return Ok(()),
            coordinator => coordinator.map_err(|error| no_lock(&self.rollout.coordinator, error))?,
        };
        // The selected nodes that answer, and the coordinator, whoever is selected: two deployers of a rollout meet there.
        let mut members = Members::from([(coordinator.node().to_owned(), coordinator.clone())]);
        let mut up_to_date = BTreeSet::new();
        for node in &self.rollout.nodes {
            if let Ok(observed) = self.runner.observed(node).await {
                members.insert(node.clone(), observed.host.clone());
                up_to_date.extend(observed.is_up_to_date().then_some(node));
            }
        }
        let taken = Leases::take(coordinator, members, &holder).await;
        let (mut leases, undoable) = taken.map_err(|(node, error)| no_lock(&node, error))?;
        leases.keep(self.id, &self.runner.rollouts, &self.runner.parts.events);
        for (node, error) in &leases.without {
            self.say(format!("{node} cannot be locked: {error}"));
            let state = if error.is_offline() { State::Offline } else { State::Failed };
            self.state().came_to(node, state);
        }
        self.runner.leases.lock().await.insert(self.id.to_owned(), leases);
        // What an earlier run of this plan changed and still stands belongs to this rollout too.
        for (node, deployment) in undoable.into_iter().filter(|(node, _)| up_to_date.contains(node)) {
            let before = Some(Before { undo: Some(deployment) });
            self.state().change(&node, |node| node.before = before);
        }
        self.look().await;
        Ok(())
    }

    async fn coordinator(&self) -> Result<Arc<dyn Host>, HostError> {
        let parts = &self.runner.parts;
        let host = coordinator(&parts.hosts, self.rollout).await?;
        let (first, node) = (&self.rollout.coordinator, host.node());
        if node != first {
            self.say(format!("the coordinator `{first}` does not answer; its fallback is `{node}`"));
        }
        admit(&*host, &parts.identity(node), &[]).await?;
        Ok(host)
    }

    /// Names the plan of this rollout: what Nix decided, and the systems that it brings. What is approved is the same whatever
    /// is selected and whoever answers; without a pause only the selected nodes count, and no other one is evaluated.
    async fn digest(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.rollout.digest.rollout);
        for node in &self.rollout.digest.systems {
            let toplevel = self.runner.parts.results.get(Job::toplevel(node)).await;
            let system = toplevel.map_or_else(|_| "-".to_owned(), |toplevel| toplevel.out_path);
            digest.update(format!("\n{node} {system}"));
        }
        digest.finalize().iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    async fn look(&self) {
        let looks = self.rollout.nodes.clone().into_iter().map(|node| async move {
            // What never was deployed does nothing yet that anybody could miss; others are known to be unavailable.
            let observed = self.runner.observed(&node).await;
            if observed.is_ok_and(|observed| observed.probe.network.is_some()) {
                let asked = Look { node: &node, from: |_| true, mode: HealthMode::Once };
                let seen = look(&self.runner.programs, asked, &|_| {}).await;
                let verdicts = seen.iter().filter_map(|seen| seen.result.as_ref().ok());
                if let Some(bad) = verdicts.into_iter().find(|verdict| !verdict.is_healthy) {
                    self.say(format!("{node} is not healthy before the rollout: {}", bad.why));
                    self.state().change(&node, |node| node.was_unhealthy = true);
                }
            }
        });
        futures::stream::iter(looks).buffer_unordered(AT_ONCE).collect::<()>().await;
    }
}
