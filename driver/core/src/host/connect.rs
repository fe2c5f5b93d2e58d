//! Why a connection could not be made: recognised from what ssh says, explained with what to do next.

use std::fmt;

use super::master::own_words;
use crate::plan::Target;
use crate::process::quote_argv;
use crate::table::said;
use crate::text::below;

/// A connection that could not be made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectFailure {
    /// Whether the host answers, what that means, and what to do.
    known: [&'static str; 3],
    target: Target,
    /// What ssh said.
    stderr: String,
}

impl ConnectFailure {
    /// Recognises what ssh printed when it could not connect.
    pub fn recognise(target: &Target, stderr: &str) -> Self {
        let known: Vec<_> = said(include_str!("connect.txt"), |words| stderr.contains(words)).split(" | ").collect();
        let known = known.try_into().unwrap_or_default();
        Self { known, target: target.clone(), stderr: stderr.trim().to_owned() }
    }

    /// ssh did not even end in time.
    pub fn timed_out(target: &Target, stderr: &str) -> Self {
        Self { stderr: stderr.trim().to_owned(), ..Self::recognise(target, "timed out") }
    }

    /// Whether the host does not answer, in contrast to one that answers and does not let us in.
    pub fn is_silence(&self) -> bool {
        self.known[0] != "answers"
    }

    /// Whether the next attempt may well succeed.
    pub fn may_pass(&self) -> bool {
        ["next", "busy"].contains(&self.known[0])
    }

    /// Whether it may be for the number of those who log in at this moment.
    pub fn is_busy(&self) -> bool {
        self.known[0] == "busy"
    }

    fn forget_command(&self) -> String {
        let file = offending_file(&self.stderr).into_iter().flat_map(|file| ["-f".to_owned(), file]);
        let name = ["-R".to_owned(), known_hosts_name(&self.target)];
        quote_argv(&std::iter::once("ssh-keygen".to_owned()).chain(file).chain(name).collect::<Vec<_>>())
    }
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, headline, advice] = self.known;
        write!(f, "{}: {headline}", address(&self.target))?;
        if !self.stderr.is_empty() {
            write!(f, "\n  ssh said:{}", below(&self.stderr))?;
        }
        let advice = advice.replace("\\n", "\n    ").replace("{forget}", &self.forget_command());
        let advice = advice.replace("{login}", &login_command(&self.target));
        write!(f, "\n  help: {}", advice.replace("{host}", &format!("{:?}", self.target.host)))
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
    let words = std::iter::once("ssh".to_owned()).chain(own_words(target)).chain([target.host.clone()]);
    quote_argv(&words.collect::<Vec<_>>())
}

/// The file in a line such as `Offending ED25519 key in /root/.ssh/known_hosts:3`.
fn offending_file(stderr: &str) -> Option<String> {
    let line = stderr.lines().find(|line| line.starts_with("Offending "))?;
    let (_, place) = line.trim_end().split_once(" key in ")?;
    place.rsplit_once(':').map(|(file, _)| file.to_owned())
}

#[cfg(test)]
mod tests;
