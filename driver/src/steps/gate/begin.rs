//! The gate before the first batch: takes the lock of the rollout, and looks how its nodes stand before anything is done to
//! them.

use futures::StreamExt;
use sha2::{Digest, Sha256};

use super::Gate;
use crate::host::script::HealthMode;
use crate::host::script::rollout::{self, Holder, this_process};
use crate::rollout::Before;
use crate::steps::StepFailure;
use crate::steps::check::{Look, look};
use crate::steps::coordinator::{Lease, coordinator, no_lock};

/// How many nodes are looked at at the same time.
const AT_ONCE: usize = 32;

impl Gate<'_> {
    /// Takes the lock and looks how the nodes stand before anything is done to them.
    pub(super) async fn begin(&self) -> Result<(), StepFailure> {
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
            match self.runner.standing(&node).await {
                // Never deployed, it does nothing yet that anybody could miss.
                Ok(standing) if standing.probe.network.is_none() => return,
                Ok(_) => {}
                // It is known to be unavailable, or to have failed already.
                Err(_) => return,
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
        let looks = futures::stream::iter(looks).buffer_unordered(AT_ONCE);
        looks.for_each(|()| std::future::ready(())).await;
    }
}
