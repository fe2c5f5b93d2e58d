//! Builds derivations on the deployer: those that are asked for at the same moment by one call of Nix.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::StepFailure;
use super::failure::command_line;
use super::nix_log::NixLog;
use crate::evaluate::{CacheStatus, Toplevel, locked};
use crate::nix::FEATURES;
use crate::process::{Command, ProcessError, Tail};
use crate::text::clean;

/// How long a call of Nix waits for others to ask for more.
const GATHER: Duration = Duration::from_millis(10);
/// How long who is one of several waits for all of them.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long asking Nix for an old log may take.
const OLD_LOG: Duration = Duration::from_secs(30);

/// What to build.
#[derive(Clone)]
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

/// Takes in lines for people.
pub(crate) type OnLine = Arc<dyn Fn(String) + Send + Sync>;

/// The builds of a run. What takes long, and what fails, is built once more by itself: Nix waits there for what another call
/// builds, and says of this one alone what went wrong.
pub(crate) struct Builds {
    asked: Arc<Mutex<Vec<Asked>>>,
    calls: Arc<Semaphore>,
    /// Ends with the run.
    running: Mutex<JoinSet<()>>,
}

struct Asked {
    what: Build,
    on_line: OnLine,
    built: oneshot::Sender<()>,
}

impl Builds {
    /// With so many calls of Nix at the same time.
    pub(crate) fn new(calls: usize) -> Self {
        Self { asked: Arc::default(), calls: Arc::new(Semaphore::new(calls)), running: Mutex::default() }
    }

    /// Builds, together with what others ask for.
    pub(crate) async fn build(&self, what: &Build, on_line: OnLine) -> Result<Built, StepFailure> {
        let (built, is_built) = oneshot::channel();
        self.ask(Asked { what: what.clone(), on_line: on_line.clone(), built });
        if let Ok(Ok(())) = timeout(PATIENCE, is_built).await {
            return Ok(if what.toplevel.cache_status == CacheStatus::Local { Built::Before } else { Built::Now });
        }
        let _call = self.calls.acquire().await;
        build(what, |line| on_line(line)).await
    }

    /// The first to ask starts a call for all who do so in a moment.
    fn ask(&self, one: Asked) {
        let mut asked = locked(&self.asked);
        asked.push(one);
        if asked.len() == 1 {
            locked(&self.running).spawn(together(self.asked.clone(), self.calls.clone()));
        }
    }
}

/// Builds all that is asked for in a moment. Who is not told that it is built builds alone.
async fn together(asked: Arc<Mutex<Vec<Asked>>>, calls: Arc<Semaphore>) {
    sleep(GATHER).await;
    let _call = calls.acquire().await;
    let mut all = std::mem::take(&mut *locked(&asked));
    all.retain(|one| !one.built.is_closed());
    let [first, _, ..] = all.as_slice() else { return };
    let drvs = all.iter().map(|one| &one.what.toplevel.drv_path);
    // No link of a single build is called so, whatever number Nix adds.
    let link = PathBuf::from(format!("{}+", first.what.link.display()));
    let command = command(&Build { link, ..first.what.clone() }, drvs).arg("--keep-going");
    let mut log = NixLog::default();
    // What belongs to none of them alone is told of the first.
    let of = |line: &str| all.iter().find(|one| line.contains(&one.what.toplevel.drv_path)).unwrap_or(first);
    let on_line = |line: &str| log.read(line).into_iter().for_each(|shown| (of(line).on_line)(shown));
    if command.stream_stderr(on_line).await.is_ok() {
        for one in all.into_iter().filter(|one| Path::new(&one.what.toplevel.out_path).exists()) {
            // Who waits no more builds alone.
            let _ = one.built.send(());
        }
    }
}

/// What makes these, and roots them in the folder of the run.
fn command<'a>(of: &Build, drvs: impl Iterator<Item = &'a String>) -> Command {
    Command::new("nix")
        .args(FEATURES)
        // Builds that share a derivation wait for one another; Nix looks only every five seconds.
        .args(["--option", "build-poll-interval", "1"])
        .args(["build", "--log-format", "internal-json", "--out-link"])
        .arg(&of.link)
        // Without `^out` this would be the derivation itself, and nothing would be built.
        .args(drvs.map(|drv| format!("{drv}^out")))
        .timeout(of.limit)
        .cancel_on(&of.cancel)
}

/// Builds, and hands out lines for people.
pub(crate) async fn build(what: &Build, mut on_line: impl FnMut(String) + Send) -> Result<Built, StepFailure> {
    let Toplevel { drv_path, out_path, .. } = &what.toplevel;
    if what.toplevel.cache_status == CacheStatus::Local && is_kept(what).await {
        return Ok(Built::Before);
    }
    let command = command(what, std::iter::once(drv_path));
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
