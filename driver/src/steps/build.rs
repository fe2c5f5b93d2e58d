//! Builds a derivation on the deployer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::StepFailure;
use super::failure::command_line;
use super::nix_log::NixLog;
use crate::evaluate::{FEATURES, Toplevel};
use crate::process::{Command, ProcessError, Tail};

/// How long asking Nix for an old log may take.
const OLD_LOG: Duration = Duration::from_secs(30);

/// What to build.
pub(crate) struct Build {
    /// The derivation and what it makes.
    pub toplevel: Toplevel,
    /// A link here keeps the result from garbage collection while the run lasts.
    pub link: PathBuf,
    /// How long it may take.
    pub limit: Duration,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// Builds, and hands out lines for people.
pub(crate) async fn build(
    what: &Build,
    mut on_line: impl FnMut(String) + Send,
) -> Result<(), StepFailure> {
    let Toplevel { drv_path, out_path } = &what.toplevel;
    let command = Command::new("nix")
        .args(FEATURES)
        // Builds of nodes that share a derivation wait for one another; Nix looks only every five seconds.
        .args(["--option", "build-poll-interval", "1"])
        .args(["build", "--log-format", "internal-json", "--out-link"])
        .arg(&what.link)
        // Without `^out` this would be the derivation itself, and nothing would be built.
        .arg(format!("{drv_path}^out"))
        .timeout(what.limit)
        .cancel_on(&what.cancel);
    let line = crate::process::quote_argv(&command.argv());
    let mut log = NixLog::default();
    let result = command
        .stream_stderr(|line| {
            if let Some(shown) = log.read(line) {
                on_line(shown);
            }
        })
        .await;
    if let Err(error) = result {
        return Err(explain(error, &log, drv_path).await);
    }
    if Path::new(out_path).exists() {
        return Ok(());
    }
    Err(StepFailure::NoOutput {
        drv: drv_path.clone(),
        out: out_path.clone(),
        command: line,
    })
}

async fn explain(error: ProcessError, log: &NixLog, wanted: &str) -> StepFailure {
    let Some(command) = command_line(&error) else {
        return StepFailure::Process(Arc::new(error));
    };
    let Some(drv) = log.failed_derivation() else {
        let doing = format!("building {wanted}");
        return StepFailure::Nix {
            doing,
            said: log.complaint(),
            command,
        };
    };
    let text = match log.build_log(&drv) {
        Some(text) => text,
        None => old_log(&drv).await,
    };
    let headline = log
        .headline(&drv)
        .unwrap_or_else(|| format!("building {drv} failed"));
    StepFailure::Builder {
        headline,
        drv,
        log: text,
        command,
    }
}

/// The log of a build that another process did, or did before.
async fn old_log(drv: &str) -> String {
    let read = Command::new("nix")
        .args(FEATURES)
        .args(["log", drv])
        .timeout(OLD_LOG)
        .output()
        .await;
    let mut tail = Tail::default();
    for line in read
        .map(|output| output.stdout)
        .unwrap_or_default()
        .split(|byte| *byte == b'\n')
    {
        tail.push(&String::from_utf8_lossy(line));
    }
    tail.text()
}
