//! What deployers agree on about one rollout, kept by its coordinator: the lock, the pause, the approval, and which nodes
//! were changed.

use super::answer::Answer;
use super::{Refusal, call};
use crate::host::{Host, HostError};

/// Who asks for the lock.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Names the deployment.
    pub nonce: String,
    /// User and machine.
    pub deployer: String,
    /// The process, so that a deployer on the same machine can tell whether it is gone.
    pub process: String,
}

/// Who has the lock.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
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

/// Somebody's approval.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// Of which plan: its digest.
    pub digest: String,
    /// Up to which batch.
    pub batch: usize,
    /// Whose.
    pub by: String,
}

/// What a coordinator says of a rollout.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Look {
    /// Who has the lock.
    pub held: Option<Held>,
    /// What is waited for.
    pub waiting: Option<Waiting>,
    /// What has been approved.
    pub approval: Option<Approval>,
}

/// A node that an earlier run of the same plan changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangedNode {
    /// Its name.
    pub node: String,
    /// The generation that its profile named before.
    pub generation: Option<u64>,
    /// The system that ran before.
    pub toplevel: Option<String>,
}

/// Takes the lock, or renews it. Returns the nodes that a deployment of the plan with this digest has changed before.
pub async fn lock(
    host: &dyn Host,
    rollout: &str,
    holder: &Holder,
    digest: &str,
) -> Result<Vec<ChangedNode>, HostError> {
    let Holder {
        nonce,
        deployer,
        process,
    } = holder;
    let words = [rollout, nonce, deployer, process];
    let answer = match call(host, "rollout-lock", &words).await {
        Err(HostError::Refused { refusal, address }) => match *refusal {
            // Whoever had it on this machine was killed, and will not come back for it.
            Refusal::RolloutBusy(ref held) if is_gone(&held.process) => {
                let words = [&words[..], &[&held.nonce]].concat();
                call(host, "rollout-lock", &words).await?
            }
            _ => return Err(HostError::Refused { refusal, address }),
        },
        other => other?,
    };
    answer.accepted("locked")?;
    if answer.get("changed.digest") != Some(digest) {
        return Ok(Vec::new());
    }
    Ok(answer.all("changed.node").filter_map(changed).collect())
}

/// Gives the lock back, if it is still this deployment's.
pub async fn unlock(host: &dyn Host, rollout: &str, nonce: &str) -> Result<(), HostError> {
    let answer = call(host, "rollout-unlock", &[rollout, nonce]).await?;
    answer.accepted("unlocked")
}

/// Writes down which nodes deployments of this plan have changed.
pub async fn note(
    host: &dyn Host,
    rollout: &str,
    digest: &str,
    nodes: &[ChangedNode],
) -> Result<(), HostError> {
    let lines: Vec<String> = nodes.iter().map(ChangedNode::line).collect();
    let lines = lines.iter().map(String::as_str);
    let words: Vec<&str> = [rollout, digest].into_iter().chain(lines).collect();
    call(host, "rollout-note", &words).await?.accepted("noted")
}

/// Waits for approval from now on; the answer says whether there is one already.
pub async fn pause(host: &dyn Host, rollout: &str, waiting: &Waiting) -> Result<Look, HostError> {
    let Waiting {
        digest,
        batch,
        deployer,
        ..
    } = waiting;
    let words = [rollout, digest, &batch.to_string(), deployer];
    let answer = call(host, "rollout-pause", &words).await?;
    answer.accepted("pause.digest")?;
    Ok(answer.look())
}

/// How a rollout stands.
pub async fn look(host: &dyn Host, rollout: &str) -> Result<Look, HostError> {
    let answer = call(host, "rollout-look", &[rollout]).await?;
    answer.accepted("rollout")?;
    Ok(answer.look())
}

/// Approves what waits, if it still is the plan of this digest.
pub async fn approve(
    host: &dyn Host,
    rollout: &str,
    digest: &str,
    by: &str,
) -> Result<(), HostError> {
    let answer = call(host, "rollout-approve", &[rollout, digest, by]).await?;
    answer.accepted("approved")
}

/// The wait is over.
pub async fn resume(host: &dyn Host, rollout: &str) -> Result<(), HostError> {
    call(host, "rollout-resume", &[rollout])
        .await?
        .accepted("resumed")
}

/// Nothing is left to go on with.
pub async fn end(host: &dyn Host, rollout: &str) -> Result<(), HostError> {
    call(host, "rollout-end", &[rollout])
        .await?
        .accepted("ended")
}

impl ChangedNode {
    fn line(&self) -> String {
        let generation = self
            .generation
            .map_or("-".to_owned(), |number| number.to_string());
        let toplevel = self.toplevel.as_deref().unwrap_or("-");
        format!("{} {generation} {toplevel}", self.node)
    }
}

fn changed(line: &str) -> Option<ChangedNode> {
    let mut words = line.splitn(3, ' ');
    Some(ChangedNode {
        node: words.next()?.to_owned(),
        generation: words.next()?.parse().ok(),
        toplevel: words.next().filter(|path| *path != "-").map(str::to_owned),
    })
}

impl Answer {
    pub(super) fn held(&self) -> Option<Held> {
        let owned = |key| self.get(key).map(str::to_owned);
        Some(Held {
            nonce: owned("held.nonce")?,
            deployer: owned("held.deployer")?,
            process: owned("held.process").unwrap_or_default(),
            since: owned("held.since").unwrap_or_default(),
        })
    }

    fn look(&self) -> Look {
        let owned = |key: &str| self.get(key).map(str::to_owned);
        let number = |key: &str| self.get(key).and_then(|number| number.parse().ok());
        let waiting = || {
            Some(Waiting {
                digest: owned("pause.digest")?,
                batch: number("pause.batch")?,
                deployer: owned("pause.deployer")?,
                since: owned("pause.since")?,
            })
        };
        let approval = || {
            Some(Approval {
                digest: owned("approval.digest")?,
                batch: number("approval.batch")?,
                by: owned("approval.by")?,
            })
        };
        Look {
            held: self.held(),
            waiting: waiting(),
            approval: approval(),
        }
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
    boot == this_boot() && !std::path::Path::new("/proc").join(id).exists()
}

/// Containers share the kernel's id with their machine; when their first process began tells them apart.
fn this_boot() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let kernel = read("/proc/sys/kernel/random/boot_id");
    let first = read("/proc/1/stat");
    let began = first
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().nth(19));
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
        assert!(!is_gone(""));
    }

    #[test]
    fn a_changed_node_survives_its_line() {
        for (generation, toplevel) in [(Some(3), Some("/nix/store/1-a b".to_owned())), (None, None)]
        {
            let node = ChangedNode {
                node: "alpha".to_owned(),
                generation,
                toplevel,
            };
            assert_eq!(changed(&node.line()), Some(node));
        }
    }
}
