//! The password with which login users become root: asked for once in a run, and tried on one host before all others.
//!
//! Knows when a password may be used; knows nothing of terminals, files or how sudo is called.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::Mutex;

use super::HostError;

/// A password. Nothing shows it.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Arc<str>);

/// Where the password comes from: a terminal, a file, a program.
pub trait AskPassword: Send + Sync {
    /// Asks with these words. It is called once in a run.
    fn ask(&self, prompt: String) -> BoxFuture<'_, Result<Secret, PasswordError>>;
}

/// Why there is no password that opens a host.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordError {
    /// There is nobody to ask.
    #[error(
        "sudo asks for a password there, and there is no terminal to ask you on\n  what to do: name a file that holds it (--sudo-password-file FILE) or, in SUDO_ASKPASS, a program that prints it; or allow this user passwordless sudo on the host"
    )]
    NoTerminal,
    /// The file or the program that has it is of no use.
    #[error("sudo asks for a password there, and {from} does not give one: {problem}")]
    Source {
        /// The file or the program.
        from: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The user ended the run instead of answering.
    #[error("sudo asks for a password there, and the question for it was interrupted")]
    Interrupted,
    /// sudo there did not accept it.
    #[error(
        "sudo did not accept the password; it was tried once, and nothing was changed{}{}\n  what to do: run the command again with the right password",
        accepted(elsewhere),
        shown(said)
    )]
    Wrong {
        /// The host that did accept it, if there is one.
        elsewhere: Option<String>,
        /// What sudo said.
        said: String,
    },
    /// sudo of another host did not accept it.
    #[error(
        "sudo on {by} did not accept the password, so it was not tried here; nothing was changed"
    )]
    WrongElsewhere {
        /// The other host.
        by: String,
    },
    /// sudo accepted it before, and does not any more.
    #[error(
        "sudo does not accept the password any more, so it is not tried again in this run\n  what to do: run the command again with the right password"
    )]
    NoLonger,
}

/// How a password fared on a host.
pub(super) enum Verdict {
    /// sudo accepted it.
    Right,
    /// sudo did not, and said this.
    Wrong(String),
}

/// A password that is being tried.
pub(super) type Attempt<'a> = BoxFuture<'a, Result<Verdict, HostError>>;

/// The password of one run.
pub struct SudoPassword {
    source: Box<dyn AskPassword>,
    state: Mutex<State>,
}

enum State {
    Unknown,
    /// Asked for, and not tried anywhere yet.
    Untried(Secret),
    /// This host accepted it.
    Accepted(Secret, String),
    /// This host did not.
    Rejected(String),
    Missing(PasswordError),
}

impl SudoPassword {
    /// A password that is asked for when the first host wants one.
    #[must_use]
    pub fn from(source: impl AskPassword + 'static) -> Self {
        Self {
            source: Box::new(source),
            state: Mutex::new(State::Unknown),
        }
    }

    /// The password, once this host has accepted it. A wrong one is tried on one host only: an account that several
    /// hosts share must not be locked by it.
    pub(super) async fn accepted_by<'a>(
        &self,
        address: &str,
        attempt: &(dyn Fn(Secret) -> Attempt<'a> + Sync),
    ) -> Result<Secret, HostError> {
        let failed = |problem| HostError::SudoPassword {
            address: address.to_owned(),
            problem,
        };
        let mut state = self.state.lock().await;
        let (secret, elsewhere) = match &*state {
            State::Accepted(secret, by) => (secret.clone(), Some(by.clone())),
            State::Untried(secret) => (secret.clone(), None),
            State::Rejected(by) => {
                return Err(failed(PasswordError::WrongElsewhere { by: by.clone() }));
            }
            State::Missing(error) => return Err(failed(error.clone())),
            State::Unknown => match self.source.ask(prompt(address)).await {
                Ok(secret) => {
                    *state = State::Untried(secret.clone());
                    (secret, None)
                }
                Err(error) => {
                    *state = State::Missing(error.clone());
                    return Err(failed(error));
                }
            },
        };
        if elsewhere.is_some() {
            drop(state);
            return match attempt(secret.clone()).await? {
                Verdict::Right => Ok(secret),
                Verdict::Wrong(said) => Err(failed(PasswordError::Wrong { elsewhere, said })),
            };
        }
        match attempt(secret.clone()).await? {
            Verdict::Right => {
                *state = State::Accepted(secret.clone(), address.to_owned());
                Ok(secret)
            }
            Verdict::Wrong(said) => {
                *state = State::Rejected(address.to_owned());
                Err(failed(PasswordError::Wrong { elsewhere, said }))
            }
        }
    }
}

fn prompt(address: &str) -> String {
    format!("sudo password for {address}, and for other nodes that want one: ")
}

fn accepted(elsewhere: &Option<String>) -> String {
    elsewhere.as_ref().map_or_else(String::new, |host| {
        format!(
            "; {host} accepted it: hosts with other passwords are for a run of their own, with --on"
        )
    })
}

fn shown(said: &str) -> String {
    said.lines()
        .flat_map(|line| ["\n    ", line.trim_end()])
        .collect()
}

impl Secret {
    /// The first line of a text; none if it is empty.
    #[must_use]
    pub fn first_line(text: &str) -> Option<Self> {
        let line = text.lines().next().unwrap_or_default();
        (!line.is_empty()).then(|| Self(line.into()))
    }

    /// The password and the end of its line.
    pub(super) fn line(&self) -> Vec<u8> {
        [self.0.as_bytes(), b"\n"].concat()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Nobody to ask.
pub(super) struct Nobody;

impl AskPassword for Nobody {
    fn ask(&self, _: String) -> BoxFuture<'_, Result<Secret, PasswordError>> {
        Box::pin(std::future::ready(Err(PasswordError::NoTerminal)))
    }
}

#[cfg(test)]
mod tests;
