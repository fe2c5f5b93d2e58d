//! What deployers agree on about one rollout: each member's lease, which one deployer has, and the record of its coordinator,
//! which says where it waits and who approved.

use super::answer::Answer;
use super::{Refusal, call};
use crate::host::{Host, HostError};

/// Who asks for leases.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The id of the rollout.
    pub rollout: String,
    /// Names the deployment.
    pub nonce: String,
    /// User and machine.
    pub deployer: String,
    /// The process, so that a deployer on the same machine can tell whether it is gone.
    pub process: String,
    /// Names the plan.
    pub digest: String,
}

/// Who has a lease.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// The id of the rollout.
    pub rollout: String,
    /// Names the deployment.
    pub nonce: String,
    /// User and machine.
    pub deployer: String,
    /// The process.
    pub process: String,
    /// Since when, in UTC.
    pub since: String,
}

/// A rollout that waits for approval.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Waiting {
    /// What is waited with: the digest of the plan.
    pub digest: String,
    /// After which batch.
    pub batch: usize,
    /// Who deploys.
    pub deployer: String,
    /// Since when, in UTC.
    pub since: String,
}

/// Somebody's approval, as the coordinator claims.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// Of which plan: its digest.
    pub digest: String,
    /// Up to which batch.
    pub batch: usize,
    /// Whose.
    pub by: String,
    /// What proves it.
    pub signature: Option<String>,
}

/// What a coordinator says of a rollout.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Document {
    /// What is waited for.
    pub waiting: Option<Waiting>,
    /// What has been approved.
    pub approval: Option<Approval>,
}

/// What becomes of a lease that is given back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Left {
    /// A later run of the same plan goes on.
    Open,
    /// Nothing is left to go on with.
    Ended,
}

/// Takes the lease of a host. Returns the deployment that changed it for the same plan before and still stands, if one did.
pub async fn take(host: &dyn Host, holder: &Holder) -> Result<Option<String>, HostError> {
    let Holder { rollout, nonce, deployer, process, digest } = holder;
    let words = [nonce, "take", rollout, deployer, process, digest];
    let answer = match call(host, "lease", &words).await {
        Err(HostError::Refused { refusal, address }) => match *refusal {
            // Whoever had it on this machine was killed, and will not come back for it.
            Refusal::RolloutBusy(ref held) if is_gone(&held.process) => {
                let words = [&words[..], &[&held.nonce]].concat();
                call(host, "lease", &words).await?
            }
            _ => return Err(HostError::Refused { refusal, address }),
        },
        other => other?,
    };
    answer.accepted("leased")?;
    Ok(answer.get("undoable").map(str::to_owned))
}

/// Renews a lease; refused once somebody else had it.
pub async fn renew(host: &dyn Host, nonce: &str) -> Result<(), HostError> {
    let answer = call(host, "lease", &[nonce, "renew"]).await?;
    answer.accepted("leased")
}

/// Gives the lease back, if it is still this deployment's.
pub async fn free(host: &dyn Host, nonce: &str, left: Left) -> Result<(), HostError> {
    let words: &[&str] = match left {
        Left::Open => &[nonce, "free"],
        Left::Ended => &[nonce, "free", "ended"],
    };
    call(host, "lease", words).await?.accepted("freed")
}

/// What the coordinator keeps.
pub async fn read(host: &dyn Host, rollout: &str) -> Result<Document, HostError> {
    let answer = call(host, "rollout-read", &[rollout]).await?;
    answer.accepted("rollout")?;
    Ok(answer.document())
}

/// Waits for approval from now on.
pub async fn pause(host: &dyn Host, rollout: &str, nonce: &str, waiting: &Waiting) -> Result<(), HostError> {
    let lines = [format!("batch={}", waiting.batch), format!("deployer={}", waiting.deployer)];
    let words = [rollout, nonce, &waiting.digest, &lines[0], &lines[1]];
    call(host, "rollout-write", &words).await?.accepted("written")
}

/// The wait is over; without a digest, so is the rollout, and no approval is left.
pub async fn clear(host: &dyn Host, rollout: &str, nonce: &str, digest: &str) -> Result<(), HostError> {
    let answer = call(host, "rollout-write", &[rollout, nonce, digest]).await?;
    answer.accepted("written")
}

/// Approves what waits, if it still is the plan of this digest.
pub async fn approve(host: &dyn Host, rollout: &str, approval: &Approval) -> Result<(), HostError> {
    let batch = format!("batch={}", approval.batch);
    let by = format!("by={}", approval.by);
    let signature = approval.signature.as_ref();
    let signature = signature.map(|signature| format!("signature={signature}"));
    let mut words = vec![rollout, &approval.digest, &batch, &by];
    words.extend(signature.as_deref());
    call(host, "rollout-approve", &words).await?.accepted("approved")
}

impl Answer {
    pub(super) fn held(&self) -> Option<Held> {
        let owned = |key| self.get(key).map(str::to_owned);
        Some(Held {
            rollout: owned("held.rollout")?,
            nonce: owned("held.nonce")?,
            deployer: owned("held.deployer")?,
            process: owned("held.process").unwrap_or_default(),
            since: owned("held.since").unwrap_or_default(),
        })
    }

    fn document(&self) -> Document {
        let owned = |key: &str| self.get(key).map(str::to_owned);
        let number = |key: &str| self.get(key).and_then(|number| number.parse().ok());
        let waiting = || {
            Some(Waiting {
                digest: owned("record.digest")?,
                batch: number("record.batch")?,
                deployer: owned("record.deployer")?,
                since: owned("record.since")?,
            })
        };
        let approval = || {
            Some(Approval {
                digest: owned("approval.digest")?,
                batch: number("approval.batch")?,
                by: owned("approval.by")?,
                signature: owned("approval.signature"),
            })
        };
        Document { waiting: waiting(), approval: approval() }
    }
}

/// Names this process in a way that only this machine, in this boot, can look up.
#[must_use]
pub fn this_process() -> String {
    format!("{}:{}", this_boot(), std::process::id())
}

/// Whether a process of this machine, in this boot, is gone; one of another machine never is.
fn is_gone(process: &str) -> bool {
    let Some((boot, id)) = process.rsplit_once(':') else {
        return false;
    };
    // Without the time of the first process, a container cannot be told from its machine.
    if boot != this_boot() || boot.ends_with('-') {
        return false;
    }
    let id = id.parse().ok().and_then(rustix::process::Pid::from_raw);
    // Not by /proc, which may hide what other users run.
    let asked = id.map(rustix::process::test_kill_process);
    asked == Some(Err(rustix::io::Errno::SRCH))
}

/// Containers share the kernel's id with their machine; when their first process began tells them apart.
fn this_boot() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let kernel = read("/proc/sys/kernel/random/boot_id");
    let first = read("/proc/1/stat");
    let began = first.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19));
    format!("{}-{}", kernel.trim(), began.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_process_of_this_boot_can_be_known_to_be_gone() {
        assert!(!is_gone(&this_process()));
        assert!(is_gone(&format!("{}:4194305", this_boot())));
        assert!(!is_gone("another-boot:4194305"));
        assert!(!is_gone(&format!("{}:", this_boot())));
        assert!(!is_gone(""));
    }
}
