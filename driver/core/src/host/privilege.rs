//! How commands become root's on a host: they are already, or sudo makes them so, with or without a password.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::password::{Secret, SudoPassword, asker};
use super::{HostCommand, HostError};
use crate::plan::Target;
use crate::process::Output;

/// How long the questions right after the login may take; sudo is slow to refuse.
const LOGIN_PROBE: Duration = Duration::from_secs(30);

/// Ends what sudo may read before the command's own input.
const INPUT_BEGINS: &str = "netlib: the input of the command begins here";

/// Passes over the password, which sudo leaves unread where it needs none. A shell reads no byte more than it must.
const SKIP_PASSWORD: &str = r#"while IFS= read -r line; do if [ "$line" = "$0" ]; then exec "$@"; fi; done; exit 1"#;

/// What sudo says when it wants a password and may not ask for one, in its two implementations.
const WANTS_PASSWORD: [&str; 2] = ["a password is required", "interactive authentication is required"];

/// What sudo says of a user who knows the password and still may not become root.
const NOT_ALLOWED: [&str; 3] = ["not in the sudoers file", "is not allowed to", "may not run"];

/// What sudo says after a wrong password.
const WRONG: [&str; 3] = ["incorrect password attempt", "incorrect authentication attempt", "Sorry, try again"];

/// How commands become root's.
pub(super) enum Privilege {
    /// The login user is root.
    Root,
    /// sudo asks for no password.
    Sudo,
    /// sudo takes this password.
    Password {
        secret: Secret,
        /// Whether it stopped being right.
        is_spent: AtomicBool,
    },
}

/// Runs a command as the login user.
pub(super) type Run<'a> = dyn Fn(HostCommand) -> BoxFuture<'a, Result<Output, HostError>> + Sync + 'a;

impl Privilege {
    /// Finds out how to become root; asks for a password only where there is no other way. Who logs in is what the deployer's
    /// own configuration says. What the host says of itself counts for nothing: it might only want the password.
    pub(super) async fn find(target: &Target, run: &Run<'_>, password: &SudoPassword) -> Result<Self, HostError> {
        let Some(name) = asker(target).await? else {
            return Ok(Self::Root);
        };
        match sudo(run, &["-n"], Vec::new()).await {
            Ok(_) => Ok(Self::Sudo),
            Err(HostError::Failed { stderr, .. }) if says(&stderr, &WANTS_PASSWORD) => {
                let secret = password.accepted_by(&name, &|secret| attempt(run, secret).boxed()).await?;
                Ok(Self::Password { secret, is_spent: AtomicBool::new(false) })
            }
            Err(HostError::Failed { stderr, address, .. }) => Err(HostError::not_permitted(&address, &stderr)),
            Err(other) => Err(other),
        }
    }

    /// The command as root's.
    pub(super) fn wrap(&self, mut command: HostCommand) -> HostCommand {
        let words: &[&str] = match self {
            Self::Root => &[],
            Self::Sudo => &["sudo", "-n", "--"],
            Self::Password { .. } => &["sudo", "-S", "-p", "", "--", "sh", "-c", SKIP_PASSWORD, INPUT_BEGINS],
        };
        command.argv.splice(0..0, words.iter().map(|word| (*word).to_owned()));
        if let Self::Password { secret, .. } = self {
            let mark = format!("{INPUT_BEGINS}\n").into_bytes();
            command.stdin = [secret.line(), mark, command.stdin].concat();
        }
        command
    }

    /// Runs a command as root. A password that stopped being right is not tried again: that would lock the account.
    pub(super) async fn run<F: Future<Output = Result<Output, HostError>>>(
        &self,
        address: &str,
        command: HostCommand,
        run: impl FnOnce(HostCommand) -> F,
    ) -> Result<Output, HostError> {
        let Self::Password { is_spent, .. } = self else { return run(self.wrap(command)).await };
        if is_spent.load(Ordering::Relaxed) {
            let problem = "sudo does not accept the password any more, so it is not tried again in this run\n  help: run the command again with the right password";
            return Err(HostError::Because(format!("{address}: {problem}")));
        }
        let result = run(self.wrap(command)).await;
        if let Err(HostError::Failed { stderr, .. }) = &result
            && says(stderr, &WRONG)
        {
            is_spent.store(true, Ordering::Relaxed);
        }
        result
    }
}

/// Tries the password, and says what sudo has against it: once, as there is nothing more that sudo could read.
async fn attempt(run: &Run<'_>, secret: Secret) -> Result<Option<String>, HostError> {
    match sudo(run, &["-S", "-p", ""], secret.line()).await {
        Ok(_) => Ok(None),
        Err(HostError::Failed { stderr, address, .. }) if says(&stderr, &NOT_ALLOWED) => {
            Err(HostError::not_permitted(&address, &stderr))
        }
        Err(HostError::Failed { stderr, .. }) => Ok(Some(stderr)),
        Err(other) => Err(other),
    }
}

/// sudo in words that are known, without what it remembers of earlier passwords: a run may last longer than that.
async fn sudo(run: &Run<'_>, options: &[&str], stdin: Vec<u8>) -> Result<Output, HostError> {
    let words = [&["env", "LC_ALL=C", "sudo", "-k"], options, &["--", "true"]].concat();
    let command = HostCommand::new(words).stdin(stdin).timeout(LOGIN_PROBE);
    run(command).await
}

fn says(stderr: &str, any_of: &[&str]) -> bool {
    any_of.iter().any(|words| stderr.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Command;

    fn with_password() -> Privilege {
        Privilege::Password { secret: Secret::first_line("hunter2").unwrap(), is_spent: AtomicBool::new(false) }
    }

    /// Runs what comes after sudo's own words, on an input of which sudo has read so many lines.
    async fn after_sudo(read: usize) -> String {
        let command = HostCommand::new(["sh", "-c", "printf '<%s>' \"$@\"; cat", "sh", "a b"]);
        let wrapped = with_password().wrap(command.stdin("one\ntwo"));
        let at = wrapped.argv.iter().position(|word| word == "--").unwrap();
        let rest = wrapped.stdin.split_inclusive(|byte| *byte == b'\n').skip(read).collect::<Vec<_>>().concat();
        let argv = &wrapped.argv[at + 1..];
        let output = Command::new(&argv[0]).args(&argv[1..]).stdin(rest).output();
        String::from_utf8(output.await.unwrap().stdout).unwrap()
    }

    #[tokio::test]
    async fn the_command_reads_its_own_input_whether_sudo_read_the_password_or_not() {
        assert_eq!(after_sudo(1).await, "<a b>one\ntwo");
        assert_eq!(after_sudo(0).await, "<a b>one\ntwo");
    }

    #[test]
    fn the_password_is_in_no_word_of_the_command() {
        let wrapped = with_password().wrap(HostCommand::new(["true"]));
        assert!(!wrapped.argv.join(" ").contains("hunter2"));
        assert!(wrapped.stdin.starts_with(b"hunter2\n"));
    }

    #[tokio::test]
    async fn a_password_that_stopped_being_right_is_not_tried_again() {
        let privilege = with_password();
        let says = async |stderr: &str| {
            let failed = HostError::Failed {
                address: "ann@alpha".to_owned(),
                argv: Vec::new(),
                status: "exit status: 1".to_owned(),
                stderr: stderr.to_owned(),
            };
            privilege.run("ann@alpha", HostCommand::new(["true"]), async |_| Err(failed)).await.unwrap_err()
        };
        assert!(says("something else").await.to_string().contains("something else"));
        assert!(says("sudo: 3 incorrect password attempts").await.to_string().contains("3 incorrect"));
        insta::assert_snapshot!(says("").await, @r"
        ann@alpha: sudo does not accept the password any more, so it is not tried again in this run
          help: run the command again with the right password
        ");
    }
}
