//! What deployers agree on about one rollout: each member's lease, which one deployer has, and the record of its coordinator,
//! which says where it waits and who approved.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{if_good, line};
use super::{Done, Refusal, call, tell};
use crate::host::{Host, HostError};

/// In place of a lease: an approval needs none.
const NO_LEASE: &str = "-";

/// How often a document is changed that others change at the same time.
const TRIES: usize = 5;

/// Who asks for leases.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The id of the rollout.
    pub rollout: String,
    /// Names the deployment.
    pub nonce: String,
    /// User and machine.
    pub deployer: String,
    /// Names the plan.
    pub digest: String,
    /// Names the deployments of runs that were killed: what they hold is free.
    pub dead: Vec<String>,
}

/// A rollout that waits for approval.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Waiting {
    /// What is waited with: the digest of the plan.
    #[serde(deserialize_with = "line")]
    pub digest: String,
    /// After which batch.
    pub batch: usize,
    /// Who deploys.
    #[serde(deserialize_with = "line")]
    pub deployer: String,
    /// Since when, in UTC.
    #[serde(deserialize_with = "line")]
    pub since: String,
}

/// Somebody's approval, as the coordinator claims.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Approval {
    /// Of which plan: its digest.
    #[serde(deserialize_with = "line")]
    pub digest: String,
    /// Up to which batch.
    pub batch: usize,
    /// Whose.
    #[serde(deserialize_with = "line")]
    pub by: String,
    /// What proves it.
    pub signature: Option<String>,
}

/// What a coordinator keeps of a rollout.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Document {
    /// What is waited for.
    #[serde(deserialize_with = "if_good")]
    pub waiting: Option<Waiting>,
    /// What has been approved.
    #[serde(deserialize_with = "if_good")]
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
    let Holder { rollout, nonce, deployer, digest, dead } = holder;
    let mut words: Vec<&str> = vec![nonce, "take", rollout, deployer, digest];
    words.extend(dead.iter().map(String::as_str));
    call(host, "lease", &words).await.map(|taken: Done| taken.undoable)
}

/// Renews a lease; refused once somebody else had it.
pub async fn renew(host: &dyn Host, nonce: &str) -> Result<(), HostError> {
    tell(host, "lease", &[nonce, "renew"]).await
}

/// Gives the lease back, if it is still this deployment's.
pub async fn free(host: &dyn Host, nonce: &str, left: Left) -> Result<(), HostError> {
    let words = if left == Left::Ended { &[nonce, "free", "ended"][..] } else { &[nonce, "free"] };
    tell(host, "lease", words).await
}

/// What the coordinator keeps.
pub async fn read(host: &dyn Host, rollout: &str) -> Result<Document, HostError> {
    call(host, "rollout_read", &[rollout]).await.map(|kept: Done| document(&kept.document))
}

/// Waits for approval from now on, or no longer. Only an approval of the plan of this digest stays.
pub async fn wait(
    host: &dyn Host,
    rollout: &str,
    nonce: &str,
    digest: &str,
    waiting: Option<&Waiting>,
) -> Result<(), HostError> {
    change(host, rollout, nonce, |document| {
        document.approval.take_if(|approval| approval.digest != digest);
        document.waiting = waiting.cloned();
        true
    })
    .await
}

/// Approves what waits, if it still is the plan of this digest.
pub async fn approve(host: &dyn Host, rollout: &str, approval: &Approval) -> Result<(), HostError> {
    change(host, rollout, NO_LEASE, |document| {
        document.approval = Some(approval.clone());
        document.waiting.as_ref().is_some_and(|waiting| waiting.digest == approval.digest)
    })
    .await
}

/// Changes what the coordinator keeps, if it is to be changed: again, where somebody else did so meanwhile.
async fn change(
    host: &dyn Host,
    rollout: &str,
    lease: &str,
    change: impl Fn(&mut Document) -> bool,
) -> Result<(), HostError> {
    let mut tries = TRIES;
    loop {
        let Done { document: before, .. } = call(host, "rollout_read", &[rollout]).await?;
        let mut after = document(&before);
        if !change(&mut after) {
            return Err(HostError::Refused { address: host.address(), refusal: Refusal::NotPaused.into() });
        }
        let text = if after == Document::default() { String::new() } else { json!(after).to_string() };
        tries -= 1;
        match tell(host, "rollout_write", &[rollout, lease, &before, &text]).await {
            Err(HostError::Refused { refusal, .. }) if tries > 0 && *refusal == Refusal::DocumentChanged => {}
            written => return written,
        }
    }
}

/// What is of no use counts as nothing.
fn document(text: &str) -> Document {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::is_clean;

    #[test]
    fn what_a_coordinator_hides_in_escapes_of_json_reaches_nobody() {
        let evil = r"EVIL\u001b[2J\u001b]0;title\u0007\u009b2J\u202e\nbeta: approved";
        let long = "x".repeat(1000);
        let text = format!(
            r#"{{"waiting":{{"digest":"{evil}","batch":1,"deployer":"{evil}","since":"{long}"}},
                "approval":{{"digest":"d","batch":1,"by":"{evil}","signature":"a\nb"}}}}"#
        );
        let Document { waiting, approval } = document(&text);
        let (waiting, approval) = (waiting.unwrap(), approval.unwrap());
        for shown in [&waiting.digest, &waiting.deployer, &waiting.since, &approval.by] {
            assert!(is_clean(shown) && !shown.contains('\n') && shown.len() < 300, "{shown:?}");
        }
        assert!(waiting.deployer.starts_with("EVIL") && waiting.deployer.ends_with("beta: approved"));
        assert_eq!(approval.signature.as_deref(), Some("a\nb"));
    }
}
