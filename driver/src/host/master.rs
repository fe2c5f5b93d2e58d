//! The one multiplexed connection to a host: the ssh process that holds it, and where its socket is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use openssh::Session;

use super::ConnectFailure;
use crate::plan::Target;
use crate::process::{Command, ProcessError};

/// How long a host may take to answer, in seconds.
const CONNECT_SECONDS: &str = "5";
/// How long logging in may take altogether.
const LOGIN: Duration = Duration::from_secs(40);

/// Starts the connection and returns a session that uses it.
pub(super) async fn connect(target: &Target, socket: &Path) -> Result<Session, MasterError> {
    // A socket that an ended ssh left behind would make the new one refuse to share its connection.
    if let Err(error) = tokio::fs::remove_file(socket).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(MasterError::Process(ProcessError::Io {
            argv: vec!["unlink".to_owned(), socket.display().to_string()],
            source: error,
        }));
    }
    let started = Command::new("ssh")
        .args(arguments(target, socket))
        .env("LC_ALL", "C")
        .timeout(LOGIN)
        .output()
        .await;
    match started {
        Ok(_) => Ok(Session::resume(
            PathBuf::from(socket).into_boxed_path(),
            None,
        )),
        Err(ProcessError::Failed { stderr_tail, .. }) => Err(MasterError::Connect(
            ConnectFailure::recognise(target, &stderr_tail),
        )),
        Err(ProcessError::TimedOut { stderr_tail, .. }) => Err(MasterError::Connect(
            ConnectFailure::timed_out(target, &stderr_tail),
        )),
        Err(other) => Err(MasterError::Process(other)),
    }
}

/// Why there is no connection.
pub(super) enum MasterError {
    Connect(ConnectFailure),
    Process(ProcessError),
}

fn arguments(target: &Target, socket: &Path) -> Vec<String> {
    let mut words: Vec<String> = ["-f", "-N", "-T", "-M", "-S"].map(str::to_owned).to_vec();
    words.push(socket.display().to_string());
    words.extend(login_words(target));
    // A driver that was killed leaves nothing for longer; after a longer pause of a run the connection is made again.
    words.extend(["-o", "ControlPersist=2m", "--"].map(str::to_owned));
    words.push(target.host.clone());
    words
}

/// How to log in to a target. ssh takes the first value it is given: what must hold comes first, then the user's
/// options, then defaults.
pub(super) fn login_words(target: &Target) -> Vec<String> {
    let mut words = Vec::new();
    let option =
        |words: &mut Vec<String>, value: &str| words.extend(["-o".to_owned(), value.to_owned()]);
    for value in [
        "BatchMode=yes",
        "RemoteCommand=none",
        "ClearAllForwardings=yes",
    ] {
        option(&mut words, value);
    }
    if let Some(port) = target.port {
        words.extend(["-p".to_owned(), port.to_string()]);
    }
    if let Some(user) = &target.user {
        words.extend(["-l".to_owned(), user.clone()]);
    }
    words.extend(target.ssh_options.iter().cloned());
    let timeout = format!("ConnectTimeout={CONNECT_SECONDS}");
    for value in [
        "StrictHostKeyChecking=yes",
        &timeout,
        "ServerAliveInterval=5",
        "ServerAliveCountMax=3",
    ] {
        option(&mut words, value);
    }
    words
}

/// Options with which another ssh uses this connection, and never makes one of its own.
pub(super) fn share_options(socket: &Path) -> String {
    format!(
        "-o ControlPath={} -o ControlMaster=no -o BatchMode=yes -o ProxyCommand=false",
        socket.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_hold_comes_before_the_users_options_and_defaults_after() {
        let target = Target {
            host: "alpha.example.org".to_owned(),
            user: Some("admin".to_owned()),
            port: Some(2222),
            ssh_options: vec!["-o".to_owned(), "ConnectTimeout=60".to_owned()],
            local: false,
        };
        let words = arguments(&target, Path::new("/tmp/n/0")).join(" ");
        insta::assert_snapshot!(words, @"-f -N -T -M -S /tmp/n/0 -o BatchMode=yes -o RemoteCommand=none -o ClearAllForwardings=yes -p 2222 -l admin -o ConnectTimeout=60 -o StrictHostKeyChecking=yes -o ConnectTimeout=5 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlPersist=2m -- alpha.example.org");
    }
}
