//! Activations on a host: asked for, followed and confirmed.

use std::time::Duration;

use super::{Health, IdentityPolicy, Phase, Via, call, call_via};
use crate::host::{Host, HostError};
use crate::plan::{Goal, Network};

/// How long a host waits for news of an activation: much shorter than a question may take, as the connection may break.
const NEWS_SECONDS: &str = "10";

/// One activation, as the host is asked for it.
#[derive(Clone, Debug)]
pub struct Activation {
    /// Names this deployment on the host.
    pub nonce: String,
    /// Which system.
    pub system: System,
    /// How far to go: one of the goals that need an activation.
    pub goal: Goal,
    /// Who deploys: user and machine.
    pub deployer: String,
    /// The network of the plan.
    pub network: Network,
    /// What to do with a host of another one.
    pub policy: IdentityPolicy,
    /// How long one switch may take.
    pub limit: Duration,
    /// How long the host waits for confirmation.
    pub confirm_limit: Duration,
    /// What the deployment was prepared for: refused when the host has other systems now.
    pub seen: Option<Seen>,
    /// What the host looks at before it may be confirmed; no checks when empty.
    pub health: Health,
    /// Programs that the host runs on the way.
    pub hooks: Vec<HostHook>,
    /// The rollout that it is part of: refused unless that has the host's lease.
    pub lease: Option<Lease>,
}

/// A program that the host runs on the way: when, for how many seconds, and its path.
pub type HostHook = (String, u64, String);

/// The rollout that an activation is part of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lease {
    /// The nonce that the lease was taken with.
    pub nonce: String,
    /// Names the plan, for a later run of it.
    pub digest: String,
}

/// The system that is to be activated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum System {
    /// A store path.
    Toplevel(String),
    /// A generation of the host's own system profile.
    Generation(u64),
    /// The generation before the profile's current one.
    PreviousGeneration,
    /// What ran before this deployment, by the host's own record of it.
    Before(String),
}

/// The systems that a host had when the driver looked at it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Seen {
    /// The running one.
    pub running: Option<String>,
    /// That of the system profile.
    pub profile: Option<String>,
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
    /// The system that is activated.
    pub toplevel: Option<String>,
    /// The system that ran before.
    pub previous: Option<String>,
    /// The generation that the profile named before.
    pub generation_before: Option<u64>,
    /// Why it ended as it did.
    pub message: String,
    /// Whether that is because its own checks failed.
    pub is_unhealthy: bool,
    /// The running system now.
    pub current: Option<String>,
    /// The system profile now.
    pub profile: Option<String>,
    /// The log from the offset that was asked for.
    pub log: Vec<u8>,
}

impl Activation {
    /// How long all that the host does besides switching may take.
    pub fn patience(&self) -> Duration {
        let hooks: u64 = self.hooks.iter().map(|(_, seconds, _)| seconds).sum();
        self.health.limit() + self.confirm_limit + Duration::from_secs(hooks)
    }

    /// The subcommand and its arguments.
    fn words(&self) -> (&'static str, Vec<String>) {
        let (subcommand, system) = match &self.system {
            System::Toplevel(path) => ("activate", Some(format!("toplevel={path}"))),
            System::Generation(number) => ("rollback", Some(format!("generation={number}"))),
            System::PreviousGeneration => ("rollback", None),
            System::Before(nonce) => ("rollback", Some(format!("undo={nonce}"))),
        };
        let mut words = vec![self.nonce.clone()];
        words.extend(system);
        words.extend([
            format!("goal={}", self.goal.word()),
            format!("deployer={}", self.deployer),
            format!("id={}", self.network.id),
            format!("name={}", self.network.name),
            format!("policy={}", self.policy.word()),
            format!("timeout={}", self.limit.as_secs().max(1)),
            format!("confirm={}", self.confirm_limit.as_secs().max(1)),
        ]);
        if let Some(Seen { running, profile }) = &self.seen {
            let path = |path: &Option<String>| path.clone().unwrap_or_default();
            words.push("seen=yes".to_owned());
            words.push(format!("seen_running={}", path(running)));
            words.push(format!("seen_profile={}", path(profile)));
        }
        let hooks = self.hooks.iter();
        words.extend(hooks.map(|(when, seconds, program)| format!("hook={when} {seconds} {program}")));
        if let Some(lease) = &self.lease {
            words.push(format!("lease={}", lease.nonce));
            if matches!(self.system, System::Toplevel(_)) {
                words.push(format!("digest={}", lease.digest));
            }
        }
        if !self.health.checks.is_empty() {
            let checks = self.health.checks.iter();
            words.extend(checks.map(|check| format!("check={}", check.line())));
            words.push(format!("healthy={}", self.health.healthy_time.as_secs()));
            words.push(format!("health_deadline={}", self.health.deadline.as_secs()));
        }
        (subcommand, words)
    }
}

/// Starts an activation and returns at once.
pub async fn activate(host: &dyn Host, activation: &Activation) -> Result<(), HostError> {
    let (subcommand, words) = activation.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    call(host, subcommand, &words).await?.accepted("started")
}

/// Asks how an activation stands, and for its log from a byte on.
pub async fn status(host: &dyn Host, nonce: &str, offset: usize) -> Result<Status, HostError> {
    let answer = call(host, "status", &[nonce, &offset.to_string()]).await?;
    answer.into_status()
}

/// The same once there is something to tell, or when the host has waited for it. A phase that was dealt with is no news.
pub async fn news(host: &dyn Host, nonce: &str, offset: usize, told: Option<Phase>) -> Result<Status, HostError> {
    let told = told.map_or_else(|| "-".to_owned(), |phase| phase.to_string());
    let answer = call(host, "status", &[nonce, &offset.to_string(), &told, NEWS_SECONDS]).await?;
    answer.into_status()
}

/// Lets the host know that the end of an activation has been told to somebody.
pub async fn acknowledge(host: &dyn Host, nonce: &str) -> Result<(), HostError> {
    // Whoever asks how it ended knows it; the log is not wanted.
    status(host, nonce, usize::MAX >> 1).await.map(|_| ())
}

/// What systemd on the host is working on at this moment: units, each with what is done to it.
pub async fn jobs(host: &dyn Host) -> Result<Vec<String>, HostError> {
    let answer = call(host, "jobs", &[]).await?;
    answer.accepted("asked")?;
    Ok(answer.all("job").map(str::to_owned).collect())
}

/// Tells the host that it can be reached: over a connection made for this, so that it is true.
pub async fn confirm(host: &dyn Host, nonce: &str) -> Result<(), HostError> {
    let answer = call_via(host, Via::NewConnection, "confirm", &[nonce]).await?;
    answer.accepted("accepted")
}
