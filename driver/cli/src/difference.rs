//! What would change on a node: the closure of the system that it runs against that of the one it should run.
//!
//! The host lists what it has; nothing of that is looked up, fetched or evaluated here. The planned system is built here.

mod packages;

use std::time::Duration;

use serde_json::{Value, json};

use self::packages::{Closure, closure, differences};
use netlib_core::evaluation::Job;
use netlib_core::host::{Deployer, Host, HostCommand, HostError, script};
use netlib_core::steps::{Show, StepFailure, StepRunnerParts, build};
use netlib_core::text::clean;

/// How long listing a closure may take.
const LIST: Duration = Duration::from_secs(10 * 60);
/// Prints the paths of a closure, and then the size of each: the same in all versions of Nix.
const CLOSURE: &str = r#"paths=$(nix-store --query --requisites "$1") && printf '%s\n' "$paths" &&
printf '%s\n' "$paths" | xargs nix-store --query --size"#;

/// For people: a block for one node; of the packages, lines such as `hello: 2.10 → 2.12, +5.6 KiB`.
pub const TEXT: &str = include_str!("difference.txt");

/// Compares for one node, and says what would change there; lines of the build go to `show`.
pub async fn compare(parts: &StepRunnerParts, node: &str, show: Show<'_>) -> Result<Value, StepFailure> {
    let host = parts.hosts.get(node).await?;
    let toplevel = parts.results.get(Job::toplevel(node)).await?;
    let planned = toplevel.out_path.clone();
    let running = script::probe(&*host).await?.current_system;
    let mut packages = Vec::new();
    if let Some(running) = running.as_ref().filter(|running| **running != planned) {
        build(&parts.settings.build(toplevel, &format!("planned-{node}")), show).await?;
        let here = Deployer::new(&parts.settings.run_dir);
        packages = differences(&list(&*host, running).await?, &list(&here, &planned).await?);
    }
    Ok(json!({ "node": node, "running": running, "planned": planned, "packages": packages }))
}

async fn list(host: &dyn Host, system: &str) -> Result<Closure, HostError> {
    let command = HostCommand::new(["sh", "-c", CLOSURE, "sh", system]).timeout(LIST);
    let text = clean(&host.run(command).await?.stdout);
    closure(&text).ok_or_else(|| HostError::answer(&host.address(), "closure", &text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document;

    fn shown(packages: &[&str]) -> String {
        let (running, planned) = ("/nix/store/1-nixos", "/nix/store/2-nixos");
        let change = json!({ "node": "alpha", "running": running, "planned": planned, "packages": packages });
        document::shown(&change, TEXT)
    }

    #[test]
    fn packages_are_listed_below_the_two_systems() {
        insta::assert_snapshot!(shown(&["hello: 2.10 → 2.12, +5.6 KiB", "jq: ∅ → 1.7"]), @r"
        alpha: /nix/store/1-nixos
               -> /nix/store/2-nixos
          hello: 2.10 → 2.12, +5.6 KiB
          jq: ∅ → 1.7
        ");
        insta::assert_snapshot!(shown(&[]), @r"
        alpha: /nix/store/1-nixos
               -> /nix/store/2-nixos
          no package has another version or a size that differs by more than 8 KiB: only configuration differs
        ");
    }
}
