//! The cached root file systems, one per suite, built once with mmdebstrap and never written to again:
//! each host is an overlay on top of one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::apt;
use crate::download::retried;
use crate::error::{Error, Result};
use crate::hash::fnv1a;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::notice;
use crate::site;
use crate::suite::Suite;
use crate::tool::Tool;

/// What every host has, whatever its suite.
const PACKAGES: [&str; 21] = [
    "age",
    "borgbackup",
    "ca-certificates",
    "curl",
    "dbus",
    "git",
    "iproute2",
    "iputils-ping",
    "jq",
    "nftables",
    "nginx",
    "nix-bin",
    "nix-setup-systemd",
    "openssh-client",
    "openssh-server",
    "procps",
    "sudo",
    "systemd",
    "systemd-sysv",
    "util-linux",
    "wireguard-tools",
];

/// What only hosts of the usual suite have, as only scenarios on them want it.
fn further_packages(suite: Suite) -> &'static [&'static str] {
    match suite {
        Suite::Trixie => &["prometheus", "prometheus-node-exporter", "qrencode"],
        Suite::Browser => &["chromium", "chromium-sandbox", "fonts-dejavu-core"],
        Suite::Forky | Suite::Bookworm => &[],
    }
}

fn packages(suite: Suite) -> String {
    [&PACKAGES, further_packages(suite)].concat().join(",")
}

/// Run on the finished tree, whose directory is `$1`.
const CUSTOMIZE: &str = include_str!("customize-root.sh");

/// The directory of the suite's root file system, built first if it is not there yet.
pub(crate) fn ensure(layout: &Layout, suite: Suite) -> Result<PathBuf> {
    let directory = layout.root_file_systems().join(cache_name(suite));
    if directory.is_dir() {
        return Ok(directory);
    }
    // One lock per suite, so that two suites can be built side by side.
    let _lock = Lock::take(&layout.root_file_systems().join(format!("{}.lock", suite.name())))?;
    if directory.is_dir() {
        return Ok(directory);
    }
    build(layout, suite, &directory)?;
    remove_older(&layout.root_file_systems(), suite, &[site::in_use(layout)?, vec![directory.clone()]].concat())?;
    Ok(directory)
}

/// Removes what earlier recipes made of the suite, half a gigabyte each, but for these.
fn remove_older(folder: &Path, suite: Suite, kept: &[PathBuf]) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let prefix = format!("{}-", suite.name());
    let of_suite = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
    of_suite.map(|entry| entry.path()).filter(|path| !kept.contains(path)).try_for_each(|path| remove_tree(&path))
}

fn build(layout: &Layout, suite: Suite, directory: &Path) -> Result<()> {
    let unfinished = build_tree(layout, suite.name(), suite, &[], "")?;
    fs::rename(&unfinished, directory).map_err(Error::io("rename", &unfinished))
}

/// What the tree of hosts of the usual suite is made of.
pub(crate) fn recipe() -> String {
    format!("{}\n{CUSTOMIZE}", packages(Suite::default()))
}

/// A new tree, below the others' under a name of its own, with further packages; `customize` is run on it at the end.
pub(crate) fn build_tree(
    layout: &Layout,
    name: &str,
    suite: Suite,
    further: &[&str],
    customize: &str,
) -> Result<PathBuf> {
    apt::install_prerequisites()?;
    let mirror = apt::mirror()?;
    notice(&format!("building the root file system \"{name}\" from {mirror} (once; less than a minute)"));
    let unfinished = layout.root_file_systems().join(format!("{name}.unfinished"));
    let hook = layout.root_file_systems().join(format!("{name}.customize"));
    fs::write(&hook, format!("{CUSTOMIZE}{customize}")).map_err(Error::io("write", &hook))?;
    // Its mounts live in a namespace of their own, so that none is left when it is killed.
    let tool = Tool::new(format!("build the {suite} root file system"), "unshare")
        .args(["--mount", "mmdebstrap", "--quiet", "--variant=minbase"])
        .arg(format!("--aptopt={}", apt::RETRIES.replace('=', " ")))
        .args(suite_options(suite))
        .arg(format!("--include={}", [&[packages(suite).as_str()], further].concat().join(",")))
        .arg(format!("--customize-hook=sh -eu {} \"$1\"", quote(&hook)))
        .arg(suite.release())
        .arg(&unfinished)
        .arg(&mirror)
        .env("DEBIAN_FRONTEND", "noninteractive");
    retried(|| {
        remove_tree(&unfinished)?;
        tool.run()
    })?;
    Ok(unfinished)
}

/// Releases that are not finished have index files past their date now and then.
fn suite_options(suite: Suite) -> &'static [&'static str] {
    match suite {
        Suite::Forky => &["--aptopt=Acquire::Check-Valid-Until \"false\""],
        Suite::Trixie | Suite::Bookworm | Suite::Browser => &[],
    }
}

/// Another recipe gives another name, so that a stale cache is never used.
fn cache_name(suite: Suite) -> String {
    let recipe = format!("{}\n{:?}\n{CUSTOMIZE}", packages(suite), suite_options(suite));
    format!("{}-{:016x}", suite.name(), fnv1a(recipe.as_bytes()))
}

/// A word for a shell.
pub(crate) fn quote(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// Removes a directory tree; one that is not there is fine.
pub(crate) fn remove_tree(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_suite_has_its_own_cache() {
        let names = [Suite::Trixie, Suite::Forky, Suite::Bookworm].map(cache_name);
        assert!(names[0].starts_with("trixie-"));
        assert_ne!(names[0], names[1]);
        assert_ne!(names[1], names[2]);
    }

    #[test]
    fn older_ones_are_removed_unless_a_bed_stands_on_them() {
        let scratch = tempfile::tempdir().unwrap();
        let [new, used, old, other] =
            ["trixie-2", "trixie-1", "trixie-0", "forky-0"].map(|name| scratch.path().join(name));
        [&new, &used, &old, &other].iter().for_each(|path| fs::create_dir(path).unwrap());
        remove_older(scratch.path(), Suite::Trixie, &[new.clone(), used.clone()]).unwrap();
        assert_eq!([new, used, old, other].map(|path| path.is_dir()), [true, true, false, true]);
    }

    #[test]
    fn paths_survive_the_shell() {
        assert_eq!(quote(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }
}
