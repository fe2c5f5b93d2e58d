//! The host script and its small protocol: subcommands in, `key=value` lines out.

mod answer;
mod refusal;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Host, HostCommand, HostError, SHORT};
use crate::plan::Network;
use answer::Answer;
pub use refusal::Refusal;

/// What the script is: one file for every host, whatever its architecture.
const SCRIPT: &str = include_str!("netlib-host.sh");

/// Where hosts keep their records of deployments.
pub const DEPLOYS: &str = "/var/lib/netlib/deploys";

/// Puts the script where the activation's own unit can run it, then starts the subcommand.
const KEEP_AND_RUN: &str = r#"d=${NETLIB_HOST_ROOT:-}/run/netlib f=$d/host-$2.sh
mkdir -p "$d" && cat >"$f.$$" && mv -f "$f.$$" "$f" && exec sh "$f" "$@""#;

/// What a host said about itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Probe {
    /// Store path of the running system.
    pub current_system: Option<String>,
    /// Store path that the system profile names: what the next boot starts.
    pub system_profile: Option<String>,
    /// The network this host belongs to.
    pub network: Option<Network>,
    /// Version of Nix.
    pub nix: Option<String>,
    /// Who is deploying to it right now.
    pub lock: Option<LockHolder>,
    /// Deployments that ended without saying how: the host or its activation was stopped in the middle.
    pub unfinished: Vec<Unfinished>,
}

/// Who is deploying to a host.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LockHolder {
    /// User and machine.
    pub deployer: String,
    /// Time in UTC.
    pub since: String,
}

/// A deployment that ended without saying how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unfinished {
    /// Its nonce.
    pub nonce: String,
    /// Where it stopped.
    pub phase: String,
    /// The system that was being activated.
    pub toplevel: String,
}

/// Whether a host of another network is taken over.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum IdentityPolicy {
    /// Refuse it.
    #[default]
    Keep,
    /// Take it over: `--adopt`.
    Adopt,
}

/// One activation, as the host is asked for it.
#[derive(Clone, Debug)]
pub struct Activation {
    /// Names this deployment on the host.
    pub nonce: String,
    /// Store path of the system.
    pub toplevel: String,
    /// Who deploys: user and machine.
    pub deployer: String,
    /// The network of the plan.
    pub network: Network,
    /// What to do with a host of another one.
    pub policy: IdentityPolicy,
    /// How long one switch may take.
    pub limit: Duration,
}

/// How an activation stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Status {
    /// Where it is.
    pub phase: Phase,
    /// Whether it is being worked on at this moment.
    pub is_running: bool,
    /// Whether the host was restarted since it was recorded.
    pub was_restarted: bool,
    /// Why it ended as it did.
    pub message: String,
    /// The running system now.
    pub current: Option<String>,
    /// The system profile now.
    pub profile: Option<String>,
    /// The log from the offset that was asked for.
    pub log: Vec<u8>,
}

/// Where an activation is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// The host knows nothing of it.
    Unknown,
    /// Recorded, not begun.
    Prepared,
    /// The switch runs.
    Activating,
    /// The way back runs.
    RollingBack,
    /// The new system runs and is in the profile.
    Confirmed,
    /// The old system runs again.
    RolledBack,
    /// Going back failed too.
    RollbackFailed,
    /// It failed, and there was nothing to go back to.
    Failed,
    /// It was stopped in the middle, and a later deployment found out.
    Interrupted,
}

/// Asks a host about itself.
pub async fn probe(host: &dyn Host) -> Result<Probe, HostError> {
    let answer = call(host, "probe", &[]).await?;
    understood(host, answer)
}

/// Asks a host about itself; a host that belongs to another network is an error.
pub async fn admit(
    host: &dyn Host,
    network: &Network,
    policy: IdentityPolicy,
) -> Result<Probe, HostError> {
    let answer = call(host, "probe", &[&network.id, &network.name, policy.word()]).await?;
    understood(host, answer)
}

fn understood(host: &dyn Host, answer: Answer) -> Result<Probe, HostError> {
    answer.require("netlib-host", "1")?;
    for (tool, hint) in [
        (
            "nix",
            "install Nix there; a host of netlib is NixOS, or a Debian with `apt install nix-bin`",
        ),
        ("flock", "install util-linux there"),
    ] {
        if answer.get(tool).is_none() {
            return Err(HostError::MissingTool {
                address: host.address(),
                tool: tool.to_owned(),
                hint: hint.to_owned(),
            });
        }
    }
    Ok(answer.into_probe())
}

/// Keeps a toplevel from garbage collection on the host until its deployment ends.
pub async fn protect(host: &dyn Host, nonce: &str, toplevel: &str) -> Result<(), HostError> {
    let answer = call(host, "protect", &[nonce, toplevel]).await?;
    answer.accepted("protected")
}

/// Records which network the host belongs to.
pub async fn identify(
    host: &dyn Host,
    network: &Network,
    policy: IdentityPolicy,
) -> Result<(), HostError> {
    let answer = call(
        host,
        "identify",
        &[&network.id, &network.name, policy.word()],
    )
    .await?;
    answer.accepted("identified")
}

/// Starts an activation and returns at once.
pub async fn activate(host: &dyn Host, activation: &Activation) -> Result<(), HostError> {
    let limit = activation.limit.as_secs().to_string();
    let words = [
        "sh",
        "-c",
        KEEP_AND_RUN,
        "sh",
        "activate",
        &activation.nonce,
        &activation.toplevel,
        &activation.deployer,
        &activation.network.id,
        &activation.network.name,
        activation.policy.word(),
        &limit,
    ];
    let output = host
        .run(HostCommand::new(words).stdin(SCRIPT).timeout(SHORT))
        .await?;
    Answer::read(host, "activate", &output)?.accepted("started")
}

/// Asks how an activation stands, and for its log from a byte on.
pub async fn status(host: &dyn Host, nonce: &str, offset: usize) -> Result<Status, HostError> {
    let answer = call(host, "status", &[nonce, &offset.to_string()]).await?;
    answer.into_status()
}

async fn call(host: &dyn Host, subcommand: &str, args: &[&str]) -> Result<Answer, HostError> {
    let words = [&["sh", "-s", "--", subcommand], args].concat();
    let output = host
        .run(HostCommand::new(words).stdin(SCRIPT).timeout(SHORT))
        .await?;
    Answer::read(host, subcommand, &output)
}

impl IdentityPolicy {
    fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Adopt => "adopt",
        }
    }
}

impl Phase {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Prepared | Self::Activating | Self::RollingBack)
    }

    fn parse(word: &str) -> Option<Self> {
        let words = BTreeMap::from([
            ("unknown", Self::Unknown),
            ("prepared", Self::Prepared),
            ("activating", Self::Activating),
            ("rollingBack", Self::RollingBack),
            ("confirmed", Self::Confirmed),
            ("rolledBack", Self::RolledBack),
            ("rollbackFailed", Self::RollbackFailed),
            ("failed", Self::Failed),
            ("interrupted", Self::Interrupted),
        ]);
        words.get(word).copied()
    }
}

#[cfg(test)]
mod tests;
