//! Builds derivations on the deployer: those that are asked for at the same moment by one call of Nix.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::nix_log::{FORMAT, NixLog};
use super::{Show, StepFailure, Tried};
use crate::evaluation::{CacheStatus, Toplevel, this_system};
use crate::lock::locked;
use crate::nix::FEATURES;
use crate::process::Command;
use crate::text::clean;

/// How long a call of Nix waits for others to ask for more: hosts that are asked at the same moment answer within about this.
const GATHER: Duration = Duration::from_millis(100);
/// How long who is one of several waits for all of them.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a build may take.
const LIMIT: Duration = Duration::from_secs(6 * 60 * 60);

/// What to build.
#[derive(Clone)]
pub struct Build {
    /// The derivation and what it makes.
    pub toplevel: Toplevel,
    /// A link here keeps the result from garbage collection while the run lasts.
    pub link: PathBuf,
    /// What the user wants Nix to be told.
    pub options: Vec<String>,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// Said of a result that was there.
const BEFORE: &str = "in the store already";
/// Said of one that was built, or fetched.
const NOW: &str = "built";

/// Takes in lines for people.
pub type OnLine = Arc<dyn Fn(String) + Send + Sync>;

/// The builds of a run. What takes long, and what fails, is built once more by itself: Nix waits there for what another call
/// builds, and says of this one alone what went wrong.
pub struct Builds {
    asked: Arc<Mutex<Vec<Asked>>>,
    calls: Arc<Semaphore>,
    /// How long to wait for others: of one node, only its programs are asked for with its system.
    gather: Duration,
    /// Ends with the run.
    running: Mutex<JoinSet<()>>,
}

struct Asked {
    what: Build,
    on_line: OnLine,
    built: oneshot::Sender<()>,
}

impl Builds {
    /// With so many calls of Nix at the same time, for so many nodes.
    pub fn new(calls: usize, nodes: usize) -> Self {
        let (calls, gather) = (Arc::new(Semaphore::new(calls)), if nodes > 1 { GATHER } else { GATHER / 20 });
        Self { asked: Arc::default(), calls, gather, running: Mutex::default() }
    }

    /// Builds, together with what others ask for.
    pub async fn build(&self, what: &Build, on_line: OnLine) -> Tried<&'static str> {
        require_builder(&what.toplevel).await?;
        let (built, is_built) = oneshot::channel();
        self.ask(Asked { what: what.clone(), on_line: on_line.clone(), built });
        if let Ok(Ok(())) = timeout(PATIENCE, is_built).await {
            return Ok(if what.toplevel.cache_status == CacheStatus::Local { BEFORE } else { NOW });
        }
        let _call = self.calls.acquire().await;
        build(what, &*on_line).await
    }

    /// The first to ask starts a call for all who do so in a moment.
    fn ask(&self, one: Asked) {
        let mut asked = locked(&self.asked);
        asked.push(one);
        if asked.len() == 1 {
            let (gather, together) = (sleep(self.gather), together(self.asked.clone(), self.calls.clone()));
            locked(&self.running).spawn(gather.then(|()| together));
        }
    }
}

/// Whether something can build for a system that is not this machine's, which only Nix's settings say.
async fn require_builder(what: &Toplevel) -> Tried<()> {
    if what.system.is_empty() || what.system == this_system() {
        return Ok(());
    }
    let script = ["-c", include_str!("../nix/can-build.sh"), "can-build", &what.system, &what.drv_path];
    let said = Command::new("sh").args(script).timeout(PATIENCE * 6).output().await?;
    match clean(&said.stdout) {
        text if text.is_empty() => Ok(()),
        text => Err(StepFailure::Because(text.trim_end().to_owned())),
    }
}

/// Builds all that is asked for in a moment. Who is not told that it is built builds alone.
async fn together(asked: Arc<Mutex<Vec<Asked>>>, calls: Arc<Semaphore>) {
    let _call = calls.acquire().await;
    let mut all = std::mem::take(&mut *locked(&asked));
    all.retain(|one| !one.built.is_closed());
    let [first, _, ..] = all.as_slice() else { return };
    let drvs = all.iter().map(|one| &one.what.toplevel.drv_path);
    // No link of a single build is called so, whatever number Nix adds.
    let link = PathBuf::from(format!("{}+", first.what.link.display()));
    let command = command(&Build { link, ..first.what.clone() }, drvs.map(built)).arg("--keep-going");
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

/// What of a derivation is built: without `^out` this would be the derivation itself.
fn built(drv: &String) -> String {
    format!("{drv}^out")
}

/// What makes these, and roots them in the folder of the run.
fn command(of: &Build, installables: impl Iterator<Item = String>) -> Command {
    Command::new("nix")
        .args(FEATURES)
        // Builds that share a derivation wait for one another; Nix looks only every five seconds.
        .args(["--option", "build-poll-interval", "1"])
        .arg("build")
        .args(FORMAT)
        .args(&of.options)
        .arg("--out-link")
        .arg(&of.link)
        .args(installables)
        .timeout(LIMIT)
        .cancel_on(&of.cancel)
}

/// Builds, and hands out lines for people. Says how there came to be a result.
pub async fn build(what: &Build, show: Show<'_>) -> Tried<&'static str> {
    let Toplevel { drv_path, out_path, cache_status, .. } = &what.toplevel;
    let of = |installable: String| command(what, std::iter::once(installable));
    // What is there only has to stay while the run lasts.
    if *cache_status == CacheStatus::Local && of(out_path.clone()).arg("--offline").output().await.is_ok() {
        return Ok(BEFORE);
    }
    let mut log = NixLog::default();
    let ran = of(built(drv_path)).stream_stderr(|line| log.read(line).into_iter().for_each(show)).await;
    ran.map_err(|error| log.failure(&format!("building {drv_path}"), error))?;
    match Path::new(out_path).exists() {
        true => Ok(NOW),
        false => {
            Err(StepFailure::Because(format!("nix built {drv_path} without an error, but {out_path} is not there")))
        }
    }
}
