//! Keeps store paths from the garbage collector while a run lasts.

use std::path::Path;

use serde_json::Value;

use super::Evaluation;
use crate::flake::Flake;
use netlib_core::nix::{Nix, NixCallError};

/// Links in the folder of the run that root these paths, which must be there. Builds nothing.
pub(super) async fn protect(nix: &Nix, link: &Path, paths: &[&str]) -> Result<(), NixCallError> {
    let link = link.to_string_lossy();
    // Without `^*` a derivation is its own result. Several paths get several links, with numbers.
    let words = ["--out-link", link.as_ref()];
    let words = words.into_iter().chain(paths.iter().copied());
    nix.call(["build"], words).await.map(|_| ())
}

impl Evaluation {
    /// Roots what evaluation reads, as far as it is there by now: one that is not was not needed yet. Nix itself does not mind
    /// if it is taken away while it is read.
    pub(super) async fn protect_sources(&self) {
        let copies = self.copies.get_or_init(|| copies(&self.flake)).await;
        let there: Vec<&str> = copies.iter().map(String::as_str).filter(|path| Path::new(path).exists()).collect();
        let link = self.run_dir.join(format!("sources-{}", there.len()));
        if there.is_empty() || link.is_symlink() {
            return;
        }
        if let Err(error) = protect(&self.flake.nix, &link, &there).await {
            tracing::debug!("the flake's sources are not protected: {error}");
        }
    }
}

/// Where Nix copies the flake and its inputs to, whether or not they are there already. Fetches nothing.
async fn copies(flake: &Flake) -> Vec<String> {
    if flake.reference.is_file {
        return Vec::new();
    }
    let mut paths = Vec::new();
    match flake.nix.call(["flake", "archive", "--dry-run", "--json"], [&flake.root]).await {
        Ok(answer) => collect(&serde_json::from_slice(&answer.stdout).unwrap_or_default(), &mut paths),
        Err(error) => tracing::debug!("the flake's sources are not known: {error}"),
    }
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
