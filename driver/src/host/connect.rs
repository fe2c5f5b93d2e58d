//! Why a connection could not be made: recognised from what ssh says, explained with what to do next.

use std::fmt;

use crate::plan::Target;
use crate::process::quote_argv;

/// A connection that could not be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectFailure {
    /// What sort of failure it is.
    pub kind: ConnectFailureKind,
    /// Where the connection should have gone.
    pub target: Target,
    /// What ssh said.
    pub said: String,
}

/// Sorts of failures that people act on differently.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConnectFailureKind {
    /// The host shows another key than the one on record.
    HostKeyChanged {
        /// The file with the key on record, when ssh named it.
        known_hosts: Option<String>,
    },
    /// No key of this host is on record.
    HostKeyUnknown,
    /// The host does not let this user in with the keys at hand.
    PermissionDenied,
    /// The name does not resolve.
    NoSuchName,
    /// Nothing listens on the port.
    Refused,
    /// No answer in time.
    TimedOut,
    /// There is no way to the network it is in.
    NoRoute,
    /// The connection was closed before anybody logged in.
    Closed,
    /// ssh does not understand its options.
    BadOption,
    /// Something that is not in this list.
    Other,
}

impl ConnectFailureKind {
    /// Whether the host does not answer, in contrast to one that answers and does not let us in.
    #[must_use]
    pub const fn is_silence(&self) -> bool {
        match self {
            Self::NoSuchName | Self::Refused | Self::TimedOut | Self::NoRoute | Self::Closed => true,
            Self::Other
            | Self::HostKeyChanged { .. }
            | Self::HostKeyUnknown
            | Self::PermissionDenied
            | Self::BadOption => false,
        }
    }

    /// Whether the next attempt may well succeed: a host that boots, a busy sshd, a network that changes.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Refused | Self::TimedOut | Self::NoRoute | Self::Closed)
    }
}

impl ConnectFailure {
    /// Recognises what ssh printed when it could not connect.
    #[must_use]
    pub fn recognise(target: &Target, said: &str) -> Self {
        Self { kind: kind_of(said), target: target.clone(), said: said.trim().to_owned() }
    }

    /// ssh did not even end in time.
    #[must_use]
    pub fn timed_out(target: &Target, said: &str) -> Self {
        Self { kind: ConnectFailureKind::TimedOut, ..Self::recognise(target, said) }
    }

    fn headline(&self) -> &'static str {
        match self.kind {
            ConnectFailureKind::HostKeyChanged { .. } => {
                "its host key is not the one on record (the machine was reinstalled, or somebody is in between)"
            }
            ConnectFailureKind::HostKeyUnknown => "its host key is not known here",
            ConnectFailureKind::PermissionDenied => "it does not let this user in with the keys at hand",
            ConnectFailureKind::NoSuchName => "its name does not resolve",
            ConnectFailureKind::Refused => "it refuses the connection: nothing listens on that port",
            ConnectFailureKind::TimedOut => "it does not answer in time",
            ConnectFailureKind::NoRoute => "there is no route to it",
            ConnectFailureKind::Closed => "it closed the connection before the login",
            ConnectFailureKind::BadOption => "ssh does not understand its options",
            ConnectFailureKind::Other => "ssh failed",
        }
    }

    fn advice(&self) -> String {
        let login = login_command(&self.target);
        let host = &self.target.host;
        match &self.kind {
            ConnectFailureKind::HostKeyChanged { known_hosts } => {
                let mut argv = vec!["ssh-keygen".to_owned()];
                if let Some(file) = known_hosts {
                    argv.extend(["-f".to_owned(), file.clone()]);
                }
                argv.extend(["-R".to_owned(), known_hosts_name(&self.target)]);
                let forget = quote_argv(&argv);
                format!(
                    "find out why the key changed. Only if that is in order, forget the old key and accept the new one:\n    {forget}\n    {login}"
                )
            }
            ConnectFailureKind::HostKeyUnknown => {
                format!("log in once by hand and compare the fingerprint with the machine's own:\n    {login}")
            }
            ConnectFailureKind::PermissionDenied => format!(
                "check `target.user`, and that the user's authorized keys on the host hold your public key. By hand:\n    {login}"
            ),
            ConnectFailureKind::NoSuchName => {
                format!("check `target.host` (now {host:?}) for typing errors, and the name service of this machine")
            }
            ConnectFailureKind::Refused => "check that sshd runs on the host, and `target.port`".to_owned(),
            ConnectFailureKind::TimedOut | ConnectFailureKind::NoRoute => format!(
                "check that the machine is on, that {host:?} is its address, and that no firewall is in between"
            ),
            ConnectFailureKind::Closed => {
                "check the host's sshd and its log (`journalctl -u ssh -u sshd`), and what is in between".to_owned()
            }
            ConnectFailureKind::BadOption => {
                "correct `target.sshOptions`: words as on ssh's command line, such as [ \"-o\" \"ProxyJump=gate\" ]"
                    .to_owned()
            }
            ConnectFailureKind::Other => format!("try by hand:\n    {login}"),
        }
    }
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", address(&self.target), self.headline())?;
        if !self.said.is_empty() {
            write!(f, "\n  ssh said:")?;
            for line in self.said.lines().map(str::trim_end) {
                write!(f, "\n    {line}")?;
            }
        }
        write!(f, "\n  what to do: {}", self.advice())
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

fn kind_of(said: &str) -> ConnectFailureKind {
    let has = |needle: &str| said.contains(needle);
    if has("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        return ConnectFailureKind::HostKeyChanged { known_hosts: offending_file(said) };
    }
    let known = [
        ("Host key verification failed", ConnectFailureKind::HostKeyUnknown),
        ("Permission denied (", ConnectFailureKind::PermissionDenied),
        ("Too many authentication failures", ConnectFailureKind::PermissionDenied),
        ("Could not resolve hostname", ConnectFailureKind::NoSuchName),
        ("Connection refused", ConnectFailureKind::Refused),
        ("timed out", ConnectFailureKind::TimedOut),
        ("No route to host", ConnectFailureKind::NoRoute),
        ("Network is unreachable", ConnectFailureKind::NoRoute),
        ("Bad configuration option", ConnectFailureKind::BadOption),
        ("command-line", ConnectFailureKind::BadOption),
        ("unknown option", ConnectFailureKind::BadOption),
        ("illegal option", ConnectFailureKind::BadOption),
        ("Connection closed by", ConnectFailureKind::Closed),
        ("Connection reset by", ConnectFailureKind::Closed),
        ("kex_exchange_identification", ConnectFailureKind::Closed),
    ];
    known.into_iter().find_map(|(needle, kind)| has(needle).then_some(kind)).unwrap_or(ConnectFailureKind::Other)
}

/// The file in a line such as `Offending ED25519 key in /root/.ssh/known_hosts:3`.
fn offending_file(said: &str) -> Option<String> {
    let line = said.lines().find(|line| line.starts_with("Offending "))?;
    let (_, place) = line.trim_end().split_once(" key in ")?;
    place.rsplit_once(':').map(|(file, _)| file.to_owned())
}

#[cfg(test)]
mod tests;
