//! How the driver calls `nix`: the options that every call has, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Messages;
use crate::process::{Command, ProcessError, quote_argv};

/// Features that the driver needs, whatever nix.conf says.
pub(crate) const FEATURES: [&str; 2] = ["--extra-experimental-features", "nix-command flakes"];

/// Inputs that are local git trees with uncommitted changes have locks too, which Nix otherwise refuses to read again.
/// Given as an option, because a Nix that does not have it then only warns.
const DIRTY_INPUTS: [&str; 3] = ["--option", "allow-dirty-locks", "true"];

/// Evaluating a large network may take minutes; an hour means that it hangs.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// The command `nix` with what all calls of a run have in common.
#[derive(Clone, Debug, Default)]
pub struct Nix {
    overrides: Vec<(String, String)>,
    locks: Option<PathBuf>,
    cancel: CancellationToken,
}

/// What a call that succeeded said.
#[derive(Clone, Debug)]
pub struct Answer {
    /// All of stdout.
    pub stdout: Vec<u8>,
    /// Sorted stderr.
    pub messages: Messages,
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum NixCallError {
    /// Nix ended with an error.
    #[error("{process}{}", said(messages))]
    Failed {
        /// How the process ended.
        process: ProcessError,
        /// Sorted stderr.
        messages: Box<Messages>,
    },
    /// Nix did not run, or not to its end.
    #[error(transparent)]
    Process(ProcessError),
}

fn said(messages: &Messages) -> String {
    messages
        .error
        .as_ref()
        .map(|error| format!("\n{}", error.text))
        .unwrap_or_default()
}

impl Nix {
    /// With the user's `--override-input` pairs; calls end when the token is cancelled.
    #[must_use]
    pub fn new(overrides: Vec<(String, String)>, cancel: CancellationToken) -> Self {
        Self {
            overrides,
            locks: None,
            cancel,
        }
    }

    /// Every later call uses these locks instead of looking for newer inputs.
    #[must_use]
    pub fn pinned_to(self, locks: PathBuf) -> Self {
        Self {
            locks: Some(locks),
            ..self
        }
    }

    /// Runs `nix SUBCOMMAND… [flake options] REST…`.
    pub async fn call<S: AsRef<str>>(
        &self,
        subcommand: impl IntoIterator<Item = &str>,
        rest: impl IntoIterator<Item = S>,
    ) -> Result<Answer, NixCallError> {
        let rest = rest.into_iter().map(|word| word.as_ref().to_owned());
        let argv = FEATURES
            .into_iter()
            .map(str::to_owned)
            .chain(subcommand.into_iter().map(str::to_owned))
            .chain(["--log-format", "internal-json", "--show-trace"].map(str::to_owned))
            .chain(self.flake_options())
            .chain(rest);
        let mut messages = Messages::default();
        let command = Command::new("nix")
            .args(argv)
            .timeout(TIMEOUT)
            .cancel_on(&self.cancel);
        tracing::debug!(command = quote_argv(&command.argv()), "calling nix");
        let result = command.stream_stderr(|line| messages.read(line)).await;
        match result {
            Ok(output) => Ok(Answer {
                stdout: output.stdout,
                messages,
            }),
            Err(process @ ProcessError::Failed { .. }) => {
                if let Some(error) = &messages.error {
                    tracing::debug!(trace = error.text, "nix failed");
                }
                Err(NixCallError::Failed {
                    process,
                    messages: Box::new(messages),
                })
            }
            Err(process) => Err(NixCallError::Process(process)),
        }
    }

    /// The command that shows people the whole trace of an attribute's error.
    #[must_use]
    pub fn trace_command(&self, installable: &str) -> String {
        let overrides = self.overrides.iter();
        let argv: Vec<String> = ["nix", "eval", "--show-trace", "--no-write-lock-file"]
            .map(str::to_owned)
            .into_iter()
            .chain(overrides.flat_map(|(input, by)| override_option(input, by)))
            .chain([installable.to_owned()])
            .collect();
        quote_argv(&argv)
    }

    fn flake_options(&self) -> Vec<String> {
        let locks = self.locks.iter().flat_map(|path| {
            let path = path.to_string_lossy().into_owned();
            let words = ["--reference-lock-file".to_owned(), path].into_iter();
            words.chain(DIRTY_INPUTS.map(str::to_owned))
        });
        let overrides = self
            .overrides
            .iter()
            .flat_map(|(input, by)| override_option(input, by));
        // Without this, Nix writes a lock file that is missing and adds it to git.
        std::iter::once("--no-write-lock-file".to_owned())
            .chain(locks)
            .chain(overrides)
            .collect()
    }
}

fn override_option(input: &str, by: &str) -> [String; 3] {
    [
        "--override-input".to_owned(),
        input.to_owned(),
        by.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_and_overrides_are_passed_on() {
        let overrides = vec![("netlib".to_owned(), "path:/n".to_owned())];
        let nix = Nix::new(overrides, CancellationToken::new());
        let before = [
            "--no-write-lock-file",
            "--override-input",
            "netlib",
            "path:/n",
        ];
        assert_eq!(nix.flake_options(), before);
        let pinned = nix
            .pinned_to("/run/flake.lock".into())
            .flake_options()
            .join(" ");
        let expected = "--no-write-lock-file --reference-lock-file /run/flake.lock --option allow-dirty-locks true \
                        --override-input netlib path:/n";
        assert_eq!(pinned, expected);
    }

    #[test]
    fn the_command_for_the_trace_can_be_pasted() {
        let overrides = vec![("netlib".to_owned(), "path:/my net".to_owned())];
        let nix = Nix::new(overrides, CancellationToken::new());
        assert_eq!(
            nix.trace_command(".#.x"),
            "nix eval --show-trace --no-write-lock-file --override-input netlib 'path:/my net' '.#.x'"
        );
    }
}
