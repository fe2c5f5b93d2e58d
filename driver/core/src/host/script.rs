//! The host script and its small protocol: subcommands in, `key=value` lines out.

mod activation;
mod answer;
mod health;
mod inspect;
mod phase;
mod refusal;
mod restart;
pub mod rollout;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::frame::WITHIN;
use super::{Host, HostCommand, HostError};
use crate::plan::Network;
pub use activation::{Activation, HostHook, Lease, Status, System, acknowledge, activate, confirm, news, status};
use answer::{if_good, yes};
pub use health::{CheckVerdict, Health, HealthMode, Verdict, check};
pub use inspect::{Generation, HostStatus, fields, inspect};
pub use phase::Phase;
pub use refusal::{Reason, Refusal};
pub use restart::{Due, probe_anew, reboot, reboot_needed};

/// What the script is: one text for every host, whatever its architecture.
const SCRIPT: &str = concat!(
    include_str!("netlib-host/common.sh"),
    include_str!("netlib-host/head.sh"),
    include_str!("netlib-host/state.sh"),
    include_str!("netlib-host/look.sh"),
    include_str!("netlib-host/tidy.sh"),
    include_str!("netlib-host/activate.sh"),
    include_str!("netlib-health/loop.sh"),
    include_str!("netlib-host/run.sh"),
    include_str!("netlib-host/units.sh"),
    include_str!("netlib-host/trial.sh"),
    include_str!("netlib-host/rollout.sh"),
    include_str!("netlib-host/main.sh"),
);

/// Where hosts keep their records of deployments.
pub const DEPLOYS: &str = "/var/lib/netlib/deploys";

/// Most bytes of a log in one answer.
pub const LOG_PIECE: usize = 65536;

/// Runs the script that an earlier question has left on the host, in a folder of root's alone.
/// One line, without quotes that shells read in ways of their own: it goes through the login shell as it is.
const RUN: &str = r#"d=${NETLIB_HOST_ROOT:-}/run/netlib; f=$d/script-$1.sh; if [ -L "$d" ]; then f=; fi; if [ -O "$d" ] && [ -f "$f" ]; then shift; . "$f"; exit; fi; echo script=absent"#;

/// Puts it there before. Where that does not work the host can still be looked at, and says itself what is wrong.
const PUT_AND_RUN: &str = r#"d=${NETLIB_HOST_ROOT:-}/run/netlib l=${NETLIB_HOST_ROOT:-}/var/lib/netlib f=$d/script-$1.sh text=$(cat)
shift
umask 077
if mkdir -p -- "$d" && [ ! -L "$d" ] && [ -O "$d" ] && chmod 700 -- "$d" && { [ ! -d "$l" ] || chmod 700 -- "$l"; } &&
  printf '%s\n' "$text" >"$d/script.new.$$" && mv -f -- "$d/script.new.$$" "$f"; then
  . "$f"
  exit
fi
rm -f -- "$d/script.new.$$"
exec sh -c "$text" netlib-host "$@""#;

/// Tells the scripts of different versions of netlib apart.
static SCRIPT_ID: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    SCRIPT.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
});

/// Subcommands that only look: asked again where the connection broke.
const QUESTIONS: [&str; 5] = ["probe", "generations", "status", "reboot_needed", "rollout_read"];

/// What a host says of itself.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Probe {
    /// Store path of the running system.
    #[serde(rename(deserialize = "current", serialize = "running"))]
    pub current_system: Option<String>,
    /// Store path that the system profile names: what the next boot starts.
    #[serde(rename(deserialize = "profile", serialize = "nextBoot"))]
    pub system_profile: Option<String>,
    /// The network this host belongs to.
    pub network: Option<Network>,
    /// The node whose machine it is; older versions of netlib did not record that.
    pub node: Option<String>,
    /// Version of Nix; only whether there is one, when the host was only asked whether it is of a network.
    pub nix: Option<String>,
    /// Who is deploying to it right now.
    pub lock: Option<LockHolder>,
    /// Deployments that ended without saying how: the host or its activation was stopped in the middle.
    pub unfinished: Vec<Unfinished>,
    /// The latest deployment that the host has on record.
    #[serde(rename(serialize = "lastDeploy"), deserialize_with = "if_good")]
    pub last: Option<Record>,
    /// Store path of the system that was booted.
    #[serde(rename = "booted")]
    pub booted_system: Option<String>,
    /// Changes with every boot.
    #[serde(rename = "boot", skip_serializing)]
    pub boot_id: Option<String>,
    /// What systemd says of the whole system: `starting`, `running`, `degraded`.
    pub state: Option<String>,
}

/// A deployment that a host has on record.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Record {
    /// Its nonce.
    pub nonce: String,
    /// Where it is, or how it ended.
    pub phase: Phase,
    /// The system that was being activated.
    #[serde(rename = "system")]
    pub toplevel: String,
    /// Why it ended as it did.
    pub message: String,
    /// Whether it ended badly and nobody who deploys has asked how.
    #[serde(rename = "unacknowledged", deserialize_with = "yes")]
    pub is_unacknowledged: bool,
}

/// Who is deploying to a host.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LockHolder {
    /// User and machine.
    pub deployer: String,
    /// Time in UTC.
    #[serde(default = "a_moment_ago")]
    pub since: String,
    /// What is being activated, where the host could read that.
    #[serde(default, deserialize_with = "if_good")]
    pub deployment: Option<Underway>,
    /// The process that holds the lock although it is no deployment: its number and command.
    pub process: Option<String>,
}

fn a_moment_ago() -> String {
    "a moment ago".to_owned()
}

/// An activation that is under way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Underway {
    /// Its nonce.
    pub nonce: String,
    /// Where it is.
    pub phase: Phase,
    /// The system that is being activated.
    #[serde(rename(serialize = "system"))]
    pub toplevel: String,
    /// How far it is to go, in the word of the plan.
    pub goal: String,
}

/// A deployment that ended without saying how.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Unfinished {
    /// Its nonce.
    pub nonce: String,
    /// Where it stopped.
    pub phase: String,
    /// The system that was being activated.
    #[serde(rename = "system")]
    pub toplevel: String,
}

/// What only the host script says.
#[derive(Deserialize)]
struct Known {
    #[serde(rename = "netlib-host")]
    _version: String,
    #[serde(flatten)]
    probe: Probe,
}

/// The host did what it was asked for.
#[derive(Deserialize)]
struct Done {
    ok: String,
    /// Whether it has already what it keeps from now on.
    #[serde(default, deserialize_with = "yes")]
    valid: bool,
    /// What it lists.
    /// Which deployment an earlier run of a rollout left.
    undoable: Option<String>,
    /// What a coordinator keeps of a rollout: one line, or nothing.
    #[serde(default)]
    document: String,
}

/// Whose machine a host has to be.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Identity {
    /// The network.
    pub network: Network,
    /// Names of the node, as words: the present one, and after it earlier ones, which its machine may still have on record.
    pub names: String,
    /// Whether a host of another network is taken over: `--adopt`.
    pub adopts: bool,
}

impl Identity {
    /// Whether that is what the host has on record already.
    pub fn is_of(&self, probe: &Probe) -> bool {
        probe.network.as_ref() == Some(&self.network) && probe.node.as_deref() == self.names.split(' ').next()
    }

    fn words(&self) -> [&str; 4] {
        [&self.network.id, &self.network.name, if self.adopts { "adopt" } else { "keep" }, &self.names]
    }
}

/// Asks a host about itself.
pub async fn probe(host: &dyn Host) -> Result<Probe, HostError> {
    call(host, "probe", &[]).await.map(|known: Known| known.probe)
}

/// Asks a host about itself; a host that belongs to another network, or to another node of this one, is an error.
/// From then on the host keeps the toplevel of a deployment, unless it runs and boots that: a nonce and a path, or nothing.
pub async fn admit(host: &dyn Host, identity: &Identity, deployment: &[&str]) -> Result<Probe, HostError> {
    let words = [&identity.words()[..], deployment].concat();
    call(host, "probe", &words).await.map(|known: Known| known.probe)
}

/// Keeps no longer what these deployments wanted to activate, unless the host is at it.
pub async fn release(host: &dyn Host, nonces: &[&str]) -> Result<(), HostError> {
    tell(host, "release", nonces).await
}

/// Keeps a path from garbage collection on the host; whether the host has it already. As `programs` those of the node, for a day at
/// least, and as long as they run; as `next` a toplevel, until its deployment ends.
pub async fn keep(host: &dyn Host, nonce: &str, (name, path): (&str, &str)) -> Result<bool, HostError> {
    call(host, "keep", &[nonce, name, path]).await.map(|done: Done| done.valid)
}

/// Records whose machine a host is on which there is nothing to activate; otherwise the activation does.
pub async fn identify(host: &dyn Host, identity: &Identity) -> Result<(), HostError> {
    tell(host, "identify", &identity.words()).await
}

async fn tell(host: &dyn Host, subcommand: &str, args: &[&str]) -> Result<(), HostError> {
    call(host, subcommand, args).await.map(|_: Done| ())
}

async fn call<T: DeserializeOwned>(host: &dyn Host, subcommand: &str, args: &[&str]) -> Result<T, HostError> {
    let (answer, _) = run(host, subcommand, args, |command| command).await?;
    Ok(answer)
}

/// How a question goes to the host.
type Prepare = fn(HostCommand) -> HostCommand;

/// Over a connection made for this question.
fn anew(command: HostCommand) -> HostCommand {
    HostCommand { is_anew: true, ..command }
}

/// The answer, and the bytes of a log after it.
async fn run<T: DeserializeOwned>(
    host: &dyn Host,
    subcommand: &str,
    args: &[&str],
    prepare: Prepare,
) -> Result<(T, Vec<u8>), HostError> {
    let question = |text: &str| {
        let text = format!("{WITHIN}{text}");
        let words = [&["sh", "-c", &text, "sh", &SCRIPT_ID, subcommand], args].concat();
        prepare(HostCommand { is_question: QUESTIONS.contains(&subcommand), ..HostCommand::new(words) })
    };
    let mut output = host.run(question(RUN)).await?;
    if output.stdout == b"script=absent\n" {
        output = host.run(question(PUT_AND_RUN).stdin(SCRIPT)).await?;
    }
    answer::read(host, subcommand, &output)
}

#[cfg(test)]
mod tests;
