//! WireGuard in user space, for kernels without the module: built once with cargo and copied to each host.

use std::path::PathBuf;

use crate::download::retried;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::lock::Lock;
use crate::notice;
use crate::root_file_system::remove_tree;
use crate::tool::Tool;

/// Pinned, so that all beds run the same one.
const VERSION: &str = "0.7.1";

/// The `boringtun-cli` binary, built first if it is not there yet.
pub(crate) fn ensure(layout: &Layout) -> Result<PathBuf> {
    let directory = layout.boringtun().join(VERSION);
    let binary = directory.join("bin/boringtun-cli");
    if binary.is_file() {
        return Ok(binary);
    }
    let _lock = Lock::take(&layout.boringtun().join("lock"))?;
    if binary.is_file() {
        return Ok(binary);
    }
    notice(&format!("building boringtun-cli {VERSION} (once; about a minute)"));
    let triple = host_triple()?;
    let build = layout.boringtun().join("build");
    // Linked statically, so that it also runs on a suite with an older C library than this machine's;
    // naming the target keeps the flag away from build scripts and procedural macros.
    let tool = Tool::new("build boringtun", "cargo")
        .args(["install", "boringtun-cli", "--locked", "--quiet", "--version", VERSION])
        .args(["--target", &triple])
        .arg("--root")
        .arg(&directory)
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .env("CARGO_TARGET_DIR", &build);
    retried(|| tool.run())?;
    remove_tree(&build)?;
    Ok(binary)
}

fn host_triple() -> Result<String> {
    let output = Tool::new("ask rustc for its target", "rustc").arg("-vV").run()?;
    output
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Error::Usage(format!("`rustc -vV` names no host:\n{}", output.stdout)))
}
