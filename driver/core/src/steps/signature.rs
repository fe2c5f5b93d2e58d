//! Approvals signed with the SSH keys of those whose approval counts, so that a coordinator cannot make one up.

use std::collections::BTreeMap;
use std::io;
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
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

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

    /// Signs with a key: a private one, or a public one whose private half the agent has. The signature is one line.
    pub async fn sign(&self, key: &Path) -> Result<String, String> {
        let command = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"])
            .arg(key)
            .stdin(self.0.clone())
            .timeout(PATIENCE);
        let output = command.output().await.map_err(|error| error.to_string())?;
        let text = clean(&output.stdout);
        let lines = text.lines().filter(|line| !line.starts_with("-----"));
        Ok(lines.collect())
    }

    /// Whose signature of this it is, among those whose approval counts.
    pub async fn signer(&self, approvers: &Approvers, signature: &str, dir: &Path) -> Option<String> {
        let dir = tempfile::tempdir_in(dir).ok()?;
        let (signed, allowed) = (dir.path().join("signature"), dir.path().join("allowed"));
        std::fs::write(&signed, format!("{BEGIN}\n{signature}\n{END}\n")).ok()?;
        write_allowed(&allowed, approvers).ok()?;
        for (number, name) in approvers.keys().enumerate() {
            let command = Command::new("ssh-keygen")
                .args(["-Y", "verify", "-n", NAMESPACE, "-I", &principal(number), "-f"])
                .arg(&allowed)
                .arg("-s")
                .arg(&signed)
                .stdin(self.0.clone());
            if command.output().await.is_ok() {
                return Some(name.clone());
            }
        }
        None
    }
}

/// Names may hold what means something in a list of principals.
fn principal(number: usize) -> String {
    format!("approver-{number}")
}

fn write_allowed(path: &Path, approvers: &Approvers) -> io::Result<()> {
    let of = |(number, keys): (usize, &Vec<String>)| -> String {
        let lines = keys.iter().map(|key| format!("{} {key}\n", principal(number)));
        lines.collect()
    };
    let text: String = approvers.values().enumerate().map(of).collect();
    std::fs::write(path, text)
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
        assert!(!by_bob.contains('\n'));
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
