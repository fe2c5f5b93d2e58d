//! What an installed nix-eval-jobs can do: it has no `--version`, but `--help` lists its options.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::PROGRAM;
use crate::evaluate::EvaluatorError;
use crate::process::Command;
use crate::text::clean;

/// How long listing its options may take, on a machine that has other things to do.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What netlib cannot do without.
const NEEDED: [&str; 3] = ["--select", "--reference-lock-file", "--workers"];

/// Options that not every version has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::evaluate) struct Features {
    /// Whether records can say what is to be built and fetched.
    pub cache_status: bool,
    /// Whether it roots derivations itself.
    pub gc_roots: bool,
    /// Whether records can have `meta`, and with it the warnings of nodes.
    pub meta: bool,
    /// Whether its workers can be restarted when they have grown too large.
    pub memory: bool,
    /// Whether errors can have whole traces.
    pub show_trace: bool,
}

impl Features {
    /// Asks the installed one.
    pub(in crate::evaluate) async fn ask(cancel: &CancellationToken) -> Result<Self, EvaluatorError> {
        let command = Command::new(PROGRAM).arg("--help").timeout(TIMEOUT).cancel_on(cancel);
        let output = command.output().await.map_err(|error| EvaluatorError::Broken(error.to_string()))?;
        Self::parse(&clean(&output.stdout))
    }

    fn parse(help: &str) -> Result<Self, EvaluatorError> {
        let options: BTreeSet<&str> = help
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .filter(|word| word.starts_with("--"))
            .collect();
        if let Some(missing) = NEEDED.iter().find(|option| !options.contains(**option)) {
            return Err(EvaluatorError::Lacks(missing));
        }
        let has = |option: &str| options.contains(option);
        Ok(Self {
            cache_status: has("--check-cache-status"),
            gc_roots: has("--gc-roots-dir"),
            meta: has("--meta"),
            memory: has("--max-memory-size"),
            show_trace: has("--show-trace"),
        })
    }
}

/// Whether there is such a program in PATH.
pub(in crate::evaluate) fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(PROGRAM).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "USAGE: nix-eval-jobs [options] expr\n\n  --check-cache-status   Check if --meta …\n  --gc-roots-dir         roots\n  --max-memory-size      size\n  --reference-lock-file  Read\n  --select               Apply\n  --show-trace           print\n  --workers              number\n";

    #[test]
    fn features_are_read_from_the_help() {
        let features = Features::parse(HELP).unwrap();
        let expected = Features { cache_status: true, gc_roots: true, meta: false, memory: true, show_trace: true };
        assert_eq!(features, expected);
    }

    #[test]
    fn one_that_cannot_select_is_refused() {
        let old = HELP.replace("--select", "--choose");
        assert_eq!(Features::parse(&old), Err(EvaluatorError::Lacks("--select")));
    }
}
