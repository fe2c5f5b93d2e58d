//! What would change on a node: the closure of the system that it runs against that of the one it should run.
//!
//! Both have to be in the deployer's store. The planned one is built there, the running one fetched from the host if the
//! deployer does not have it: so no host is changed by it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::evaluate::{FEATURES, Toplevels};
use crate::host::{Host, HostError, Hosts, script};
use crate::process::Command;
use crate::steps::{Build, StepFailure, build};
use crate::text::clean;

/// How long fetching a system may take.
const FETCH: Duration = Duration::from_secs(2 * 60 * 60);
/// How long comparing may take.
const COMPARE: Duration = Duration::from_secs(10 * 60);
/// How long a build may take.
const BUILD: Duration = Duration::from_secs(6 * 60 * 60);

/// What comparing works with.
pub struct Comparison {
    /// The machines.
    pub hosts: Arc<Hosts>,
    /// Where derivations of nodes are found.
    pub toplevels: Arc<dyn Toplevels>,
    /// For what must not be garbage collected meanwhile.
    pub run_dir: PathBuf,
    /// Ends builds and copies.
    pub cancel: CancellationToken,
}

/// What would change on a node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The system that it runs; none if that is no NixOS.
    pub running: Option<String>,
    /// The system that it should run.
    pub planned: String,
    /// How the running one came to be in the deployer's store.
    pub obtained: Obtained,
    /// Lines such as `hello: 2.10 → 2.12, +5.6 KiB`: packages whose version or size differs.
    pub packages: Vec<String>,
}

/// How a running system came to be in the deployer's store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Obtained {
    /// It was not needed.
    NotNeeded,
    /// It was there.
    WasHere,
    /// It was fetched from the host.
    Fetched,
}

/// Compares for one node; lines for people go to `on_line`.
pub async fn compare(
    parts: &Comparison,
    node: &str,
    mut on_line: impl FnMut(String) + Send,
) -> Result<Difference, StepFailure> {
    let host = parts.hosts.get(node).await?;
    let toplevel = parts.toplevels.toplevel(node).await;
    let toplevel = toplevel.map_err(StepFailure::Evaluate)?;
    let planned = toplevel.out_path.clone();
    let running = script::probe(&*host).await?.current_system;
    let Some(system) = running.clone().filter(|system| *system != planned) else {
        return Ok(Difference {
            running,
            planned,
            obtained: Obtained::NotNeeded,
            packages: Vec::new(),
        });
    };
    let what = Build {
        toplevel,
        link: parts.run_dir.join(format!("planned-{node}")),
        limit: BUILD,
        cancel: parts.cancel.clone(),
    };
    build(&what, &mut on_line).await?;
    let obtained = obtain(parts, &*host, &system, &mut on_line).await?;
    Ok(Difference {
        running,
        obtained,
        packages: closures(parts, &system, &planned).await?,
        planned,
    })
}

async fn obtain(
    parts: &Comparison,
    host: &dyn Host,
    system: &str,
    on_line: &mut (impl FnMut(String) + Send),
) -> Result<Obtained, StepFailure> {
    let is_here = Path::new(system).exists();
    if !is_here && let Some(store) = host.store().await? {
        on_line(format!("fetching {system} from {}", host.address()));
        let fetch = nix(parts)
            .env("NIX_SSHOPTS", &store.ssh_options)
            .args(["copy", "--no-check-sigs", "--from", &store.url, system])
            .timeout(FETCH);
        done(fetch, &format!("fetching from {}", host.address())).await?;
    }
    let link = parts.run_dir.join(format!("running-{}", host.node()));
    let keep = nix(parts)
        .args(["build", "--out-link"])
        .arg(link)
        .arg(system);
    done(keep.timeout(COMPARE), "keeping the running system").await?;
    Ok(if is_here {
        Obtained::WasHere
    } else {
        Obtained::Fetched
    })
}

async fn closures(parts: &Comparison, from: &str, to: &str) -> Result<Vec<String>, StepFailure> {
    let compare = nix(parts).args(["store", "diff-closures", from, to]);
    let text = done(compare.timeout(COMPARE), "comparing the systems").await?;
    let lines = text.lines().map(str::trim_end);
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect())
}

fn nix(parts: &Comparison) -> Command {
    Command::new("nix").args(FEATURES).cancel_on(&parts.cancel)
}

async fn done(command: Command, doing: &str) -> Result<String, StepFailure> {
    let line = crate::process::quote_argv(&command.argv());
    match command.output().await {
        Ok(output) => Ok(clean(&output.stdout)),
        Err(crate::process::ProcessError::Failed { stderr_tail, .. }) => Err(StepFailure::Nix {
            doing: doing.to_owned(),
            said: stderr_tail,
            command: line,
        }),
        Err(other) => Err(StepFailure::from(HostError::from(other))),
    }
}
