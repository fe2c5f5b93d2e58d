//! The machines of the network: how commands reach them, as root, over one connection each.
//!
//! Knows connections, privileges and the host script; knows nothing of steps, their order or what they are for.

mod connect;
mod contact;
mod deployer;
mod error;
mod frame;
mod hosts;
mod master;
mod moving;
mod password;
mod privilege;
mod reach;
mod retry;
pub mod script;
mod shared;
mod ssh;
mod store;

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::process::{Command, Limits, LineSink, Output};

pub use connect::ConnectFailure;
pub use contact::answering;
pub use deployer::Deployer;
pub use error::HostError;
pub(crate) use frame::line as login_shell_line;
pub use hosts::Hosts;
pub use master::{end_left, login_words};
pub use password::{Answers, AskPassword, NO_TERMINAL, Secret, SudoPassword};
pub use script::{HostStatus, LockHolder, Phase, Probe, Record, Refusal, Underway, Unfinished, inspect};
pub use ssh::SshHost;
pub use store::RemoteStore;

/// How long a short command may take on a host.
pub const SHORT: Duration = Duration::from_secs(60);

/// One machine. Everything that runs on it goes through this.
pub trait Host: Send + Sync {
    /// The node's name.
    fn node(&self) -> &str;

    /// How it is reached, for people: `root@alpha.example.org`, or `this machine`.
    fn address(&self) -> String;

    /// Whether the systems that it names must be store paths. Hosts of tests may have stores of their own.
    fn names_store_paths(&self) -> bool {
        true
    }

    /// Runs a command as root, connecting again first if the connection broke earlier. With a sink, each line is handed out as
    /// it comes, and the output that is returned has no stdout.
    fn execute(&self, command: HostCommand, lines: Option<LineSink>) -> BoxFuture<'_, Result<Output, HostError>>;

    /// The same, with all output at the end.
    fn run(&self, command: HostCommand) -> BoxFuture<'_, Result<Output, HostError>> {
        self.execute(command, None)
    }

    /// The host behind ssh that it is, if it is one.
    fn ssh(&self) -> Option<&SshHost> {
        None
    }
}

/// A command for a host. Its words arrive there as they are, whatever characters they hold.
#[derive(Clone, Debug, Default)]
pub struct HostCommand {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// What it reads.
    pub stdin: Vec<u8>,
    /// Who reads what it prints, and writes what it reads after that.
    pub peer: Option<Arc<UnixStream>>,
    /// How long it may take.
    pub timeout: Duration,
    /// Whether it is asked again where the connection broke: it only looks.
    pub is_question: bool,
    /// Whether it goes over a TCP connection made for it and ended with it. A machine that is reached without any network
    /// needs none.
    pub is_anew: bool,
    /// Whether its stdout is an answer as a whole, also where lines go to a sink.
    pub keeps_stdout: bool,
}

impl HostCommand {
    /// A short command without input.
    pub fn new<W: Into<String>>(argv: impl IntoIterator<Item = W>) -> Self {
        let argv = argv.into_iter().map(Into::into).collect();
        Self { argv, timeout: SHORT, ..Self::default() }
    }

    /// Gives it these bytes on stdin.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Gives it this long instead of a minute.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same on the machine netlib runs on, with the privilege of whoever runs it.
    pub fn on_deployer(self) -> Command {
        let mut words = self.argv.iter();
        let command = Command::new(words.next().map_or("true", String::as_str)).args(words);
        self.through(command)
    }

    /// What brings it to the machine: with its input, in its time.
    fn through(self, command: Command) -> Command {
        let command = command.stdin(self.stdin).timeout(self.timeout);
        Command { limits: Limits::HOST, keeps_stdout: self.keeps_stdout, peer: self.peer, ..command }
    }
}
