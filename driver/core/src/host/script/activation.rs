//! Activations on a host: asked for, followed and confirmed.

use std::fmt::Display;
use std::time::Duration;

use serde::Deserialize;

use super::answer::{if_good, yes};
use super::{Due, Health, Identity, Phase, Prepare, anew, run};
use crate::host::{Host, HostError};
use crate::plan::Goal;

/// How long a host waits for news of an activation: much shorter than a question may take, as the connection may break.
const NEWS_SECONDS: &str = "10";

/// One activation, as the host is asked for it.
#[derive(Clone, Debug, Default)]
pub struct Activation {
    /// Names this deployment on the host.
    pub nonce: String,
    /// Which system.
    pub system: System,
    /// How far to go: one of the goals that need an activation.
    pub goal: Goal,
    /// Who deploys: user and machine.
    pub deployer: String,
    /// Whose machine it has to be.
    pub identity: Identity,
    /// How long one switch may take.
    pub limit: Duration,
    /// How long a restart may take, where the host may restart for a boot on trial.
    pub restart_limit: Option<Duration>,
    /// How long the host waits for confirmation.
    pub confirm_limit: Duration,
    /// The running system and that of the profile, as the deployment was prepared for them: refused when the host has others now.
    pub seen: Option<[Option<String>; 2]>,
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
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum System {
    /// A store path.
    Toplevel(String),
    /// A generation of the host's own system profile.
    Generation(u64),
    /// The generation that was confirmed last before the present one.
    #[default]
    PreviousGeneration,
    /// What ran before this deployment, by the host's own record of it.
    Before(String),
}

/// How an activation stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Status {
    /// Where it is.
    pub phase: Phase,
    /// Whether it is being worked on at this moment.
    #[serde(rename = "running", default, deserialize_with = "yes")]
    pub is_running: bool,
    /// Whether the host was restarted since it was recorded.
    #[serde(rename = "restarted", default, deserialize_with = "yes")]
    pub was_restarted: bool,
    /// The system that is activated.
    pub toplevel: Option<String>,
    /// How far the host goes: what it does not switch to without a restart only becomes the system that boots.
    #[serde(default, deserialize_with = "if_good")]
    pub goal: Option<Goal>,
    /// What a restart is needed for; nothing where that is a part of the activation.
    #[serde(flatten)]
    pub due: Due,
    /// The system that ran before.
    pub previous: Option<String>,
    /// The generation that the profile named before.
    pub generation_before: Option<String>,
    /// Why it ended as it did.
    #[serde(default)]
    pub message: String,
    /// Whether that is because its own checks failed.
    #[serde(rename = "unhealthy", default, deserialize_with = "yes")]
    pub is_unhealthy: bool,
    /// The running system now.
    pub current: Option<String>,
    /// The system profile now.
    pub profile: Option<String>,
    /// The log from the offset that was asked for.
    #[serde(skip)]
    pub log: Vec<u8>,
}

impl Status {
    /// How far this brings a host that was asked for a goal.
    pub fn reached(&self, goal: Goal) -> Goal {
        if goal == Goal::Switch && self.goal == Some(Goal::Boot) { Goal::Boot } else { goal }
    }
}

impl Activation {
    /// How long all that the host does besides switching may take.
    pub fn patience(&self) -> Duration {
        let hooks: u64 = self.hooks.iter().map(|(_, seconds, _)| seconds).sum();
        self.health.limit() + self.confirm_limit + self.restart_limit.unwrap_or_default() + Duration::from_secs(hooks)
    }

    /// The arguments of the subcommand.
    fn words(&self) -> Vec<String> {
        let mut words = vec![self.nonce.clone()];
        let mut say = |key: &str, value: &dyn Display| words.push(format!("{key}={value}"));
        match &self.system {
            System::Toplevel(path) => say("toplevel", path),
            System::Generation(number) => say("generation", number),
            System::PreviousGeneration => {}
            System::Before(nonce) => say("undo", nonce),
        }
        say("goal", &self.goal);
        say("deployer", &self.deployer);
        for (key, value) in ["network_id", "network_name", "policy", "node"].iter().zip(self.identity.words()) {
            say(key, &value);
        }
        if self.restart_limit.is_some() {
            say("reboot", &"once");
        }
        say("timeout", &self.limit.as_secs().max(1));
        say("confirm", &self.confirm_limit.as_secs().max(1));
        if let Some(seen) = &self.seen {
            say("seen", &seen.each_ref().map(|system| system.as_deref().unwrap_or_default()).join(" "));
        }
        for (when, seconds, program) in &self.hooks {
            say("hook", &format_args!("{when} {seconds} {program}"));
        }
        if let Some(lease) = &self.lease {
            say("lease", &lease.nonce);
            say("digest", &lease.digest);
        }
        self.health.checks.iter().for_each(|check| say("check", check));
        say("healthy", &self.health.healthy_time.as_secs());
        say("health_deadline", &self.health.deadline.as_secs());
        words
    }
}

/// Starts an activation; how it stands once there is something to tell.
pub async fn activate(host: &dyn Host, activation: &Activation) -> Result<Status, HostError> {
    let words = activation.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    ask(host, "activate", &words, |command| command).await
}

/// Asks how an activation stands, and for its log from a byte on.
pub async fn status(host: &dyn Host, nonce: &str, offset: usize) -> Result<Status, HostError> {
    ask(host, "status", &[nonce, &offset.to_string()], |command| command).await
}

/// The same once there is something to tell, or when the host has waited for it. A phase that was dealt with is no news.
pub async fn news(host: &dyn Host, nonce: &str, offset: usize, told: Option<Phase>) -> Result<Status, HostError> {
    let told = told.map_or_else(|| "-".to_owned(), |phase| phase.to_string());
    ask(host, "status", &[nonce, &offset.to_string(), &told, NEWS_SECONDS], |command| command).await
}

async fn ask(host: &dyn Host, subcommand: &str, words: &[&str], prepare: Prepare) -> Result<Status, HostError> {
    let (status, log): (Status, _) = run(host, subcommand, words, prepare).await?;
    Ok(Status { log, ..status })
}

/// Lets the host know that the end of an activation has been told to somebody.
pub async fn acknowledge(host: &dyn Host, nonce: &str) -> Result<(), HostError> {
    // Whoever asks how it ended knows it; the log is not wanted.
    status(host, nonce, usize::MAX >> 1).await.map(|_| ())
}

/// Tells the host that it can be reached: over a connection made for this, so that it is true. How the activation stands once
/// it is over, with its log from a byte on.
pub async fn confirm(host: &dyn Host, nonce: &str, offset: usize) -> Result<Status, HostError> {
    ask(host, "confirm", &[nonce, &offset.to_string()], anew).await
}
