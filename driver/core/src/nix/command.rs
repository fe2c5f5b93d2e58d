//! How the driver calls `nix`: the options that every call has, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::memory::available;
use super::{Messages, NixError};
use crate::process::{Command, End, ProcessError, quote_argv};
use crate::text::clean;

/// Features that the driver needs, whatever nix.conf says.
pub const FEATURES: [&str; 2] = ["--extra-experimental-features", "nix-command flakes"];

/// The same as lines of a nix.conf, for programs that take them only from `NIX_CONFIG`; and inputs that are local git trees with
/// uncommitted changes have locks too, which Nix otherwise refuses to read again.
const CONFIG: &str = "extra-experimental-features = nix-command flakes\nallow-dirty-locks = true";

/// The first that can evaluate a whole run with one set of locked inputs. Every Lix that can has a higher number.
const LEAST: (u32, u32) = (2, 24);

/// Evaluating a large network may take minutes; an hour means that it hangs.
pub const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// How long telling its version may take, on a machine that has other things to do.
const VERSION_TIMEOUT: Duration = Duration::from_secs(60);

/// Nix's own name for how much memory it takes before it looks for garbage for the first time.
const HEAP: &str = "GC_INITIAL_HEAP_SIZE";

/// Enough for the document of some thousand nodes.
const MEBIBYTES: u64 = 1024;

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
    /// Nix is not one that netlib was written for.
    #[error(
        "this machine has `{0}`, and netlib needs Nix 2.24 or later (Lix 2.90): older ones cannot evaluate a whole run with one \
         set of locked inputs (--reference-lock-file), or word their errors in ways that netlib does not know.\n  \
         help: install a newer one, from https://nixos.org/download or with your distribution's backports, and run \
         netlib again"
    )]
    TooOld(String),
}

impl Nix {
    /// With the user's `--override-input` pairs; calls end when the token is cancelled.
    #[must_use]
    pub fn new(overrides: Vec<(String, String)>, cancel: CancellationToken) -> Self {
        Self { overrides, cancel, ..Self::default() }
    }

    /// What this machine's Nix says of its version, if it is one that is too old.
    async fn too_old(&self) -> Option<NixCallError> {
        let command = Command::new("nix").arg("--version").timeout(VERSION_TIMEOUT).cancel_on(&self.cancel);
        let version = clean(&command.output().await.ok()?.stdout);
        // One of an unknown shape is most likely newer than this driver.
        let is_older = number(&version).is_some_and(|number| number < LEAST);
        is_older.then(|| NixCallError::TooOld(version.trim().to_owned()))
    }

    /// Every later call uses these locks instead of looking for newer inputs.
    #[must_use]
    pub fn pinned_to(self, locks: PathBuf) -> Self {
        Self { locks: Some(locks), ..self }
    }

    /// The same for a large evaluation that needs to its end what it makes: looking for garbage only costs time. What the
    /// user says of it counts.
    #[must_use]
    pub fn with_room(&self) -> Self {
        Self { heap: available().filter(|all| all / 4 >= MEBIBYTES).map(|_| MEBIBYTES << 20), ..self.clone() }
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

    /// Runs `nix SUBCOMMAND… [flake options] REST…`. Where that fails, the Nix may be one that is too old; the library refuses
    /// one that can do it all the same.
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
                Err(self.too_old().await.unwrap_or_else(|| NixCallError::Reported(process, Box::new(error))))
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

/// The number in the line that `nix --version` prints.
fn number(version: &str) -> Option<(u32, u32)> {
    let (_, number) = version.lines().next()?.rsplit_once(')')?;
    let mut parts = number.trim().split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
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

    #[test]
    fn versions_have_numbers() {
        for (line, expected) in [
            ("nix (Nix) 2.24.0", (2, 24)),
            ("nix (Nix) 2.34.8\n", (2, 34)),
            ("nix (Nix) 2.27pre20250303_52cee7c", (2, 27)),
            ("nix (Nix) 2.8.0", (2, 8)),
            ("nix (Lix, like Nix) 2.91.1", (2, 91)),
            ("nix (Determinate Nix 3.8.2) 2.30.1", (2, 30)),
        ] {
            assert_eq!(number(line), Some(expected), "{line}");
        }
        for odd in ["", "nix", "nix (Nix)", "nix (Nix) two"] {
            assert_eq!(number(odd), None, "{odd:?}");
        }
    }
}
