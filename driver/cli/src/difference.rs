//! What would change on a node: the closure of the system that it runs against that of the one it should run.
//!
//! The host lists what it has; nothing of that is looked up, fetched or evaluated here. The planned system is built here.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};

use crate::evaluate::computed;
use crate::report::document::shown;
use netlib_core::evaluation::Job;
use netlib_core::event::EventSink;
use netlib_core::host::{Deployer, Host, HostCommand, HostError, script};
use netlib_core::process::Command;
use netlib_core::steps::{Show, StepFailure, StepRunnerParts, build};
use netlib_core::store_path::{self, is_store_path};
use netlib_core::text::clean;

/// How long listing a closure may take.
const LIST: Duration = Duration::from_secs(10 * 60);
/// Prints the paths of a closure, and then the size of each: the same in all versions of Nix.
const CLOSURE: &str = r#"paths=$(nix-store --query --requisites "$1") && printf '%s\n' "$paths" &&
printf '%s\n' "$paths" | xargs nix-store --query --size"#;
/// Which packages and units differ between two of these.
const DIFFERENCE: &str = include_str!("difference.nix");

/// For people: a block for one node; of the packages, lines such as `hello: 2.10 → 2.12, +5.6 KiB`.
const TEXT: &str = include_str!("difference.txt");

/// How many nodes are compared at the same time: each builds.
const AT_ONCE: usize = 4;

/// Compares on all of these nodes: a text for people, and why some could not be compared. Builds where lines of that have a reader.
pub async fn compare_all(
    parts: &StepRunnerParts,
    nodes: &BTreeSet<String>,
    building: Option<&EventSink>,
) -> (String, String) {
    let compared: Vec<_> = futures::stream::iter(nodes)
        .map(async |node: &String| {
            let step = format!("diff:{node}");
            let show = |line| building.into_iter().for_each(|events| events.show(&step, String::clone(&line)));
            let result = compare(parts, node, building.map(|_| &show as Show<'_>)).await;
            result.map_err(|error| format!("node `{node}`, step `{step}`: {error}\n"))
        })
        .buffered(if building.is_some() { AT_ONCE } else { 4 * AT_ONCE })
        .collect()
        .await;
    let (changes, failed): (Vec<_>, Vec<_>) = compared.into_iter().partition(Result::is_ok);
    let changes: Vec<Value> = changes.into_iter().flatten().collect();
    (shown(&json!({ "nodes": changes }), TEXT), failed.into_iter().filter_map(Result::err).collect())
}

/// Compares for one node, and says what would change there. The planned system is built where there is somebody to show lines of
/// that to; otherwise, and where it is not here, what would be built is named.
async fn compare(parts: &StepRunnerParts, node: &str, show: Option<Show<'_>>) -> Result<Value, StepFailure> {
    let host = parts.hosts.get(node).await?;
    let toplevel = parts.results.get(Job::toplevel(node)).await?;
    let planned = toplevel.out_path.clone();
    let running = script::probe(&*host).await?.current_system;
    let mut change = json!({ "node": node, "running": running, "planned": planned });
    let Some(running) = running.filter(|running| *running != planned) else { return Ok(change) };
    if show.is_none() && !Path::new(&planned).exists() {
        change["unbuilt"] = json!(unbuilt(&toplevel.drv_path).await?);
        return Ok(change);
    }
    if let Some(show) = show {
        build(&parts.settings.build(toplevel, &format!("planned-{node}")), show).await?;
    }
    let here = Deployer::new(&parts.settings.run_dir);
    let closures = json!({ "before": list(&*host, &running).await?, "after": list(&here, &planned).await? });
    change["differences"] = computed(DIFFERENCE, &closures).await.map_err(StepFailure::Because)?;
    Ok(change)
}

/// Names of what building a derivation would build.
async fn unbuilt(drv: &str) -> Result<Vec<String>, StepFailure> {
    let command = Command::new("nix-store").args(["--realise", "--dry-run", drv]).timeout(LIST);
    let mut names = Vec::new();
    let name = |line: &str| store_path::name(line.trim().strip_suffix(".drv")?).map(str::to_owned);
    let command = command.args(["--option", "substitute", "false"]);
    command.stream_stderr(|line| names.extend(name(line))).await?;
    Ok(names)
}

async fn list(host: &dyn Host, system: &str) -> Result<String, HostError> {
    let command = HostCommand::new(["sh", "-c", CLOSURE, "sh", system]).timeout(LIST);
    let text = clean(&host.run(command).await?.stdout);
    if is_closure(&text) { Ok(text) } else { Err(HostError::answer(&host.address(), "closure", &text)) }
}

/// Whether a text is the paths of a closure, and then as many sizes.
fn is_closure(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let (paths, sizes) = lines.split_at(lines.len() / 2);
    let is_size = |line: &&str| line.parse().is_ok_and(|size: i64| size.to_string() == **line && size >= 0);
    paths.len() == sizes.len() && paths.iter().all(|path| is_store_path(path)) && sizes.iter().all(is_size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz;
    use crate::report::document;
    use proptest::prelude::*;

    const PATH: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a";

    fn shown(packages: &[&str]) -> String {
        let (running, planned) = ("/nix/store/1-nixos", "/nix/store/2-nixos");
        let differences = json!({ "packages": packages, "units": [] });
        let change = json!({ "node": "alpha", "running": running, "planned": planned, "differences": differences });
        document::shown(&json!({ "nodes": [change] }), TEXT)
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

    #[test]
    fn a_closure_is_paths_and_as_many_sizes() {
        assert!(is_closure(&format!("{PATH}-1\n{PATH}\n12\n0\n")));
        for bad in [
            "/root/evil\n1\n",
            "1\n",
            "x\ny\n",
            &format!("{PATH}\n-1\n"),
            &format!("{PATH}/b\n1\n"),
            &format!("{PATH}\n01\n"),
        ] {
            assert!(!is_closure(bad), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(fuzz::config())]

        #[test]
        fn fuzz_closures_are_read(bytes in fuzz::bytes()) {
            let _ = is_closure(&clean(&bytes));
        }
    }
}
