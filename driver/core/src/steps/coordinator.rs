//! The node that keeps the pause and the approval of a rollout, and the leases of its members while this run has them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::task::JoinSet;

use super::StepFailure;
use super::runner::StepRunner;
use crate::event::{Event, EventSink};
use crate::host::script;
use crate::host::script::rollout::{self, Holder, Left};
use crate::host::{Host, HostError, Hosts};
use crate::plan::Rollout;
use crate::rollout::{Rollouts, Stop};

/// How often leases are renewed; hosts let them go after three times as long.
const RENEW: Duration = Duration::from_secs(30);

/// The machine of the coordinator. Where it does not answer, the next node that every deployer would name is its fallback.
pub async fn coordinator(hosts: &Hosts, rollout: &Rollout) -> Result<Arc<dyn Host>, HostError> {
    let first = hosts.get(&rollout.coordinator).await;
    if !matches!(first, Err(HostError::NoConnection(_))) {
        return first;
    }
    for node in rollout.standbys.iter().chain(&rollout.nodes) {
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
    /// What they were taken with.
    pub holder: Holder,
    /// Members that gave none, and why: they are not rolled out.
    pub without: BTreeMap<String, HostError>,
    members: Members,
    /// Ends when this is dropped.
    renewal: JoinSet<()>,
}

impl Leases {
    /// Takes all of them or none, one after the other in the order of names: of two deployers that want the same hosts, one gets
    /// them. A member that cannot give one, such as a host with a full disk, is only left out itself. Also returns the
    /// deployments that an earlier run of the same plan left on members.
    pub(super) async fn take(
        coordinator: Arc<dyn Host>,
        members: Members,
        holder: &Holder,
    ) -> Result<(Self, BTreeMap<String, String>), (String, HostError)> {
        let mut found = BTreeMap::new();
        let mut leases = Self {
            holder: holder.clone(),
            without: BTreeMap::new(),
            members: Members::new(),
            renewal: JoinSet::new(),
            coordinator,
        };
        for (node, host) in members {
            match rollout::take(&*host, holder).await {
                Ok(undoable) => {
                    found.extend(undoable.map(|nonce| (node.clone(), nonce)));
                    leases.members.insert(node, host);
                }
                Err(error) if error.is_lease_busy() || node == leases.coordinator.node() => {
                    leases.release(Left::Open).await;
                    return Err((node, error));
                }
                Err(error) => {
                    leases.without.insert(node, error);
                }
            }
        }
        Ok((leases, found))
    }

    /// Renews them from now on.
    pub(super) fn keep(&mut self, rollout: &str, rollouts: &Arc<Rollouts>, events: &EventSink) {
        let (rollouts, events) = (rollouts.clone(), events.clone());
        let (rollout, coordinator) = (rollout.to_owned(), self.coordinator.node().to_owned());
        let (nonce, mut members) = (self.holder.nonce.clone(), self.members.clone());
        let renewal = async move {
            while !members.is_empty() {
                tokio::time::sleep(RENEW).await;
                let renewed = members.iter().map(async |(node, host)| {
                    // A host that does not answer now may do so the next time.
                    let error = rollout::renew(&**host, &nonce).await.err()?;
                    error.is_lease_lost().then(|| (node.clone(), error))
                });
                for (node, error) in join_all(renewed).await.into_iter().flatten() {
                    members.remove(&node);
                    let Some(mut state) = rollouts.state(&rollout) else { continue };
                    // Who has the coordinator has the rollout. Another member is lost for itself: it may say so for reasons of its own.
                    if node == coordinator {
                        state.end(Stop::Lost, lost_lock(&rollout, &error));
                        continue;
                    }
                    state.lost_node(&node);
                    let text = format!("rollout {rollout}: the lock of node `{node}` was lost: {error}");
                    events.send(Event::Warning(text));
                }
            }
        };
        self.renewal.spawn(renewal);
    }

    /// Gives them back. One that cannot be given back ends by itself.
    pub(super) async fn release(self, left: Left) {
        drop(self.renewal);
        let freed = self.members.iter().map(async |(node, host)| {
            if let Err(error) = rollout::free(&**host, &self.holder.nonce, left).await {
                tracing::debug!(%error, node, "the lease was not given back");
            }
        });
        join_all(freed).await;
    }
}

impl StepRunner {
    /// What an activation of a member says to its host, which refuses it where the lease is somebody else's. An error where the
    /// member gave none.
    pub(super) async fn lease_of(&self, id: &str, node: &str) -> Result<script::Lease, HostError> {
        let leases = self.leases.lock().await;
        let leases = leases.get(id);
        match leases.and_then(|leases| leases.without.get(node)) {
            Some(error) => Err(error.clone()),
            None => Ok(script::Lease {
                nonce: self.parts.settings.nonce.clone(),
                digest: leases.map(|it| it.holder.digest.clone()).unwrap_or_default(),
            }),
        }
    }
}

/// Why a rollout whose lease was lost ends.
pub(super) fn lost_lock(id: &str, error: &HostError) -> String {
    format!("the lock of the rollout {id} was lost: {error}")
}

/// Why the lock of a rollout is not available.
pub(super) fn no_lock(id: &str, rollout: &Rollout, node: &str, error: &HostError) -> StepFailure {
    let which = if node == rollout.coordinator { "its coordinator is node" } else { "node" };
    let advice = match error.is_offline() {
        true => "\n  help: bring it, or one of its fallbacks, back; then deploy again",
        false => "",
    };
    let name = &rollout.title;
    StepFailure::Because(format!("the rollout {id} ({name}) was not begun: {which} `{node}`: {error}{advice}"))
}
