//! Approvals signed with the SSH keys of those whose approval counts, so that a coordinator cannot make one up.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::host::script::rollout::Approval;
use crate::plan::Network;
use crate::process::Command;
use crate::text::clean;

/// What a signature is for: one that was made for anything else is none.
const NAMESPACE: &str = "netlib-approval";
/// Somebody may have to touch a key, or type its passphrase.
const PATIENCE: Duration = Duration::from_secs(120);
/// Who signed, for ssh-keygen: names may hold what means something in a list of principals.
const PRINCIPAL: &str = "approver";

/// Keys of approvers, by their names.
pub type Approvers = BTreeMap<String, Vec<String>>;

/// What is signed: one plan of one rollout, up to one batch.
pub struct Statement(String);

impl Statement {
    /// Of this approval.
    pub fn of(network: &Network, rollout: &str, approval: &Approval) -> Self {
        let Approval { digest, batch, .. } = approval;
        Self(format!("network={}\nrollout={rollout}\ndigest={digest}\nbatch={batch}\n", network.id))
    }

    /// Signs with a key: a private one, or a public one whose private half the agent has.
    pub async fn sign(&self, key: &Path) -> Result<String, String> {
        let command = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"])
            .arg(key)
            .stdin(self.0.clone())
            .timeout(PATIENCE);
        let output = command.output().await.map_err(|error| error.to_string())?;
        Ok(clean(&output.stdout))
    }

    /// Whose signature of this it is, among those whose approval counts.
    pub async fn signer(&self, approvers: &Approvers, signature: &str, dir: &Path) -> Option<String> {
        let dir = tempfile::tempdir_in(dir).ok()?;
        let (signed, allowed) = (dir.path().join("signature"), dir.path().join("allowed"));
        std::fs::write(&signed, signature).ok()?;
        for (name, keys) in approvers {
            let lines: String = keys.iter().map(|key| format!("{PRINCIPAL} {key}\n")).collect();
            std::fs::write(&allowed, lines).ok()?;
            let command = Command::new("ssh-keygen")
                .args(["-Y", "verify", "-n", NAMESPACE, "-I", PRINCIPAL, "-f"])
                .args([&allowed, Path::new("-s"), &signed])
                .stdin(self.0.clone());
            if command.output().await.is_ok() {
                return Some(name.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(id: &str) -> Network {
        Network { id: id.to_owned(), name: "home".to_owned() }
    }

    fn approval(digest: &str, batch: usize) -> Approval {
        Approval { digest: digest.to_owned(), batch, by: "anna".to_owned(), signature: None }
    }

    async fn key(dir: &Path, name: &str) -> String {
        let path = dir.join(name);
        let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&path);
        made.output().await.unwrap();
        std::fs::read_to_string(path.with_extension("pub")).unwrap().trim().to_owned()
    }

    #[tokio::test]
    async fn a_signature_is_of_one_statement_by_one_of_the_approvers() {
        let dir = tempfile::tempdir().unwrap();
        let [anna, bob, eve] = ["anna", "bob", "eve"];
        let keys = [key(dir.path(), anna).await, key(dir.path(), bob).await];
        key(dir.path(), eve).await;
        let approvers: Approvers =
            [anna, "b*b, c"].into_iter().map(str::to_owned).zip(keys.map(|key| vec![key])).collect();
        let statement = Statement::of(&network("id"), "web", &approval("d1", 1));
        let signer =
            async |statement: &Statement, signature: &str| statement.signer(&approvers, signature, dir.path()).await;
        let by_bob = statement.sign(&dir.path().join(bob)).await.unwrap();
        assert_eq!(signer(&statement, &by_bob).await.as_deref(), Some("b*b, c"));
        let by_eve = statement.sign(&dir.path().join(eve)).await.unwrap();
        assert_eq!(signer(&statement, &by_eve).await, None);
        assert_eq!(signer(&statement, "U1NIU0lH").await, None);
        assert_eq!(signer(&statement, "").await, None);
        for other in [
            Statement::of(&network("id"), "web", &approval("d2", 1)),
            Statement::of(&network("id"), "web", &approval("d1", 2)),
            Statement::of(&network("id"), "db", &approval("d1", 1)),
            Statement::of(&network("other"), "web", &approval("d1", 1)),
        ] {
            assert_eq!(signer(&other, &by_bob).await, None, "{}", other.0);
        }
    }
}
