//! A host behind OpenSSH: one connection that every command and `nix copy` share, made again when it broke.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};
use tokio::sync::Mutex;

use super::anew;
use super::connect::address;
use super::frame::Framed;
use super::master::{Connection, NOT_FOUND, SSH_FAILED};
use super::nix_ssh::NixSsh;
use super::password::{SudoPassword, asker};
use super::rights::{Login, Rights};
use super::shared::Shared;
use super::{Host, HostCommand, HostError, RemoteStore, reach};
use crate::plan::Target;
use crate::process::{Command, Limits, LineSink, Output, ProcessError};

/// A host behind OpenSSH.
pub(super) struct SshHost {
    node: String,
    target: Target,
    shared: Shared,
    rights: OnceLock<Rights>,
    reached: Mutex<Option<Reached>>,
}

/// How other programs reach it.
struct Reached {
    connection: Arc<Connection>,
    lines: String,
    _ssh: Option<NixSsh>,
}

/// A host whose rights are not known yet.
struct Greeting<'a> {
    host: &'a SshHost,
    connection: &'a Connection,
}

impl SshHost {
    /// Connects, and finds out how to become root.
    pub(super) async fn connect(
        node: String,
        target: Target,
        socket: PathBuf,
        password: &SudoPassword,
    ) -> Result<Self, HostError> {
        let shared = Shared::new(node.clone(), target.clone(), socket);
        let host = Self { shared, node, target, rights: OnceLock::new(), reached: Mutex::default() };
        let connection = host.shared.connection().await?;
        let greeting = Greeting { host: &host, connection: &connection };
        match Rights::find(&greeting, password).await {
            Ok(rights) => {
                host.rights.get_or_init(|| rights);
                Ok(host)
            }
            Err(error) => {
                host.close().await;
                Err(error)
            }
        }
    }

    async fn execute_over(
        &self,
        connection: &Connection,
        command: HostCommand,
        lines: Option<&LineSink>,
    ) -> Result<Output, HostError> {
        let framed = Framed::new(&command.argv);
        let prepare = |ssh: Command| {
            ssh.stdin(command.stdin).timeout(command.timeout).limits(Limits::HOST).after_mark(framed.mark)
        };
        match connection.run(&framed.argv, prepare, lines).await {
            Ok(output) => Ok(output),
            Err(error) => Err(self.judge(connection, error).await.of(&command.argv)),
        }
    }

    /// What the end of the ssh here says about the command there.
    async fn judge(&self, connection: &Connection, error: ProcessError) -> HostError {
        let (status, said) = match &error {
            ProcessError::Failed { status, stderr_tail, .. } => (*status, stderr_tail.clone()),
            _ => return HostError::of_command(&self.address(), error),
        };
        let broken = |said: String| HostError::Disconnected { address: self.address(), argv: Vec::new(), said };
        let ended = |status: String| HostError::Failed {
            address: self.address(),
            argv: Vec::new(),
            status,
            said: said.clone(),
        };
        match status.code() {
            None => broken(format!("ssh ended by {status}")),
            Some(NOT_FOUND) => ended("command not found".to_owned()),
            // ssh says this both for itself and for a command that ended so; the connection tells which.
            Some(SSH_FAILED) if !connection.is_alive().await => broken(said),
            Some(_) => ended(status.to_string()),
        }
    }

    /// Runs over the shared connection; what only looks is asked again when that one broke.
    async fn run_here(&self, command: HostCommand, lines: Option<LineSink>) -> Result<Output, HostError> {
        let is_question = command.is_question;
        let result = self.run_once(command.clone(), lines.as_ref()).await;
        match result {
            Err(HostError::Disconnected { .. }) if is_question => self.run_once(command, lines.as_ref()).await,
            result => result,
        }
    }

    /// Runs over the shared connection, and forgets that one if it turns out to be broken.
    async fn run_once(&self, command: HostCommand, lines: Option<&LineSink>) -> Result<Output, HostError> {
        let connection = self.shared.connection().await?;
        let command = self.as_root(command)?;
        let result = self.execute_over(&connection, command, lines).await;
        self.learn(&result);
        if let Err(HostError::Disconnected { .. } | HostError::TimedOut { .. }) = result
            && !connection.is_alive().await
        {
            self.shared.forget(&connection).await;
        }
        result
    }

    fn as_root(&self, command: HostCommand) -> Result<HostCommand, HostError> {
        let Some(rights) = self.rights.get() else {
            return Ok(command);
        };
        rights.check(&self.address())?;
        Ok(rights.wrap(command))
    }

    fn learn(&self, result: &Result<Output, HostError>) {
        if let Some(rights) = self.rights.get() {
            rights.learn(result);
        }
    }

    async fn run_over_new_connection(&self, command: HostCommand) -> Result<Output, HostError> {
        let result = anew::run(&self.node, &self.target, self.as_root(command)?).await;
        self.learn(&result);
        result
    }

    async fn open_store(&self) -> Result<RemoteStore, HostError> {
        let connection = self.shared.connection().await?;
        // Root's own Nix takes paths without signatures; that of another user would not.
        let daemon = self.as_root(HostCommand::new(["nix-daemon", "--stdio"]))?;
        let (url, ssh_options) = (store_url(&self.node), connection.share_options());
        Ok(RemoteStore { url, ssh_options, ssh: NixSsh::to(&connection, &daemon)? })
    }

    async fn way_for_others(&self) -> Result<String, HostError> {
        let connection = self.shared.connection().await?;
        let mut reached = self.reached.lock().await;
        // Another connection is another way.
        if let Some(reached) = reached.as_ref().filter(|reached| Arc::ptr_eq(&reached.connection, &connection)) {
            return Ok(reached.lines.clone());
        }
        let (lines, ssh) = match self.rights.get() {
            Some(Rights::Root) | None => (reach::shared(&self.node, &connection), None),
            Some(_) => {
                let ssh = NixSsh::to(&connection, &self.as_root(reach::sshd(&connection).await?)?)?;
                (reach::through(&self.node, &connection, &ssh.folder), Some(ssh))
            }
        };
        *reached = Some(Reached { connection, lines: lines.clone(), _ssh: ssh });
        Ok(lines)
    }
}

impl Host for SshHost {
    fn node(&self) -> &str {
        &self.node
    }

    fn address(&self) -> String {
        address(&self.target)
    }

    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        self.run_here(command, lines).boxed()
    }

    fn is_connected(&self) -> BoxFuture<'_, bool> {
        self.shared.is_open().boxed()
    }

    fn reach(&self) -> BoxFuture<'_, Result<String, HostError>> {
        self.way_for_others().boxed()
    }

    fn run_anew(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        self.run_over_new_connection(command).boxed()
    }

    fn store(&self) -> BoxFuture<'_, Result<Option<RemoteStore>, HostError>> {
        self.open_store().map_ok(Some).boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.shared.close().boxed()
    }
}

impl Login for Greeting<'_> {
    fn asker(&self) -> BoxFuture<'_, Result<Option<String>, HostError>> {
        asker(&self.host.target).map_err(HostError::from).boxed()
    }

    fn execute(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        self.host.execute_over(self.connection, command, None).boxed()
    }
}

/// How Nix calls the store. The name leads nowhere, it is only shown: the `ssh` that Nix finds leads to the open connection.
fn store_url(node: &str) -> String {
    // Nix takes this name for its own machine, without any ssh.
    let suffix = if node == "localhost" { ".netlib" } else { "" };
    format!("ssh-ng://{}{suffix}", percent_encoded(node))
}

/// Everything but letters, digits and what no URL gives a meaning to.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                encoded.push(char::from(byte));
            }
            byte => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_a_name_has_a_meaning_in_the_url() {
        assert_eq!(store_url("alpha"), "ssh-ng://alpha");
        assert_eq!(store_url("localhost"), "ssh-ng://localhost.netlib");
        assert_eq!(store_url("a@b?c#d%e"), "ssh-ng://a%40b%3Fc%23d%25e");
    }
}
