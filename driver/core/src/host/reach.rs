//! An ssh_config with which other programs reach a node as root over the connection that is there.
//!
//! Where root logs in, they share it. Elsewhere ssh gives sudo no place before what git or rsync ask for: there root's own
//! sshd, which ends with what it was started for and listens nowhere, speaks through it.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::frame::Framed;
use super::master::Connection;
use super::{HostCommand, HostError};
use crate::private;
use crate::process::{Command, quote_argv};

/// What becomes the connection that another ssh asks for.
const SSH: &str = include_str!("reach-ssh.sh");
/// So often may a program of a plan connect: as many copies of what sudo reads lie ready.
const CONNECTIONS: usize = 64;
/// A pipe takes twice as many bytes without anybody reading.
const ROOM: usize = 32768;

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
        "Host {node}\n  User root\n  ProxyCommand {folder}/ssh\n  IdentityFile {key}\n  \
         IdentitiesOnly yes\n  ControlPath none\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  \
         GlobalKnownHostsFile /dev/null\n  {ALWAYS}"
    )
}

/// A folder with a program that leads to the host. It goes with the run; what sudo reads, with this value.
pub(super) struct Through {
    pub(super) folder: PathBuf,
    _first: Option<File>,
}

impl Through {
    /// Leads to this command over the connection.
    pub(super) fn to(connection: &Connection, command: &HostCommand) -> Result<Self, HostError> {
        let framed = Framed::new(&command.argv);
        let folder = connection.socket().with_extension(&framed.mark);
        let words = quote_argv(&connection.command(&framed.argv).argv());
        let ssh = format!("#!/bin/sh\nmark={}\nserver() {{ exec {words}; }}\n{SSH}", framed.mark);
        let program = folder.join("ssh");
        let written = private::make_folder(&folder).and_then(|()| private::write(&program, &ssh));
        let written = written.and_then(|()| std::fs::set_permissions(&program, Permissions::from_mode(0o700)));
        let first = written.and_then(|()| lay_ready(&folder.join("first"), &command.stdin));
        Ok(Self { _first: first.map_err(|error| HostError::at(&folder, error))?, folder })
    }
}

/// Makes a pipe that holds these lines, as long as it is open here.
fn lay_ready(path: &Path, lines: &[u8]) -> std::io::Result<Option<File>> {
    if lines.is_empty() {
        return Ok(None);
    }
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    let mut pipe = OpenOptions::new().read(true).write(true).open(path)?;
    pipe.write_all(&lines.repeat((ROOM / lines.len()).clamp(1, CONNECTIONS)))?;
    Ok(Some(pipe))
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
