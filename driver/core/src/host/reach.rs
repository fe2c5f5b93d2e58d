//! An ssh_config with which other programs reach a node as root over the connection that is there.
//!
//! Where root logs in, they share it. Elsewhere ssh gives sudo no place before what git or rsync ask for: there root's own
//! sshd, which ends with what it was started for and listens nowhere, speaks through it.

use std::path::Path;

use super::master::Connection;
use super::{HostCommand, HostError};
use crate::process::Command;

/// Root's sshd on the host.
const SSHD: &str = include_str!("reach-sshd.sh");

/// What holds for every node.
const ALWAYS: &str = "BatchMode yes\n  ControlMaster no\n  LogLevel ERROR\n";

/// The lines of a node whose connection is root's.
pub(super) fn shared(node: &str, connection: &Connection) -> String {
    let socket = connection.socket().display();
    // Without the connection there is no other way.
    format!("Host {node}\n  HostName netlib\n  ControlPath {socket}\n  ProxyCommand false\n  {ALWAYS}")
}

/// What is to be root's on a node where root does not log in.
pub(super) async fn sshd(connection: &Connection) -> Result<HostCommand, HostError> {
    let public = public_key(&key(connection)).await?;
    Ok(HostCommand::new(["sh", "-c", SSHD, "sh", public.trim()]))
}

/// The lines of such a node, where the `ssh` in this folder leads to that.
pub(super) fn through(node: &str, connection: &Connection, folder: &Path) -> String {
    let (folder, key) = (folder.display(), key(connection));
    let key = key.display();
    // Who answers there was asked for through a connection that knows the host.
    format!(
        "Host {node}\n  User root\n  ProxyCommand env PATH={folder}:\"$PATH\" {folder}/ssh\n  IdentityFile {key}\n  \
         IdentitiesOnly yes\n  ControlPath none\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  \
         GlobalKnownHostsFile /dev/null\n  {ALWAYS}"
    )
}

/// The key of this run.
fn key(connection: &Connection) -> std::path::PathBuf {
    connection.socket().with_file_name("key")
}

/// Its public half, made when it is first needed.
async fn public_key(key: &Path) -> Result<String, HostError> {
    let public = key.with_extension("pub");
    if !public.exists() {
        let words = ["-q", "-t", "ed25519", "-N", "", "-C", "netlib", "-f"];
        Command::new("ssh-keygen").args(words).arg(key.as_os_str()).output().await?;
    }
    std::fs::read_to_string(&public).map_err(|error| HostError::at(&public, error))
}
