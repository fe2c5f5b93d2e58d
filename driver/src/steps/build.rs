//! Builds a derivation on the deployer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use tokio_util::sync::CancellationToken;

use super::StepFailure;
use super::failure::command_line;
use super::nix_log::NixLog;
use crate::evaluate::{CacheStatus, Toplevel};
use crate::nix::FEATURES;
use crate::process::{Command, ProcessError, Tail};
use crate::text::clean;

/// How long others wait for the first build.
const AHEAD: Duration = Duration::from_secs(2);
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

/// How there came to be a result.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Built {
    /// It was built, or fetched.
    Now,
    /// It was there.
    Before,
}

impl std::fmt::Display for Built {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Now => "built",
            Self::Before => "in the store already",
        })
    }
}

/// Lets the first build go ahead for a moment: systems of one network share most of what is built, and who waits for what another
/// Nix builds looks only once a second.
pub(crate) struct Ahead {
    is_taken: AtomicBool,
    ended: Semaphore,
}

impl Default for Ahead {
    fn default() -> Self {
        Self { is_taken: AtomicBool::new(false), ended: Semaphore::new(0) }
    }
}

impl Ahead {
    /// Carries out one of the builds.
    pub(crate) async fn of<T>(&self, building: impl Future<Output = T>) -> T {
        if self.is_taken.swap(true, Ordering::Relaxed) {
            let _ = tokio::time::timeout(AHEAD, self.ended.acquire()).await;
            return building.await;
        }
        let built = building.await;
        self.ended.close();
        built
    }
}

/// Builds, and hands out lines for people.
pub(crate) async fn build(what: &Build, mut on_line: impl FnMut(String) + Send) -> Result<Built, StepFailure> {
    let Toplevel { drv_path, out_path, .. } = &what.toplevel;
    if what.toplevel.cache_status == CacheStatus::Local && is_kept(what).await {
        return Ok(Built::Before);
    }
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
        return Ok(Built::Now);
    }
    Err(StepFailure::NoOutput { drv: drv_path.clone(), out: out_path.clone(), command: line })
}

/// Whether the result is there, and stays so while the run lasts.
async fn is_kept(what: &Build) -> bool {
    let command = Command::new("nix")
        .args(FEATURES)
        .args(["build", "--offline", "--out-link"])
        .arg(&what.link)
        .arg(&what.toplevel.out_path)
        .timeout(what.limit)
        .cancel_on(&what.cancel);
    command.output().await.is_ok()
}

async fn explain(error: ProcessError, log: &NixLog, wanted: &str) -> StepFailure {
    let Some(command) = command_line(&error) else {
        return StepFailure::Process(Arc::new(error));
    };
    let Some(drv) = log.failed_derivation() else {
        let doing = format!("building {wanted}");
        return StepFailure::Nix { doing, said: log.complaint(), command };
    };
    let text = match log.build_log(&drv) {
        Some(text) => text,
        None => old_log(&drv).await,
    };
    let headline = log.headline(&drv).unwrap_or_else(|| format!("building {drv} failed"));
    StepFailure::Builder { headline, drv, log: text, command }
}

/// The log of a build that another process did, or did before.
async fn old_log(drv: &str) -> String {
    let read = Command::new("nix").args(FEATURES).args(["log", drv]).timeout(OLD_LOG).output().await;
    let mut tail = Tail::default();
    for line in read.map(|output| output.stdout).unwrap_or_default().split(|byte| *byte == b'\n') {
        tail.push(&clean(line));
    }
    tail.text()
}
