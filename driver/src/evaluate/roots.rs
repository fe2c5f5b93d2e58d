//! Keeps store paths from the garbage collector while a run lasts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use crate::flake::Flake;
use crate::nix::{Nix, NixCallError};

/// Links in the folder of the run that root these paths, which must be there. Builds nothing.
pub(super) async fn protect(nix: &Nix, link: &Path, paths: &[&str]) -> Result<(), NixCallError> {
    let link = link.to_string_lossy();
    // Without `^*` a derivation is its own result. Several paths get several links, with numbers.
    let words = ["--out-link", link.as_ref()];
    let words = words.into_iter().chain(paths.iter().copied());
    nix.call(["build"], words).await.map(|_| ())
}

/// Roots of what evaluation reads: the copies of the flake and its inputs. Nix itself does not mind if they are taken away
/// while it reads them.
#[derive(Debug)]
pub(super) struct SourceRoots {
    flake: Arc<Flake>,
    run_dir: PathBuf,
    copies: OnceCell<Vec<String>>,
    /// How many are protected already.
    protected: Mutex<usize>,
}

impl SourceRoots {
    pub(super) fn new(flake: Arc<Flake>, run_dir: PathBuf) -> Self {
        Self { flake, run_dir, copies: OnceCell::new(), protected: Mutex::default() }
    }

    /// Roots those that are there by now. One that is not was not needed yet.
    pub(super) async fn protect(&self) {
        let copies = self.copies.get_or_init(|| copies(&self.flake)).await;
        let is_there = |path: &&str| Path::new(path).exists();
        let there: Vec<&str> = copies.iter().map(String::as_str).filter(is_there).collect();
        let mut protected = self.protected.lock().await;
        if there.len() <= *protected {
            return;
        }
        let link = self.run_dir.join(format!("sources-{}", there.len()));
        match protect(&self.flake.nix, &link, &there).await {
            Ok(()) => *protected = there.len(),
            Err(error) => tracing::debug!("the flake's sources are not protected: {error}"),
        }
    }
}

/// Where Nix copies the flake and its inputs to, whether or not they are there already. Fetches nothing.
async fn copies(flake: &Flake) -> Vec<String> {
    if flake.reference.is_file {
        return Vec::new();
    }
    let command = ["flake", "archive", "--dry-run", "--json"];
    let answer = match flake.nix.call(command, [&flake.root]).await {
        Ok(answer) => answer.stdout,
        Err(error) => {
            tracing::debug!("the flake's sources are not known: {error}");
            return Vec::new();
        }
    };
    let mut paths = Vec::new();
    collect(&serde_json::from_slice(&answer).unwrap_or_default(), &mut paths);
    paths
}

fn collect(source: &Value, paths: &mut Vec<String>) {
    let path = source.get("path").and_then(Value::as_str);
    paths.extend(path.map(str::to_owned));
    let inputs = source.get("inputs").and_then(Value::as_object);
    for input in inputs.into_iter().flat_map(|inputs| inputs.values()) {
        collect(input, paths);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_inputs_are_sources_too() {
        let mut paths = Vec::new();
        let of_a = serde_json::json!({ "path": "/a", "inputs": { "b": { "path": "/b" }, "c": {} } });
        let source = serde_json::json!({ "path": "/self", "inputs": { "a": of_a } });
        collect(&source, &mut paths);
        assert_eq!(paths, ["/self", "/a", "/b"]);
    }
}
