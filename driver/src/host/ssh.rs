//! A host behind OpenSSH: one connection that every command and `nix copy` share, made again when it broke.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};
use openssh::{Error as SshError, Session, Stdio};

use super::anew;
use super::connect::address;
use super::error::SSH_OR_COMMAND;
use super::master;
use super::password::SudoPassword;
use super::rights::{Login, Rights};
use super::shared::{Shared, is_alive};
use super::{Host, HostCommand, HostError, RemoteStore, askpass};
use crate::plan::Target;
use crate::process::{LineSink, Output, Stream, Tail, pipes};

/// A host behind OpenSSH.
pub(super) struct SshHost {
    node: String,
    target: Target,
    shared: Shared,
    rights: OnceLock<Rights>,
}

/// A host whose rights are not known yet.
struct Greeting<'a> {
    host: &'a SshHost,
    session: &'a Session,
}

impl SshHost {
    /// Connects, and finds out how to become root.
    pub(super) async fn connect(
        node: String,
        target: Target,
        socket: PathBuf,
        password: &SudoPassword,
    ) -> Result<Self, HostError> {
        let host = Self {
            shared: Shared::new(node.clone(), target.clone(), socket),
            node,
            target,
            rights: OnceLock::new(),
        };
        let session = host.shared.session().await?;
        let greeting = Greeting {
            host: &host,
            session: &session,
        };
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

    async fn execute(
        &self,
        session: &Session,
        command: HostCommand,
        lines: Option<&LineSink>,
    ) -> Result<Output, HostError> {
        let limit = command.timeout;
        let argv = command.argv.clone();
        match tokio::time::timeout(limit, self.exchange(session, command, lines)).await {
            Ok(result) => result,
            Err(_) => Err(HostError::TimedOut {
                address: self.address(),
                argv,
                after: limit,
            }),
        }
    }

    async fn exchange(
        &self,
        session: &Session,
        command: HostCommand,
        lines: Option<&LineSink>,
    ) -> Result<Output, HostError> {
        let (program, args) = command
            .argv
            .split_first()
            .map_or(("true", [].as_slice()), |(program, args)| (program, args));
        let mut child = session
            .command(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .await
            .map_err(|error| self.broken(&command.argv, error.to_string()))?;
        let (stdin, stdout, stderr) = (
            child.stdin().take(),
            child.stdout().take(),
            child.stderr().take(),
        );
        let mut output = Vec::new();
        let mut tail = Tail::default();
        tokio::join!(
            pipes::feed(stdin, Some(&command.stdin)),
            pipes::take(stdout, &mut output, lines),
            pipes::lines(stderr, &mut tail, |line| {
                if let Some(sink) = lines {
                    pipes::send(sink, Stream::Stderr, line);
                }
            }),
        );
        let said = tail.text();
        let status = match child.wait().await {
            Ok(status) if status.success() => {
                return Ok(Output {
                    stdout: output,
                    stderr: said,
                });
            }
            // The ssh here was ended, as by Ctrl-C in a terminal: that says nothing about the command there.
            Ok(status) if status.signal().is_some() => {
                return Err(self.broken(&command.argv, format!("ssh ended by {status}")));
            }
            Ok(status) => status.to_string(),
            Err(SshError::Remote(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                "command not found".to_owned()
            }
            // ssh says 255 both for itself and for a command that ended so; the connection tells which.
            Err(SshError::RemoteProcessTerminated | SshError::Disconnected)
                if is_alive(session).await =>
            {
                SSH_OR_COMMAND.to_owned()
            }
            Err(error) => {
                let said = if said.is_empty() {
                    error.to_string()
                } else {
                    said
                };
                return Err(self.broken(&command.argv, said));
            }
        };
        Err(HostError::Failed {
            address: self.address(),
            argv: command.argv,
            status,
            said,
        })
    }

    /// Runs over the shared connection, and forgets that one if it turns out to be broken.
    async fn run_here(
        &self,
        command: HostCommand,
        lines: Option<LineSink>,
    ) -> Result<Output, HostError> {
        let session = self.shared.session().await?;
        let command = self.as_root(command)?;
        let result = self.execute(&session, command, lines.as_ref()).await;
        self.learn(&result);
        if let Err(HostError::Disconnected { .. } | HostError::TimedOut { .. }) = result
            && !is_alive(&session).await
        {
            self.shared.forget(&session).await;
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
        let session = self.shared.session().await?;
        // Root's own Nix takes paths without signatures; that of another user would not.
        let (program, loan) = match self.rights.get() {
            Some(Rights::Root) | None => (None, None),
            Some(Rights::Sudo) => (Some("sudo%20-n%20nix-daemon".to_owned()), None),
            Some(rights @ Rights::Password { secret, .. }) => {
                rights.check(&self.address())?;
                let loan = askpass::lend(&session, &self.address(), secret).await?;
                (Some(loan.program.clone()), Some(loan))
            }
        };
        let query =
            program.map_or_else(String::new, |program| format!("?remote-program={program}"));
        Ok(RemoteStore {
            // The name in the URL is only shown: the options lead to the open connection and nowhere else.
            url: format!("ssh-ng://{}{query}", self.node),
            ssh_options: master::share_options(self.shared.socket()),
            _loan: loan,
        })
    }

    fn broken(&self, argv: &[String], said: String) -> HostError {
        HostError::Disconnected {
            address: self.address(),
            argv: argv.to_vec(),
            said,
        }
    }

    /// Ends the connection for good.
    pub(super) async fn close(&self) {
        self.shared.close().await;
    }
}

impl Host for SshHost {
    fn node(&self) -> &str {
        &self.node
    }

    fn address(&self) -> String {
        address(&self.target)
    }

    fn run(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        self.run_here(command, None).boxed()
    }

    fn run_lines(
        &self,
        command: HostCommand,
        lines: LineSink,
    ) -> BoxFuture<'_, Result<Output, HostError>> {
        self.run_here(command, Some(lines)).boxed()
    }

    fn is_connected(&self) -> BoxFuture<'_, bool> {
        self.shared.is_open().boxed()
    }

    fn run_anew(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        self.run_over_new_connection(command).boxed()
    }

    fn store(&self) -> BoxFuture<'_, Result<Option<RemoteStore>, HostError>> {
        self.open_store().map_ok(Some).boxed()
    }
}

impl Login for Greeting<'_> {
    fn address(&self) -> String {
        self.host.address()
    }

    fn execute(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        self.host.execute(self.session, command, None).boxed()
    }
}
