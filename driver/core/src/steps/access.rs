//! Whether the user who deploys could still log in to a new system.

use std::time::Duration;

use super::observe::ObservedState;
use crate::host::{HostCommand, login_words};
use crate::plan::Target;
use crate::process::Command;
use crate::text::clean;

/// How long an agent may think about which keys it has.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says so where none of this user's keys is among those that the new system lets in. A host that is switched to it notices, and
/// rolls back; one that only boots it does not.
pub(super) async fn lost_access(target: &Target, observed: &ObservedState) -> Option<String> {
    let (keys, home) = observed.toplevel.access.as_ref()?;
    let mut said = compared(target, keys).await?;
    if !home.is_empty() {
        let words = ["sh", "-c", "eval \"cat ~$1/.ssh/authorized_keys\"", "sh", home].map(str::to_owned);
        let there = observed.host.run(HostCommand::new(words)).await.map(|there| clean(&there.stdout));
        said = compared(target, &format!("{keys}\n{}", there.unwrap_or_default())).await?;
    }
    Some(said)
}

async fn compared(target: &Target, keys: &str) -> Option<String> {
    let script = ["-c", include_str!("own-keys.sh"), "own-keys"];
    let command = Command::new("sh").args(script).args(login_words(target)).stdin(keys);
    let said = clean(&command.timeout(PATIENCE).output().await.ok()?.stdout);
    (!said.is_empty()).then_some(said)
}
