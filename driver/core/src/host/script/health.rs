//! The loop of health checks, which is the host script's wherever it runs: on the node, on another one, on the deployer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answer::{self, yes};
use crate::host::{Host, HostCommand, HostError, SHORT};
use crate::process::{LogLimit, line_channel};

/// The loop alone, without what else is done on a host.
pub(super) const LOOP: &str = concat!(
    include_str!("../netlib-host/common.sh"),
    include_str!("../netlib-health/loop.sh"),
    include_str!("../netlib-health/main.sh"),
);

/// What a machine has to look at.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Health {
    /// A line each: the path of its program there, the words of the plan, its name. All of them have to be healthy at the same time.
    pub checks: Vec<String>,
    /// For so long, without a break.
    pub healthy_time: Duration,
    /// By then, from the beginning of the loop on.
    pub deadline: Duration,
}

impl Health {
    /// How long a host may spend on it.
    pub const fn limit(&self) -> Duration {
        if self.checks.is_empty() { Duration::ZERO } else { self.deadline }
    }
}

/// When the loop ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HealthMode {
    /// When all were healthy for long enough, or the deadline has passed.
    Settle,
    /// When all are healthy, or the deadline has passed: nothing was changed, so there is nothing to wait for.
    Glance,
    /// When each check has a first verdict.
    Once,
}

/// What the loop found out.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct Verdict {
    /// Whether all is well.
    #[serde(rename = "healthy", deserialize_with = "yes")]
    pub is_healthy: bool,
    /// Why not, in one line.
    #[serde(rename = "verdict", default)]
    pub why: String,
    /// Each check.
    #[serde(rename = "check", default)]
    pub checks: Vec<CheckVerdict>,
}

/// How one check stood at the end.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CheckVerdict {
    /// Its name.
    pub name: String,
    /// Whether it was healthy.
    #[serde(rename = "healthy", deserialize_with = "yes")]
    pub is_healthy: bool,
    /// The last word of its probe.
    pub reason: String,
}

/// Makes these checks on a machine, and hands out a line for people whenever one changes.
pub async fn check(
    host: &dyn Host,
    mode: HealthMode,
    health: &Health,
    mut on_line: impl FnMut(String) + Send,
) -> Result<Verdict, HostError> {
    let (time, deadline) = (health.healthy_time.as_secs(), health.deadline.as_secs());
    let until = if mode == HealthMode::Once { "once" } else { "settle" };
    let words = ["sh", "-s", "--", "check", until].map(str::to_owned);
    let mut words: Vec<String> = words.into_iter().chain([time.to_string(), deadline.to_string()]).collect();
    words.extend_from_slice(&health.checks);
    let command = HostCommand { is_question: true, keeps_stdout: true, ..HostCommand::new(words) };
    let command = command.stdin(LOOP).timeout(health.deadline + SHORT);
    let (sink, mut lines) = line_channel();
    let mut log = LogLimit::default();
    let read = async {
        while let Some((_, line)) = lines.recv().await {
            log.admit(line).into_iter().for_each(&mut on_line);
        }
    };
    let (ran, ()) = tokio::join!(host.execute(command, Some(sink)), read);
    answer::read(host, "check", &ran?).map(|(verdict, _)| verdict)
}
