//! A host behind OpenSSH: one connection that every command and `nix copy` share, made again when it broke.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::connect::address;
use super::frame::{Framed, WITHIN};
use super::master::{Connection, NOT_FOUND, SSH_FAILED};
use super::password::SudoPassword;
use super::privilege::Privilege;
use super::reach::Through;
use super::shared::Shared;
use super::{Host, HostCommand, HostError, RemoteStore, reach, retry, store};
use crate::plan::Target;
use crate::process::{Command, End, LineSink, Output, ProcessError, quote_argv};
use crate::text::below;

/// A host behind OpenSSH.
pub struct SshHost {
    node: String,
    target: Target,
    shared: Shared,
    privilege: Privilege,
    reached: Mutex<Option<Reached>>,
    /// Whether the way to the host's own daemon came to nothing, for whatever reason.
    pub lacks_daemon: AtomicBool,
    /// Held by a copy: two that open the host's store for the first time are in each other's way.
    pub copying: Mutex<()>,
}

/// How other programs reach it.
struct Reached {
    connection: Arc<Connection>,
    lines: String,
    _ssh: Option<Through>,
}

impl SshHost {
    /// Connects, and finds out how to become root.
    pub(super) async fn connect(
        node: &str,
        target: &Target,
        socket: PathBuf,
        password: &SudoPassword,
    ) -> Result<Self, HostError> {
        let shared = Shared::new(target.clone(), socket);
        let connection = shared.connection().await?;
        let run = |command| run_over(&connection, target, command, None).boxed();
        let privilege = match Privilege::find(target, &run, password).await {
            Ok(privilege) => privilege,
            Err(error) => {
                shared.close().await;
                return Err(error);
            }
        };
        Ok(Self {
            node: node.to_owned(),
            target: target.clone(),
            shared,
            privilege,
            reached: Mutex::default(),
            lacks_daemon: AtomicBool::default(),
            copying: Mutex::default(),
        })
    }

    /// Runs over the shared connection, and doubts that one if it may have broken; or over one of its own.
    async fn attempt(&self, command: HostCommand, lines: Option<&LineSink>) -> Result<Output, HostError> {
        if command.is_anew {
            return self.run_anew(command).await;
        }
        let connection = self.shared.connection().await?;
        let result = run_over(&connection, &self.target, command, lines).await;
        if let Err(HostError::Disconnected(_) | HostError::TimedOut(_)) = result {
            self.shared.doubt().await;
        }
        result
    }

    /// Logs in anew, runs a command and leaves: what shows that a host can be reached by somebody who comes now.
    async fn run_anew(&self, command: HostCommand) -> Result<Output, HostError> {
        let socket = self.shared.socket.with_extension(Framed::new(&[]).mark);
        let connection = retry::with_backoff(|| Connection::bare(&self.target, &socket)).await?;
        let result = run_over(&connection, &self.target, command, None).await;
        connection.end().await;
        result
    }

    /// Whether the connection that all share is there at this moment; nothing is done to make it.
    pub async fn is_connected(&self) -> bool {
        self.shared.is_open().await
    }

    /// Ends the connection for good.
    pub async fn close(&self) {
        self.shared.close().await;
    }

    /// How Nix reaches the store there, as long as the value lives: by the daemon that the host has running for root, or by one of
    /// its own.
    pub async fn store(&self) -> Result<RemoteStore, HostError> {
        let connection = self.shared.connection().await?;
        if let Privilege::Root = self.privilege
            && !self.lacks_daemon.load(Ordering::Relaxed)
            && let Some(socket) = connection.forward(store::DAEMON).await
        {
            return Ok(RemoteStore::at(&socket));
        }
        let text = format!("{WITHIN}exec nix-daemon --stdio");
        // Root's own Nix takes paths without signatures; that of another user would not.
        let daemon = self.privilege.wrap(HostCommand::new(["sh", "-c", &text]).timeout(store::LIMIT));
        let (socket, target) = (connection.socket().with_extension("store"), self.target.clone());
        let answer = move |peer| {
            let (connection, target) = (Arc::clone(&connection), target.clone());
            let daemon = HostCommand { peer: Some(peer), ..daemon.clone() };
            async move { run_over(&connection, &target, daemon, None).await }.boxed()
        };
        RemoteStore::behind(&socket, Box::new(answer))
    }

    /// The lines of an ssh_config with which other programs reach it as root.
    pub(super) async fn reach(&self) -> Result<String, HostError> {
        let connection = self.shared.connection().await?;
        let mut reached = self.reached.lock().await;
        // Another connection is another way.
        if let Some(reached) = reached.as_ref().filter(|reached| Arc::ptr_eq(&reached.connection, &connection)) {
            return Ok(reached.lines.clone());
        }
        let (lines, ssh) = if let Privilege::Root = self.privilege {
            (reach::shared(&self.node, &connection), None)
        } else {
            let ssh = Through::to(&connection, &self.privilege.wrap(reach::sshd(&connection).await?))?;
            (reach::through(&self.node, &connection, &ssh.folder), Some(ssh))
        };
        *reached = Some(Reached { connection, lines: lines.clone(), _ssh: ssh });
        Ok(lines)
    }
}

async fn run_over(
    connection: &Connection,
    target: &Target,
    command: HostCommand,
    lines: Option<&LineSink>,
) -> Result<Output, HostError> {
    let (framed, argv) = (Framed::new(&command.argv), command.argv.clone());
    let ssh = command.through(connection.command(&framed.argv));
    let ssh = Command { mark: Some(framed.mark), ..ssh };
    match connection.run(ssh, &framed.argv, lines).await {
        Ok(output) => Ok(output),
        Err(error) => Err(judge(connection, (&address(target), &argv), error).await),
    }
}

/// What the end of the ssh here says about the command there.
async fn judge(connection: &Connection, (address, argv): (&str, &[String]), error: ProcessError) -> HostError {
    let code = if let End::Status(status) = &error.end { Some(status.code()) } else { None };
    let error = HostError::of_command(address, argv, error);
    let broke = |stderr: &str| {
        let (argv, stderr) = (quote_argv(argv), below(stderr));
        HostError::Disconnected(format!("the connection to {address} broke while this ran: {argv}{stderr}"))
    };
    match (code, error) {
        (Some(None), HostError::Failed { status, .. }) => broke(&format!("ssh ended by {status}")),
        (Some(Some(NOT_FOUND)), HostError::Failed { address, argv, stderr, .. }) => {
            HostError::Failed { address, argv, stderr, status: "command not found".to_owned() }
        }
        // ssh says this both for itself and for a command that ended so; the connection tells which.
        (Some(Some(SSH_FAILED)), HostError::Failed { stderr, .. }) if !connection.is_alive().await => broke(&stderr),
        (_, error) => error,
    }
}

impl Host for SshHost {
    fn node(&self) -> &str {
        &self.node
    }

    fn address(&self) -> String {
        address(&self.target)
    }

    /// What only looks is asked again when the shared connection broke.
    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>> {
        let run = async move |command: HostCommand| {
            let is_question = command.is_question && !command.is_anew;
            match self.attempt(command.clone(), lines.as_ref()).await {
                Err(HostError::Disconnected(_)) if is_question => self.attempt(command, lines.as_ref()).await,
                result => result,
            }
        };
        async move { self.privilege.run(&self.address(), command, run).await }.boxed()
    }

    fn ssh(&self) -> Option<&SshHost> {
        Some(self)
    }
}
