//! The node that keeps the lock, the pause and the approval of a rollout, and the lock while this run has it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;

use super::StepFailure;
use crate::host::script::rollout::{self, Holder};
use crate::host::{Host, HostError, Hosts, Refusal};
use crate::plan::{OnUnreachable, Rollout};
use crate::rollout::Rollouts;

/// How often the lock is renewed; the coordinator lets it go after three times as long.
const RENEW: Duration = Duration::from_secs(30);

/// The machine of the coordinator. Where nodes that do not answer are left out, the next one stands in for it.
pub async fn coordinator(hosts: &Hosts, rollout: &Rollout) -> Result<Arc<dyn Host>, HostError> {
    let first = hosts.get(&rollout.coordinator).await;
    let Err(offline) = &first else { return first };
    if rollout.on_unreachable == OnUnreachable::Fail || !offline.is_offline() {
        return first;
    }
    for node in &rollout.nodes {
        if let Ok(host) = hosts.get(node).await {
            return Ok(host);
        }
    }
    first
}

/// The lock of a rollout, renewed until it is given back.
pub(super) struct Lease {
    /// Where it is kept.
    pub host: Arc<dyn Host>,
    /// What the run is about.
    pub digest: String,
    nonce: String,
    rollout: String,
    renewal: AbortHandle,
}

impl Lease {
    /// Keeps a lock that was just taken.
    pub(super) fn keep(
        host: Arc<dyn Host>,
        id: &str,
        holder: Holder,
        digest: &str,
        rollouts: &Arc<Rollouts>,
    ) -> Self {
        let nonce = holder.nonce.clone();
        let task = renew(
            host.clone(),
            id.to_owned(),
            holder,
            digest.to_owned(),
            rollouts.clone(),
        );
        Self {
            host,
            digest: digest.to_owned(),
            nonce,
            rollout: id.to_owned(),
            renewal: tokio::spawn(task).abort_handle(),
        }
    }

    /// Gives the lock back. One that cannot be given back ends by itself.
    pub(super) async fn release(self) {
        self.renewal.abort();
        if let Err(error) = rollout::unlock(&*self.host, &self.rollout, &self.nonce).await {
            tracing::debug!(%error, rollout = self.rollout, "the lock was not given back");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn renew(
    host: Arc<dyn Host>,
    id: String,
    holder: Holder,
    digest: String,
    rollouts: Arc<Rollouts>,
) {
    loop {
        tokio::time::sleep(RENEW).await;
        // A coordinator that does not answer now may do so the next time.
        if let Err(HostError::Refused { refusal, .. }) =
            rollout::lock(&*host, &id, &holder, &digest).await
            && let Refusal::RolloutBusy(held) = &*refusal
            && let Some(mut course) = rollouts.course(&id)
        {
            course.lost(format!("{} has taken its lock", held.deployer));
            return;
        }
    }
}

/// Why the lock of a rollout cannot be had.
pub(super) fn no_lock(id: &str, rollout: &Rollout, error: &HostError) -> StepFailure {
    let advice = if error.is_offline() {
        "\n  what to do: bring it back, then deploy again; with `onUnreachable = \"skip\"` another node stands in for it"
    } else {
        ""
    };
    StepFailure::Rollout(format!(
        "the rollout {id} ({}) was not begun: its coordinator, which keeps the lock, is node `{}`: {error}{advice}",
        rollout.name(),
        rollout.coordinator
    ))
}
