//! What `nix flake metadata --json` tells, in the shapes of the supported versions.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::diagnose::SourceMap;

/// The parts that netlib reads.
#[derive(Deserialize)]
pub(super) struct Metadata {
    /// The flake, settled where it can be.
    pub url: Option<String>,
    /// All inputs, settled.
    pub locks: Value,
    path: Option<String>,
    #[serde(default)]
    resolved: Value,
    #[serde(default)]
    locked: Value,
    /// What Nix calls exactly this flake with exactly these inputs.
    pub fingerprint: Option<String>,
}

impl Metadata {
    /// Where the flake's files lie.
    pub(super) fn sources(&self) -> SourceMap {
        SourceMap {
            store_path: self.path.clone(),
            root: self.working_tree(),
            dir: self.resolved["dir"].as_str().map(str::to_owned),
            url: self.url.clone(),
        }
    }

    /// Everything that the outputs depend on; none when some of it is not known. A fingerprint covers a git tree with
    /// uncommitted changes too; flakes at a plain path have none, but their content's hash.
    pub(super) fn identity(&self) -> Option<String> {
        let is_known = self.fingerprint.is_some() || self.locked["narHash"].is_string();
        (is_known && self.locks_are_known()).then(|| json!([self.fingerprint, self.locked, self.locks]).to_string())
    }

    /// Whether it stays what it is: one commit, or a folder that Nix refuses once its content is another.
    pub(super) fn is_fixed(&self) -> bool {
        self.locked["rev"].is_string() || self.url.as_ref().is_some_and(|url| url.contains("narHash="))
    }

    /// Whether each input is one content for ever.
    fn locks_are_known(&self) -> bool {
        let is_known = |node: &Value| {
            let locked = &node["locked"];
            // An input below the flake's own folder is part of the flake.
            let is_own = locked.is_null() || node.get("parent").is_some();
            is_own || locked.get("narHash").is_some() || locked.get("rev").is_some()
        };
        self.locks["nodes"].as_object().is_some_and(|nodes| nodes.values().all(is_known))
    }

    /// The folder whose files are evaluated. Of a commit or branch that was asked for by name, the files that are checked
    /// out may be others, and a bare repository has none.
    fn working_tree(&self) -> Option<PathBuf> {
        let at = &self.resolved;
        let path = match at["type"].as_str()? {
            _ if at["ref"].is_string() || at["rev"].is_string() => return None,
            "path" => at["path"].as_str()?,
            "git" => at["url"].as_str()?.strip_prefix("file://")?,
            _ => return None,
        };
        let root = PathBuf::from(path);
        let flake = root.join(at["dir"].as_str().unwrap_or_default());
        flake.join("flake.nix").exists().then_some(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(changes: Value) -> Metadata {
        let mut value = json!({
            "fingerprint": "f1",
            "path": "/nix/store/x-source",
            "resolved": { "type": "git", "url": "file:///net", "dir": "a" },
            "locked": { "type": "git", "url": "file:///net" },
            "locks": { "version": 7, "root": "root", "nodes": {
                "root": { "inputs": { "n": "n" } },
                "n": { "locked": { "narHash": "sha256-1", "type": "path" } },
            } },
        });
        let (Some(into), Value::Object(changes)) = (value.as_object_mut(), changes) else {
            panic!("objects");
        };
        into.extend(changes);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_identity_is_of_all_that_counts() {
        let one = metadata(json!({})).identity().unwrap();
        assert_eq!(metadata(json!({})).identity(), Some(one.clone()));
        let other_input = json!({ "locks": { "nodes": { "n": { "locked": { "rev": "2" } } } } });
        for change in [json!({ "fingerprint": "f2" }), other_input] {
            assert_ne!(metadata(change).identity().unwrap(), one);
        }
    }

    #[test]
    fn only_a_working_tree_has_files_to_edit() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let url = format!("file://{}", root.display());
        let of = |more: Value| {
            let mut resolved = json!({ "type": "git", "url": url });
            if let (Some(into), Value::Object(more)) = (resolved.as_object_mut(), more) {
                into.extend(more);
            }
            metadata(json!({ "resolved": resolved })).sources().directory()
        };
        assert_eq!(of(json!({})), None, "a bare repository");
        std::fs::write(root.join("flake.nix"), "{}").unwrap();
        assert_eq!(of(json!({})), Some(root.clone()));
        assert_eq!(of(json!({ "ref": "old" })), None);
        assert_eq!(of(json!({ "rev": "0123" })), None);
        assert_eq!(of(json!({ "dir": "infra" })), None);
        std::fs::create_dir(root.join("infra")).unwrap();
        std::fs::write(root.join("infra/flake.nix"), "{}").unwrap();
        assert_eq!(of(json!({ "dir": "infra" })), Some(root.join("infra")));
    }

    #[test]
    fn what_may_change_unnoticed_has_no_identity() {
        let unlocked = json!({ "locks": { "nodes": { "n": { "locked": { "type": "git" } } } } });
        assert_eq!(metadata(unlocked).identity(), None);
        let mut path = metadata(json!({ "fingerprint": null }));
        assert_eq!(path.identity(), None);
        path.locked["narHash"] = json!("sha256-2");
        assert!(path.identity().is_some());
    }
}
