//! What would change on a node: the closure of the system that it runs against that of the one it should run.
//!
//! The host lists what it has; nothing of that is looked up, fetched or evaluated here. The planned system is built here.

mod packages;

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::packages::{Closure, closure, differences};
use crate::evaluation::{Attribute, Results};
use crate::host::{Deployer, Host, HostCommand, HostError, Hosts, script};
use crate::steps::{Build, Show, StepFailure, build};
use crate::text::clean;

/// How long listing a closure may take.
const LIST: Duration = Duration::from_secs(10 * 60);
/// Prints the paths of a closure, and then the size of each: the same in all versions of Nix.
const CLOSURE: &str = r#"paths=$(nix-store --query --requisites "$1") && printf '%s\n' "$paths" &&
printf '%s\n' "$paths" | xargs nix-store --query --size"#;

/// What comparing works with.
pub struct Comparison {
    /// The machines.
    pub hosts: Arc<Hosts>,
    /// Where derivations of nodes are found.
    pub results: Results,
    /// For what must not be garbage collected meanwhile.
    pub run_dir: PathBuf,
    /// Ends builds.
    pub cancel: CancellationToken,
}

/// What would change on a node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The system that it runs; none if that is no NixOS.
    pub running: Option<String>,
    /// The system that it should run.
    pub planned: String,
    /// Lines such as `hello: 2.10 → 2.12, +5.6 KiB`: packages whose version or size differs.
    pub packages: Vec<String>,
}

impl Difference {
    /// A block for one node.
    #[must_use]
    pub fn text(&self, node: &str) -> String {
        let Self { running, planned, packages } = self;
        let Some(running) = running else {
            return format!("{node}: runs no NixOS system; planned: {planned}\n");
        };
        if running == planned {
            return format!("{node}: no difference: it runs {running}\n");
        }
        let mut text = format!("{node}: {running}\n{:1$}  -> {planned}\n", "", node.len());
        if packages.is_empty() {
            text += "  no package has another version or a size that differs by more than 8 KiB: only configuration differs\n";
        }
        for line in packages {
            let _ = writeln!(text, "  {line}");
        }
        text
    }
}

/// Compares for one node; lines for people go to `on_line`.
pub async fn compare(parts: &Comparison, node: &str, show: Show<'_>) -> Result<Difference, StepFailure> {
    let host = parts.hosts.get(node).await?;
    let toplevel = parts.results.get(Attribute::Toplevels.of(node)).await;
    let toplevel = toplevel?;
    let planned = toplevel.out_path.clone();
    let running = script::probe(&*host).await?.current_system;
    let mut packages = Vec::new();
    if let Some(system) = running.as_deref().filter(|system| *system != planned) {
        let what =
            Build { toplevel, link: parts.run_dir.join(format!("planned-{node}")), cancel: parts.cancel.clone() };
        build(&what, show).await?;
        let here = Deployer::new(&parts.run_dir);
        packages = differences(&list(&*host, system).await?, &list(&here, &planned).await?);
    }
    Ok(Difference { running, planned, packages })
}

async fn list(host: &dyn Host, system: &str) -> Result<Closure, HostError> {
    let command = HostCommand::new(["sh", "-c", CLOSURE, "sh", system]).timeout(LIST);
    let text = clean(&host.run(command).await?.stdout);
    closure(&text).ok_or_else(|| HostError::answer(host.address(), "closure", &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(running: Option<&str>, packages: &[&str]) -> String {
        let difference = Difference {
            running: running.map(str::to_owned),
            planned: "/nix/store/2-nixos".to_owned(),
            packages: packages.iter().map(|line| (*line).to_owned()).collect(),
        };
        difference.text("alpha")
    }

    #[test]
    fn packages_are_listed_below_the_two_systems() {
        let old = Some("/nix/store/1-nixos");
        insta::assert_snapshot!(shown(old, &["hello: 2.10 → 2.12, +5.6 KiB", "jq: ∅ → 1.7"]), @r"
        alpha: /nix/store/1-nixos
               -> /nix/store/2-nixos
          hello: 2.10 → 2.12, +5.6 KiB
          jq: ∅ → 1.7
        ");
        insta::assert_snapshot!(shown(old, &[]), @r"
        alpha: /nix/store/1-nixos
               -> /nix/store/2-nixos
          no package has another version or a size that differs by more than 8 KiB: only configuration differs
        ");
    }

    #[test]
    fn nothing_to_compare() {
        let new = Some("/nix/store/2-nixos");
        insta::assert_snapshot!(shown(new, &[]), @"alpha: no difference: it runs /nix/store/2-nixos");
        insta::assert_snapshot!(shown(None, &[]), @"alpha: runs no NixOS system; planned: /nix/store/2-nixos");
    }
}
