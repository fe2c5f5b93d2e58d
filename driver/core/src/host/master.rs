//! The one multiplexed connection to a host: the ssh process that holds it, and what goes through it.
//!
//! The user's configuration says how the host is reached, and nothing else: no agent, terminal, tunnel, command or shared
//! connection of it counts, unless the node's own options ask for it.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use openssh::{ForwardType, Session, Stdio};

use super::frame::line;
use super::{ConnectFailure, HostError};
use crate::plan::Target;
use crate::process::{Command, End, LineSink, Output, ProcessError};
use crate::text::clean;

/// How long logging in may take altogether.
const LOGIN: Duration = Duration::from_secs(40);
/// How long asking the local ssh may take.
const LOCAL: Duration = Duration::from_secs(10);
/// How ssh ends when it failed itself.
pub(super) const SSH_FAILED: i32 = 255;
/// How a shell ends when there is no such program.
pub(super) const NOT_FOUND: i32 = 127;
/// What ssh is told as the host's name where the name leads nowhere: the connection is there already.
const NOWHERE: &str = "netlib";

/// What `ssh -O exit` says to the ssh that holds a connection: the version of their protocol, and the request.
const EXIT: [u8; 24] = [0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 8, 0x10, 0, 0, 5, 0, 0, 0, 0];

/// What holds whatever anybody's options say.
const ALWAYS: [&str; 3] = ["BatchMode=yes", "RemoteCommand=none", "RequestTTY=no"];

/// What holds on the way too: ssh hands its configuration on to the one that reaches a jump host. The user's own says the rest.
pub(super) const WAY: &str = "BatchMode yes\nControlMaster no\nControlPath none\nPermitLocalCommand no\nTunnel no\n\
    LogLevel INFO\nInclude ~/.ssh/config\nInclude /etc/ssh/ssh_config\n";

/// What holds unless a node's options say otherwise. ssh takes the first value it is given.
/// A host that shows more keys would add them to known_hosts; banners say nothing of ssh's own, and errors are told whatever the
/// user wants to see.
const UNLESS_ASKED_FOR: &str = "ConnectTimeout=5 ForwardAgent=no ForwardX11=no ForwardX11Trusted=no Tunnel=no \
    ClearAllForwardings=yes PermitLocalCommand=no StrictHostKeyChecking=yes UpdateHostKeys=no ServerAliveInterval=5 ServerAliveCountMax=3 LogLevel=ERROR \
    StreamLocalBindUnlink=yes";

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection {
    socket: PathBuf,
    /// What the node's own options ask for in each session.
    forwarded: Vec<String>,
}

impl Connection {
    /// Makes the connection.
    pub(super) async fn make(target: &Target, socket: &Path) -> Result<Self, HostError> {
        let forwarded = if target.ssh_options.is_empty() { Vec::new() } else { forwarded(&resolve(target).await?) };
        Ok(Self { forwarded, ..Self::bare(target, socket).await? })
    }

    /// Makes one that forwards nothing.
    pub(super) async fn bare(target: &Target, socket: &Path) -> Result<Self, HostError> {
        // A socket that an ended ssh left behind would make the new one refuse to share its connection.
        match std::fs::remove_file(socket) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(HostError::at(socket, error)),
            _ => {}
        }
        let log_in = |how| ssh(arguments(target, socket, how)).timeout(LOGIN).output();
        // A driver that was killed leaves nothing for longer; after a longer pause of a run the connection is made again.
        let mut result = log_in("ControlPersist=2m").await;
        // What failed at a jump host is told only where nothing is to persist; that somebody hung up, only who is to tell more.
        if matches!(&result, Err(ProcessError { end: End::Status(_), stderr, .. }) if stderr.is_empty()) {
            result = log_in("ControlPersist=no -o LogLevel=INFO").await;
        }
        let failure = match result {
            Ok(_) => return Ok(Self { socket: socket.to_owned(), forwarded: Vec::new() }),
            Err(ProcessError { end: End::Status(_), stderr, .. }) => ConnectFailure::recognise(target, &stderr),
            Err(ProcessError { end: End::TimedOut(_), stderr, .. }) => ConnectFailure::timed_out(target, &stderr),
            Err(other) => return Err(other.into()),
        };
        Err(HostError::NoConnection(failure.into()))
    }

    /// An ssh that runs these words on the host. Nobody's configuration is read: it has done its part.
    pub(super) fn command(&self, argv: &[String]) -> Command {
        let command = ssh(self.share_options().split(' ')).arg("-T");
        let forwarded = self.forwarded.iter().flat_map(|option| ["-o", option]);
        command.args(forwarded).args(["--", NOWHERE, &line(argv)])
    }

    /// Options with which another ssh uses this connection, and never makes one of its own.
    fn share_options(&self) -> String {
        let socket = self.socket.display();
        format!("-F none -o ControlPath={socket} -o ControlMaster=no -o BatchMode=yes -o ProxyCommand=false")
    }

    /// Runs these words on the host, as that ssh would. No process of ours takes part, so no signal and no configuration
    /// reaches it; only where an agent is to be forwarded there has to be an ssh, which can ask for that.
    pub(super) async fn run(
        &self,
        command: Command,
        argv: &[String],
        lines: Option<&LineSink>,
    ) -> Result<Output, ProcessError> {
        if !self.forwarded.is_empty() {
            return command.stream_to(lines).await;
        }
        let session = self.session();
        let mut remote = session.raw_command(line(argv));
        remote.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = tokio::time::timeout(LOGIN, remote.spawn()).await;
        let mut child = match begun.unwrap_or(Err(openssh::Error::Disconnected)) {
            Ok(child) => child,
            Err(error) => return Err(command.not_attached(ended_with(&error), &error)),
        };
        let pipes = (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let end = async move { Ok(child.wait().await.unwrap_or_else(|error| ended_with(&error))) };
        command.attached(pipes, end, lines).await
    }

    /// A socket here behind which one there answers, as long as the connection is there. Whether anything does shows only to whom
    /// connects.
    pub(super) async fn forward(&self, there: &str) -> Option<PathBuf> {
        let (here, session) = (self.socket.with_extension("there"), self.session());
        let asked = session.request_port_forward(ForwardType::Local, &*here, Path::new(there));
        matches!(tokio::time::timeout(LOCAL, asked).await, Ok(Ok(()))).then_some(here)
    }

    fn session(&self) -> Session {
        Session::resume_mux(self.socket.clone().into(), None)
    }

    /// Where it is; names of other files that belong to it begin so.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Whether the ssh that holds the connection runs.
    pub(super) async fn is_alive(&self) -> bool {
        let session = self.session();
        matches!(tokio::time::timeout(LOCAL, session.check()).await, Ok(Ok(())))
    }

    /// Ends the ssh that holds the connection.
    pub(super) async fn end(&self) {
        let socket = self.socket.clone();
        let _ = tokio::task::spawn_blocking(move || end_left(&socket)).await;
    }
}

/// How an ssh would have ended.
fn ended_with(error: &openssh::Error) -> ExitStatus {
    let is_missing = matches!(error, openssh::Error::Remote(error) if error.kind() == std::io::ErrorKind::NotFound);
    ExitStatus::from_raw(if is_missing { NOT_FOUND } else { SSH_FAILED } << 8)
}

/// Asks the ssh behind a socket to end. Only local, so it takes no time; one that is gone is what was asked for.
pub fn end_left(socket: &Path) {
    let end = || {
        let mut ssh = UnixStream::connect(socket)?;
        ssh.set_read_timeout(Some(LOCAL))?;
        ssh.write_all(&EXIT)?;
        // It hangs up when it has ended.
        ssh.read_to_end(&mut Vec::new())
    };
    if let Err(error) = end() {
        tracing::debug!("a connection that nobody needs ends later: {error}");
    }
}

/// Asks ssh what it would do, without any connection: all options, by its words.
async fn resolve(target: &Target) -> Result<String, ProcessError> {
    let command = ssh(["-G"]).args(login_words(target));
    Ok(clean(&command.timeout(LOCAL).output().await?.stdout))
}

/// The user as whom a target is logged in to; none where ssh does not say.
pub(super) async fn login_user(target: &Target) -> Result<Option<String>, ProcessError> {
    match &target.user {
        Some(user) => Ok(Some(user.clone())),
        None => Ok(resolve(target).await?.lines().find_map(|line| line.strip_prefix("user ")).map(str::to_owned)),
    }
}

/// What is to be forwarded.
fn forwarded(resolved: &str) -> Vec<String> {
    let is_forwarding = |key: &str| ["forwardagent", "forwardx11", "forwardx11trusted"].contains(&key);
    let options = resolved.lines().filter_map(|line| line.split_once(' '));
    let asked_for = options.filter(|(key, value)| is_forwarding(key) && *value != "no");
    asked_for.map(|(key, value)| format!("{key}={value}")).collect()
}

/// An ssh whose messages are known.
fn ssh<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> Command {
    Command::new("ssh").args(words).env("LC_ALL", "C")
}

fn arguments(target: &Target, socket: &Path, how: &str) -> Vec<String> {
    let (socket, way) = (socket.display().to_string(), socket.with_file_name("way").display().to_string());
    let words = ["-f", "-N", "-M", "-S", &socket, "-F", &way, "-o"].into_iter().chain(how.split(' '));
    words.map(str::to_owned).chain(login_words(target)).collect()
}

/// How to log in to a target: what must hold, then the node's options, then defaults, and where it is.
pub fn login_words(target: &Target) -> Vec<String> {
    let option = |value: &'static str| ["-o", value].map(str::to_owned);
    let (always, unless) = (ALWAYS.into_iter().flat_map(option), UNLESS_ASKED_FOR.split(' ').flat_map(option));
    let host = ["--".to_owned(), target.host.clone()];
    // Credentials of Kerberos stay here as well; some builds of ssh know only this word for it.
    std::iter::once("-k".to_owned()).chain(always).chain(own_words(target)).chain(unless).chain(host).collect()
}

/// What the target itself says of that.
pub(super) fn own_words(target: &Target) -> impl Iterator<Item = String> {
    let user = target.user.iter().flat_map(|user| ["-l".to_owned(), user.clone()]);
    let port = target.port.iter().flat_map(|port| ["-p".to_owned(), port.to_string()]);
    user.chain(port).chain(target.ssh_options.iter().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        Target {
            host: "alpha.example.org".to_owned(),
            user: Some("admin".to_owned()),
            port: Some(2222),
            ssh_options: vec!["-o".to_owned(), "ConnectTimeout=60".to_owned()],
            local: false,
            previous: None,
        }
    }

    #[test]
    fn what_must_hold_comes_before_the_nodes_options_and_defaults_after() {
        let words = arguments(&target(), Path::new("/tmp/n/0"), "ControlPersist=2m").join(" ");
        insta::assert_snapshot!(words, @"-f -N -M -S /tmp/n/0 -F /tmp/n/way -o ControlPersist=2m -k -o BatchMode=yes -o RemoteCommand=none -o RequestTTY=no -l admin -p 2222 -o ConnectTimeout=60 -o ConnectTimeout=5 -o ForwardAgent=no -o ForwardX11=no -o ForwardX11Trusted=no -o Tunnel=no -o ClearAllForwardings=yes -o PermitLocalCommand=no -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o LogLevel=ERROR -o StreamLocalBindUnlink=yes -- alpha.example.org");
    }

    #[test]
    fn sessions_read_no_configuration_and_forward_what_the_node_asks_for() {
        let forwarded = forwarded("user admin\nforwardagent yes\nforwardx11 no\nport 22\n");
        let connection = Connection { socket: PathBuf::from("/tmp/n/0"), forwarded };
        let argv = connection.command(&["echo".to_owned(), "a b".to_owned()]).argv();
        insta::assert_snapshot!(argv.join(" "), @"ssh -F none -o ControlPath=/tmp/n/0 -o ControlMaster=no -o BatchMode=yes -o ProxyCommand=false -T -o forwardagent=yes -- netlib echo 'a b'");
    }
}
