//! The passwords with which login users become root: each node is asked for its own, unless the user wants one for several,
//! who are named then and get it after one of them has accepted it.
//!
//! Knows who may get a password; knows nothing of terminals, files or how sudo is called.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::{Mutex, OnceCell};

use super::HostError;
use super::connect::address;
use super::deployer::HERE;
use super::master::login_user;
use crate::plan::Target;
use crate::process::ProcessError;
use crate::text::below;

/// A password. Nothing shows it.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Arc<str>);

/// Where the password comes from: a terminal, a file, a program.
pub trait AskPassword: Send + Sync {
    /// Asks with these words, which name the nodes that get the answer. Otherwise, why there is none.
    fn ask(&self, prompt: String) -> BoxFuture<'_, Result<Secret, String>>;

    /// What the answers are good for.
    fn answers(&self) -> Answers;
}

/// What the answers to questions for a password are good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answers {
    /// Each for the node that the question names.
    OfEach,
    /// There is only one, whatever the question: for one node.
    OfOne,
    /// One for all nodes that the question names.
    OfAll,
}

/// Why there is no password, where there is nobody to ask.
pub const NO_TERMINAL: &str = "sudo asks for a password there, and there is no terminal to prompt for it\n  help: name a file that holds it (--sudo-password-file FILE) or, in SUDO_ASKPASS, a program that prints it for the node in its argument; or allow this user passwordless sudo on the host";

/// A password that is being tried: what sudo says where it does not accept it.
pub(super) type Attempt<'a> = BoxFuture<'a, Result<Option<String>, HostError>>;

/// The passwords of one run.
#[derive(Default)]
pub struct SudoPassword {
    source: Option<Box<dyn AskPassword>>,
    /// The nodes that were selected.
    targets: Vec<Target>,
    names: OnceCell<Vec<String>>,
    last: Mutex<Last>,
}

/// The last answer, and who accepted it.
#[derive(Default)]
struct Last {
    answer: Option<Result<Secret, String>>,
    accepted_by: Option<String>,
}

impl SudoPassword {
    /// Passwords of these machines, which are asked for when the first of them wants one.
    pub fn from(source: impl AskPassword + 'static, targets: Vec<Target>) -> Self {
        Self { source: Some(Box::new(source)), targets, ..Self::default() }
    }

    /// The password, once this host has accepted it.
    pub(super) async fn accepted_by<'a>(
        &self,
        address: &str,
        attempt: &(dyn Fn(Secret) -> Attempt<'a> + Sync),
    ) -> Result<Secret, HostError> {
        let failed = |problem| HostError::Because(format!("{address}: {problem}"));
        let Some(source) = &self.source else { return Err(failed(NO_TERMINAL.to_owned())) };
        let (answers, alone) = (source.answers(), vec![address.to_owned()]);
        let is_for_all = answers == Answers::OfAll;
        let names = match answers {
            Answers::OfEach => &alone,
            _ => self.names.get_or_init(|| askers(&self.targets)).await,
        };
        if !names.contains(&alone[0]) || !is_for_all && names.len() > 1 {
            let names = names.join(", ");
            return Err(failed(format!(
                "sudo asks for a password there, and one password for several nodes goes to none of them: {names}\n  help: name one node with --on; give it to each of them with --same-sudo-password (root of each of them knows it then); or name, in SUDO_ASKPASS, a program that prints the password of the node in its argument"
            )));
        }
        // One question at a time.
        let mut last = self.last.lock().await;
        let answer = match last.answer.take().filter(|_| is_for_all) {
            Some(answer) => answer,
            None => source.ask(format!("sudo password for {}: ", names.join(" and "))).await,
        };
        last.answer = Some(answer.clone());
        let secret = answer.map_err(failed)?;
        let elsewhere = last.accepted_by.clone();
        // A wrong one is tried on one host only, and the others wait for that: an account that several hosts share must not be
        // locked by it.
        let first = (is_for_all && elsewhere.is_none()).then_some(last);
        match (attempt(secret.clone()).await?, first) {
            (None, first) => {
                first.into_iter().for_each(|mut last| last.accepted_by = Some(address.to_owned()));
                Ok(secret)
            }
            (Some(stderr), first) => {
                let not_here = format!(
                    "sudo on {address} did not accept the password, so it was not tried here; nothing was changed"
                );
                first.into_iter().for_each(|mut last| last.answer = Some(Err(not_here.clone())));
                let (accepted, stderr) = (accepted(&elsewhere), below(&stderr));
                Err(failed(format!(
                    "sudo did not accept the password; it was tried once, and nothing was changed{accepted}{stderr}\n  help: run the command again with the right password"
                )))
            }
        }
    }
}

/// The machines that may want a password, as the question names them.
async fn askers(targets: &[Target]) -> Vec<String> {
    let mut names = Vec::new();
    for target in targets {
        // Where ssh does not say who logs in, connecting fails as well.
        names.extend(asker(target).await.ok().flatten());
    }
    names
}

/// How a question for a password names a machine; none where nobody but root logs in, who needs no password.
pub(super) async fn asker(target: &Target) -> Result<Option<String>, ProcessError> {
    if target.local {
        let is_root = rustix::process::geteuid().is_root();
        return Ok((!is_root).then(|| HERE.to_owned()));
    }
    let user = login_user(target).await?;
    let is_root = user.as_deref() == Some("root");
    let target = target.clone();
    Ok((!is_root).then(|| address(&Target { user, ..target })))
}

fn accepted(elsewhere: &Option<String>) -> String {
    elsewhere.as_ref().map_or_else(String::new, |host| {
        format!("; {host} accepted it: hosts with other passwords are for a run of their own, with --on")
    })
}

impl Secret {
    /// The first line of a text; none if it is empty.
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

#[cfg(test)]
mod tests;
