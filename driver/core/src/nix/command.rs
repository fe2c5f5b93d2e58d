//! How the driver calls `nix`: the options that every call has, and what came of it.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::memory::available;
use super::{Messages, NixError};
use crate::process::{Command, End, ProcessError, quote_argv};

/// Features that the driver needs, whatever nix.conf says.
pub const FEATURES: [&str; 2] = ["--extra-experimental-features", "nix-command flakes"];

/// The same as lines of a nix.conf, for programs that take them only from `NIX_CONFIG`; and inputs that are local git trees with
/// uncommitted changes have locks too, which Nix otherwise refuses to read again.
const CONFIG: &str = "extra-experimental-features = nix-command flakes\nallow-dirty-locks = true";

/// Evaluating a large network may take minutes; an hour means that it hangs.
pub const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// Nix's own name for how much memory it takes before it looks for garbage for the first time.
const HEAP: &str = "GC_INITIAL_HEAP_SIZE";

/// MiB that are enough for the document of ten thousand nodes, and those with which it is worth it.
const ROOM: RangeInclusive<u64> = 1024..=8192;

/// The command `nix` with what all calls of a run have in common.
#[derive(Clone, Debug, Default)]
pub struct Nix {
    /// The user's `--override-input` pairs.
    pub overrides: Vec<(String, String)>,
    /// What the user wants Nix to be told, as words.
    pub options: Vec<String>,
    /// Ends what is running.
    pub cancel: CancellationToken,
    locks: Option<PathBuf>,
    heap: Option<u64>,
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
    /// Nix ended with an error that it told.
    #[error("{_0}\n{}", _1.text)]
    Reported(ProcessError, Box<NixError>),
    /// Nix did not run, or not to its end.
    #[error(transparent)]
    Process(ProcessError),
}

impl Nix {
    /// With the user's `--override-input` pairs; calls end when the token is cancelled.
    pub fn new(overrides: Vec<(String, String)>, cancel: CancellationToken) -> Self {
        Self { overrides, cancel, ..Self::default() }
    }

    /// Every later call uses these locks instead of looking for newer inputs.
    #[must_use]
    pub fn pinned_to(self, locks: PathBuf) -> Self {
        Self { locks: Some(locks), ..self }
    }

    /// The same for a large evaluation that needs to its end what it makes: looking for garbage only costs time. What the
    /// user says of it counts.
    pub fn with_room(&self) -> Self {
        let quarter = available().map(|all| all / 4).filter(|quarter| quarter >= ROOM.start());
        Self { heap: quarter.map(|quarter| quarter.min(*ROOM.end()) << 20), ..self.clone() }
    }

    /// The arguments of `nix SUBCOMMAND… [flake options] REST…`.
    pub fn argv<S: AsRef<str>>(
        &self,
        subcommand: impl IntoIterator<Item = &'static str>,
        rest: impl IntoIterator<Item = S>,
    ) -> Vec<String> {
        let mut argv = FEATURES.map(str::to_owned).to_vec();
        argv.extend(subcommand.into_iter().map(str::to_owned));
        // Without the last of these, Nix writes a lock file that is missing and adds it to git.
        let always = ["--log-format", "internal-json", "--show-trace", "--no-write-lock-file"];
        argv.extend(always.map(str::to_owned));
        if self.locks.is_some() {
            argv.extend(["--option", "allow-dirty-locks", "true"].map(str::to_owned));
        }
        argv.extend(self.flake_options());
        argv.extend(rest.into_iter().map(|word| word.as_ref().to_owned()));
        argv
    }

    /// Runs `nix SUBCOMMAND… [flake options] REST…`.
    pub async fn call<S: AsRef<str>>(
        &self,
        subcommand: impl IntoIterator<Item = &'static str>,
        rest: impl IntoIterator<Item = S>,
    ) -> Result<Answer, NixCallError> {
        let mut messages = Messages::default();
        let command = Command::new("nix").args(self.argv(subcommand, rest)).timeout(TIMEOUT).cancel_on(&self.cancel);
        let command = with_heap(command, self.heap);
        tracing::debug!(command = quote_argv(&command.argv()), "calling nix");
        match (command.stream_stderr(|line| messages.read(line)).await, messages.error.take()) {
            (Ok(output), _) => Ok(Answer { stdout: output.stdout, messages }),
            (Err(process @ ProcessError { end: End::Status(_), .. }), Some(error)) => {
                tracing::debug!(trace = error.text, "nix failed");
                Err(NixCallError::Reported(process, Box::new(error)))
            }
            (Err(process), _) => Err(NixCallError::Process(process)),
        }
    }

    /// The same settings for a program that takes them only as lines of `NIX_CONFIG`.
    pub fn config(&self) -> String {
        format!("{}\n{CONFIG}", std::env::var("NIX_CONFIG").unwrap_or_default())
    }

    /// The locks, the overrides and what the user wants Nix to be told, as words.
    pub fn flake_options(&self) -> Vec<String> {
        let locked = self.locks.iter().map(|path| path.to_string_lossy().into_owned());
        let locks = locked.flat_map(|path| ["--reference-lock-file".to_owned(), path]);
        let overrides = self.overrides.iter();
        let overrides = overrides.flat_map(|(input, by)| ["--override-input".to_owned(), input.clone(), by.clone()]);
        locks.chain(overrides).chain(self.options.iter().cloned()).collect()
    }
}

/// Which program `nix` is, and since when: another one may compute other derivations from the same files.
pub fn program() -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find_map(|folder| folder.join("nix").canonicalize().ok());
    let since = found.as_ref().and_then(|found| found.metadata().ok()?.modified().ok());
    format!("{found:?} {since:?}")
}

/// A command of Nix that takes so many bytes before it looks for garbage, unless the user says how many.
pub fn with_heap(command: Command, bytes: Option<u64>) -> Command {
    match bytes.filter(|_| std::env::var_os(HEAP).is_none()) {
        Some(bytes) => command.env(HEAP, bytes.to_string()),
        None => command,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_and_overrides_are_passed_on() {
        let overrides = vec![("netlib".to_owned(), "path:/n".to_owned())];
        let mut nix = Nix::new(overrides, CancellationToken::new());
        nix.options = vec!["--impure".to_owned()];
        assert_eq!(nix.flake_options().join(" "), "--override-input netlib path:/n --impure");
        let pinned = nix.pinned_to("/run/flake.lock".into());
        let expected = "--reference-lock-file /run/flake.lock --override-input netlib path:/n --impure";
        assert_eq!(pinned.flake_options().join(" "), expected);
        let argv = pinned.argv(["eval", "--json"], ["x"]).join(" ");
        assert!(
            argv.ends_with(&format!("--no-write-lock-file --option allow-dirty-locks true {expected} x")),
            "{argv}"
        );
        assert!(pinned.config().ends_with("flakes\nallow-dirty-locks = true"));
    }
}
