//! Brings a host back to a generation of its own system profile, the way a deployment brings it forward: through a unit
//! of its own, with a record, the lock, deadlines and confirmation.

use std::time::Duration;

use super::StepFailure;
use super::activate::judge;
use super::follow::{Course, Origin, follow, start};
use crate::host::Host;
use crate::host::script::{self, Activation, Health, IdentityPolicy, System};
use crate::plan::{ActivationOptions, Goal, Network};

/// What a rollback is to do.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// The generation; the one before the profile's current one when absent.
    pub to: Option<u64>,
    /// The network of the plan: a host of another one is refused.
    pub network: Network,
    /// Deadlines of the node. Its goal is not asked for: a rollback always switches.
    pub options: ActivationOptions,
    /// Names this rollback on the host.
    pub nonce: String,
    /// Who asks: user and machine.
    pub deployer: String,
    /// How long to look for a host that stopped answering, beyond what it may need.
    pub lost_limit: Duration,
}

impl Rollback {
    /// A rollback by whoever runs this, under a new nonce.
    #[must_use]
    pub fn new(to: Option<u64>, network: Network, options: ActivationOptions) -> Self {
        Self { to, network, options, nonce: super::new_nonce(), deployer: super::who(), lost_limit: super::LOST_LIMIT }
    }
}

/// What a rollback did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RollbackDone {
    /// The system that runs now.
    pub toplevel: String,
    /// The system that ran before.
    pub before: Option<String>,
    /// The generation that the profile names now.
    pub generation: Option<u64>,
}

/// Brings a host back, follows that to its end and confirms it.
pub async fn rollback(
    host: &dyn Host,
    request: &Rollback,
    on_line: impl FnMut(String) + Send,
) -> Result<RollbackDone, StepFailure> {
    let activation = asked_for(request);
    start(host, &activation).await?;
    let course = Course { activation: &activation, origin: Origin::Ours, lost_limit: request.lost_limit };
    let ended = follow(host, course, on_line).await?;
    let toplevel = ended.status.toplevel.clone().unwrap_or_default();
    judge(&ended, activation.goal, &toplevel, &activation.nonce)?;
    Ok(RollbackDone { toplevel, before: ended.status.previous, generation: script::inspect(host).await?.generation })
}

fn asked_for(request: &Rollback) -> Activation {
    Activation {
        nonce: request.nonce.clone(),
        system: match request.to {
            Some(number) => System::Generation(number),
            None => System::PreviousGeneration,
        },
        goal: Goal::Switch,
        deployer: request.deployer.clone(),
        network: request.network.clone(),
        policy: IdentityPolicy::Keep,
        limit: request.options.limit(),
        confirm_limit: request.options.confirm_limit(),
        // People ask for it because of what runs now.
        seen: None,
        health: Health::default(),
        // A person decides, whatever a rollout does there.
        hooks: Vec::new(),
        lease: None,
    }
}
