//! Why a connection could not be made: recognised from what ssh says, explained with what to do next.

use std::fmt;

use super::error::shown;
use crate::plan::Target;
use crate::process::quote_argv;

/// A connection that could not be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectFailure {
    known: &'static Known,
    target: Target,
    /// What ssh said.
    said: String,
}

/// What people and netlib do about a failure.
#[derive(Debug, Eq, PartialEq)]
enum Sort {
    /// The host answers and does not let us in, or something is wrong here.
    Answers,
    /// The host does not answer.
    Silent,
    /// Nor does it, but the next attempt may well succeed: a host that boots, a busy sshd, a network that changes.
    MayPass,
}

/// A sort of failures, what ssh says then, what that means, and what to do. The first whose words are there is meant.
type Known = (Sort, &'static [&'static str], &'static str, &'static str);

const TIMED_OUT: &[&str] = &["timed out"];
const SILENT: &str = "check that the machine is on, that {host} is its address, and that no firewall is in between";

static KNOWN: [Known; 10] = [
    (
        Sort::Answers,
        &["REMOTE HOST IDENTIFICATION HAS CHANGED"],
        "its host key is not the one on record (the machine was reinstalled, or somebody is in between)",
        "find out why the key changed. Only if that is in order, forget the old key and accept the new one:\n    {forget}\n    {login}",
    ),
    (
        Sort::Answers,
        &["Host key verification failed"],
        "its host key is not known here",
        "log in once by hand and compare the fingerprint with the machine's own:\n    {login}",
    ),
    (
        Sort::Answers,
        &["Permission denied (", "Too many authentication failures"],
        "it does not let this user in with the keys at hand",
        "check `target.user`, and that the user's authorized keys on the host hold your public key. By hand:\n    {login}",
    ),
    (
        Sort::Silent,
        &["Could not resolve hostname"],
        "its name does not resolve",
        "check `target.host` (now {host}) for typing errors, and the name service of this machine",
    ),
    (
        Sort::MayPass,
        &["Connection refused"],
        "it refuses the connection: nothing listens on that port",
        "check that sshd runs on the host, and `target.port`",
    ),
    (Sort::MayPass, TIMED_OUT, "it does not answer in time", SILENT),
    (Sort::MayPass, &["No route to host", "Network is unreachable"], "there is no route to it", SILENT),
    (
        Sort::Answers,
        &["Bad configuration option", "command-line", "unknown option", "illegal option"],
        "ssh does not understand its options",
        "correct `target.sshOptions`: words as on ssh's command line, such as [ \"-o\" \"ProxyJump=gate\" ]",
    ),
    (
        Sort::MayPass,
        &["Connection closed by", "Connection reset by", "kex_exchange_identification"],
        "it closed the connection before the login",
        "check the host's sshd and its log (`journalctl -u ssh -u sshd`), and what is in between",
    ),
    (Sort::Answers, &[""], "ssh failed", "try by hand:\n    {login}"),
];

impl ConnectFailure {
    /// Recognises what ssh printed when it could not connect.
    #[must_use]
    pub fn recognise(target: &Target, said: &str) -> Self {
        let is_meant = |known: &&Known| known.1.iter().any(|words| said.contains(words));
        let known = KNOWN.iter().find(is_meant).unwrap_or(&KNOWN[KNOWN.len() - 1]);
        Self { known, target: target.clone(), said: said.trim().to_owned() }
    }

    /// ssh did not even end in time.
    #[must_use]
    pub fn timed_out(target: &Target, said: &str) -> Self {
        Self { said: said.trim().to_owned(), ..Self::recognise(target, TIMED_OUT[0]) }
    }

    /// Whether the host does not answer, in contrast to one that answers and does not let us in.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        self.known.0 != Sort::Answers
    }

    /// Whether the next attempt may well succeed.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.known.0 == Sort::MayPass
    }

    fn forget_command(&self) -> String {
        let mut argv = vec!["ssh-keygen".to_owned()];
        if let Some(file) = offending_file(&self.said) {
            argv.extend(["-f".to_owned(), file]);
        }
        argv.extend(["-R".to_owned(), known_hosts_name(&self.target)]);
        quote_argv(&argv)
    }
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, _, headline, advice) = self.known;
        write!(f, "{}: {headline}", address(&self.target))?;
        if !self.said.is_empty() {
            write!(f, "\n  ssh said:{}", shown(&self.said))?;
        }
        let advice = advice.replace("{forget}", &self.forget_command());
        let advice = advice.replace("{login}", &login_command(&self.target));
        write!(f, "\n  what to do: {}", advice.replace("{host}", &format!("{:?}", self.target.host)))
    }
}

/// `user@host:port` as far as the target names them.
pub(super) fn address(target: &Target) -> String {
    let user = target.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
    match target.port {
        Some(port) if target.host.contains(':') => format!("{user}[{}]:{port}", target.host),
        Some(port) => format!("{user}{}:{port}", target.host),
        None => format!("{user}{}", target.host),
    }
}

/// The name under which ssh records the host's key.
fn known_hosts_name(target: &Target) -> String {
    match target.port {
        Some(port) if port != 22 => format!("[{}]:{port}", target.host),
        _ => target.host.clone(),
    }
}

fn login_command(target: &Target) -> String {
    let mut argv = vec!["ssh".to_owned()];
    if let Some(user) = &target.user {
        argv.extend(["-l".to_owned(), user.clone()]);
    }
    if let Some(port) = target.port {
        argv.extend(["-p".to_owned(), port.to_string()]);
    }
    argv.extend(target.ssh_options.iter().cloned());
    argv.push(target.host.clone());
    quote_argv(&argv)
}

/// The file in a line such as `Offending ED25519 key in /root/.ssh/known_hosts:3`.
fn offending_file(said: &str) -> Option<String> {
    let line = said.lines().find(|line| line.starts_with("Offending "))?;
    let (_, place) = line.trim_end().split_once(" key in ")?;
    place.rsplit_once(':').map(|(file, _)| file.to_owned())
}

#[cfg(test)]
mod tests;
