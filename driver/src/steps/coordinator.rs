//! The node that keeps the pause and the approval of a rollout, and the leases of its members while this run has them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::task::AbortHandle;

use super::StepFailure;
use super::runner::StepRunner;
use crate::host::script;
use crate::host::script::rollout::{self, Holder, Left};
use crate::host::{Host, HostError, Hosts};
use crate::plan::{OnUnreachable, Rollout};
use crate::rollout::Rollouts;

/// How often leases are renewed; hosts let them go after three times as long.
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

/// The hosts that a rollout takes, in the order of their names.
pub(super) type Members = BTreeMap<String, Arc<dyn Host>>;

/// The leases of a rollout, renewed until they are given back.
pub(super) struct Leases {
    /// Keeps the pause and the approval.
    pub coordinator: Arc<dyn Host>,
    /// What the run is about.
    pub digest: String,
    /// What they were taken with.
    pub nonce: String,
    members: Vec<Arc<dyn Host>>,
    renewal: AbortHandle,
}

impl Leases {
    /// Takes all of them or none, one after the other in the order of names: of two deployers that want the same hosts, one gets
    /// them. Also returns the deployments that an earlier run of the same plan left on members.
    pub(super) async fn take(
        coordinator: Arc<dyn Host>,
        members: Members,
        holder: Holder,
        rollouts: &Arc<Rollouts>,
    ) -> Result<(Self, BTreeMap<String, String>), (String, HostError)> {
        let mut found = BTreeMap::new();
        let mut taken: Vec<Arc<dyn Host>> = Vec::new();
        for (node, host) in members {
            // Also where the answer was lost: it may have been taken.
            taken.push(host.clone());
            match rollout::take(&*host, &holder).await {
                Ok(undoable) => found.extend(undoable.map(|nonce| (node, nonce))),
                Err(error) => {
                    free(&taken, &holder.nonce, Left::Open).await;
                    return Err((node, error));
                }
            }
        }
        let task = renew(taken.clone(), holder.clone(), rollouts.clone());
        let leases = Self {
            coordinator,
            digest: holder.digest,
            nonce: holder.nonce,
            members: taken,
            renewal: tokio::spawn(task).abort_handle(),
        };
        Ok((leases, found))
    }

    /// Gives them back. One that cannot be given back ends by itself.
    pub(super) async fn release(self, left: Left) {
        self.renewal.abort();
        free(&self.members, &self.nonce, left).await;
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

impl StepRunner {
    /// What an activation of a member says to its host, which refuses it where the lease is somebody else's.
    pub(super) async fn lease_of(&self, rollout: &str) -> script::Lease {
        let leases = self.leases.lock().await;
        let digest = leases.get(rollout).map(|leases| leases.digest.clone());
        script::Lease {
            nonce: self.parts.settings.nonce.clone(),
            digest: digest.unwrap_or_default(),
        }
    }
}

async fn free(members: &[Arc<dyn Host>], nonce: &str, left: Left) {
    let freed = members.iter().map(async |host| {
        if let Err(error) = rollout::free(&**host, nonce, left).await {
            tracing::debug!(%error, node = host.node(), "the lease was not given back");
        }
    });
    join_all(freed).await;
}

async fn renew(members: Vec<Arc<dyn Host>>, holder: Holder, rollouts: Arc<Rollouts>) {
    loop {
        tokio::time::sleep(RENEW).await;
        let renewed = members
            .iter()
            .map(|host| rollout::renew(&**host, &holder.nonce));
        // A host that does not answer now may do so the next time.
        let lost = join_all(renewed).await.into_iter();
        let lost = lost.filter_map(Result::err).find(HostError::is_lease_lost);
        if let Some(error) = lost
            && let Some(mut course) = rollouts.course(&holder.rollout)
        {
            course.lost(lost_lock(&holder.rollout, &error));
            return;
        }
    }
}

/// Why a rollout whose lease was lost ends.
pub(super) fn lost_lock(id: &str, error: &HostError) -> String {
    format!("the lock of the rollout {id} was lost: {error}")
}

/// Why the lock of a rollout is not available.
pub(super) fn no_lock(id: &str, rollout: &Rollout, node: &str, error: &HostError) -> StepFailure {
    let which = if node == rollout.coordinator {
        format!("its coordinator is node `{node}`")
    } else {
        format!("node `{node}`")
    };
    let advice = if error.is_offline() {
        "\n  what to do: bring it back, then deploy again; with `onUnreachable = \"skip\"` another node stands in for it"
    } else {
        ""
    };
    StepFailure::Rollout(format!(
        "the rollout {id} ({}) was not begun: {which}: {error}{advice}",
        rollout.name(),
    ))
}
