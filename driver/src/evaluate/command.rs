//! How the driver calls `nix`: the options that every call has, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::resources::is_roomy_for;
use super::version::{FEATURES, FEATURES_CONFIG};
use super::{Messages, NixError, NixVersion, TooOld};
use crate::process::{Command, ProcessError, quote_argv};
use crate::text::clean;

/// Evaluating a large network may take minutes; an hour means that it hangs.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// How long telling its version may take, on a machine that has other things to do.
const VERSION_TIMEOUT: Duration = Duration::from_secs(60);

/// Nix's own name for how much memory it takes before it looks for garbage for the first time.
const HEAP: &str = "GC_INITIAL_HEAP_SIZE";

/// Enough for the document of some thousand nodes.
const MEBIBYTES: u64 = 1024;

/// The command `nix` with what all calls of a run have in common.
#[derive(Clone, Debug, Default)]
pub struct Nix {
    overrides: Vec<(String, String)>,
    locks: Option<PathBuf>,
    version: Option<NixVersion>,
    heap: Option<String>,
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
    /// Nix is not one that netlib was written for.
    #[error(transparent)]
    TooOld(#[from] TooOld),
}

impl NixCallError {
    /// What Nix said; the error itself when it said nothing.
    pub(crate) fn said(self) -> Result<NixError, Self> {
        match self {
            Self::Failed { messages, process } => match messages.error {
                Some(error) => Ok(error),
                None => Err(Self::Failed { messages, process }),
            },
            other => Err(other),
        }
    }
}

fn said(messages: &Messages) -> String {
    messages.error.as_ref().map(|error| format!("\n{}", error.text)).unwrap_or_default()
}

impl Nix {
    /// With the user's `--override-input` pairs; calls end when the token is cancelled.
    #[must_use]
    pub fn new(overrides: Vec<(String, String)>, cancel: CancellationToken) -> Self {
        Self { overrides, locks: None, version: None, heap: None, cancel }
    }

    /// Asks this machine's Nix for its version, and refuses one that is too old.
    pub async fn admitted(self) -> Result<Self, NixCallError> {
        let command = Command::new("nix").arg("--version").timeout(VERSION_TIMEOUT).cancel_on(&self.cancel);
        let output = command.output().await.map_err(NixCallError::Process)?;
        // One of an unknown shape is most likely newer than this driver.
        let version = NixVersion::parse(&clean(&output.stdout));
        if let Some(version) = &version {
            version.admit()?;
        }
        Ok(Self { version, ..self })
    }

    /// What this machine's Nix says of itself; empty before it was asked.
    #[must_use]
    pub fn version(&self) -> String {
        self.version.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// The user's `--override-input` pairs.
    #[must_use]
    pub fn overrides(&self) -> &[(String, String)] {
        &self.overrides
    }

    /// Every later call uses these locks instead of looking for newer inputs.
    #[must_use]
    pub fn pinned_to(self, locks: PathBuf) -> Self {
        Self { locks: Some(locks), ..self }
    }

    /// The same for a large evaluation that needs to its end what it makes: looking for garbage only costs time. What the
    /// user says of it counts.
    #[must_use]
    pub(super) fn with_room(&self) -> Self {
        let is_ours = std::env::var_os(HEAP).is_none() && is_roomy_for(MEBIBYTES);
        Self { heap: is_ours.then(|| (MEBIBYTES << 20).to_string()), ..self.clone() }
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
        let mut command = Command::new("nix").args(argv).timeout(TIMEOUT).cancel_on(&self.cancel);
        if let Some(heap) = &self.heap {
            command = command.env(HEAP, heap);
        }
        tracing::debug!(command = quote_argv(&command.argv()), "calling nix");
        let result = command.stream_stderr(|line| messages.read(line)).await;
        match result {
            Ok(output) => Ok(Answer { stdout: output.stdout, messages }),
            Err(process @ ProcessError::Failed { .. }) => {
                if let Some(error) = &messages.error {
                    tracing::debug!(trace = error.text, "nix failed");
                }
                Err(NixCallError::Failed { process, messages: Box::new(messages) })
            }
            Err(process) => Err(NixCallError::Process(process)),
        }
    }

    /// The same settings for a program that is not `nix`: its arguments, and lines for its `NIX_CONFIG`.
    pub(super) fn for_others(&self, is_flake: bool) -> (Vec<String>, String) {
        let locked = self.locks.iter().map(|path| path.to_string_lossy());
        let locks = locked.flat_map(|path| ["--reference-lock-file".to_owned(), path.into_owned()]);
        let arguments = if is_flake { locks.chain(self.override_options()).collect() } else { Vec::new() };
        let own = std::env::var("NIX_CONFIG").unwrap_or_default();
        let dirty = self.version.as_ref().map(NixVersion::lock_config);
        let config = [own, FEATURES_CONFIG.to_owned(), dirty.unwrap_or_default()];
        (arguments, config.join("\n"))
    }

    /// Ends what is running.
    pub(super) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    fn override_options(&self) -> impl Iterator<Item = String> + '_ {
        self.overrides.iter().flat_map(|(input, by)| override_option(input, by))
    }

    fn flake_options(&self) -> Vec<String> {
        let dirty = self.version.as_ref().map(NixVersion::lock_options);
        let locks = self.locks.iter().flat_map(|path| {
            let path = path.to_string_lossy().into_owned();
            let words = ["--reference-lock-file".to_owned(), path].into_iter();
            words.chain(dirty.clone().unwrap_or_default())
        });
        // Without this, Nix writes a lock file that is missing and adds it to git.
        std::iter::once("--no-write-lock-file".to_owned()).chain(locks).chain(self.override_options()).collect()
    }
}

fn override_option(input: &str, by: &str) -> [String; 3] {
    ["--override-input".to_owned(), input.to_owned(), by.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_and_overrides_are_passed_on() {
        let overrides = vec![("netlib".to_owned(), "path:/n".to_owned())];
        let nix = Nix::new(overrides, CancellationToken::new());
        let before = ["--no-write-lock-file", "--override-input", "netlib", "path:/n"];
        assert_eq!(nix.flake_options(), before);
        let version = NixVersion::parse("nix (Nix) 2.26.3");
        let nix = Nix { version, ..nix };
        let pinned = nix.pinned_to("/run/flake.lock".into());
        let expected = "--no-write-lock-file --reference-lock-file /run/flake.lock --option allow-dirty-locks true \
                        --override-input netlib path:/n";
        assert_eq!(pinned.flake_options().join(" "), expected);
        let (arguments, config) = pinned.for_others(true);
        assert_eq!(arguments.join(" "), "--reference-lock-file /run/flake.lock --override-input netlib path:/n");
        assert!(config.ends_with("flakes\nallow-dirty-locks = true"), "{config}");
        assert_eq!(pinned.for_others(false).0.len(), 0);
    }
}
