//! What `nix flake metadata --json` tells, in the shapes of the supported versions.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::SourceMap;

/// The parts that netlib reads.
#[derive(Deserialize)]
pub(super) struct Metadata {
    /// The flake, settled where it can be.
    pub url: Option<String>,
    /// All inputs, settled.
    pub locks: Value,
    path: Option<String>,
    resolved: Option<Resolved>,
    #[serde(default)]
    locked: Map<String, Value>,
    fingerprint: Option<String>,
}

#[derive(Deserialize)]
struct Resolved {
    #[serde(rename = "type")]
    kind: String,
    url: Option<String>,
    path: Option<String>,
    dir: Option<String>,
}

impl Metadata {
    /// Where the flake's files lie.
    pub(super) fn sources(&self) -> SourceMap {
        let root = self.resolved.as_ref().and_then(Resolved::local_root);
        let dir = self.resolved.as_ref().and_then(|at| at.dir.clone());
        SourceMap::known(self.path.clone(), root, dir)
    }

    /// Everything that the outputs depend on; none when some of it is not known. A fingerprint covers a git tree with
    /// uncommitted changes too; flakes at a plain path have none, but their content's hash.
    pub(super) fn identity(&self) -> Option<String> {
        let is_known = self.fingerprint.is_some() || self.locked.contains_key("narHash");
        if !is_known || !self.locks_are_known() {
            return None;
        }
        let parts = [
            self.fingerprint.clone().unwrap_or_default(),
            Value::Object(self.locked.clone()).to_string(),
            self.locks.to_string(),
        ];
        Some(parts.join("\n"))
    }

    /// Whether each input is one content for ever.
    fn locks_are_known(&self) -> bool {
        let Some(nodes) = self.locks.get("nodes").and_then(Value::as_object) else {
            return false;
        };
        nodes.values().all(|node| {
            // An input below the flake's own folder is part of the flake.
            let is_own = node.get("parent").is_some();
            node.get("locked").is_none_or(|locked| {
                is_own || locked.get("narHash").is_some() || locked.get("rev").is_some()
            })
        })
    }
}

impl Resolved {
    fn local_root(&self) -> Option<PathBuf> {
        let path = match self.kind.as_str() {
            "path" => self.path.as_deref()?,
            "git" => self.url.as_deref()?.strip_prefix("file://")?,
            _ => return None,
        };
        Some(PathBuf::from(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn what_may_change_unnoticed_has_no_identity() {
        let unlocked = json!({ "locks": { "nodes": { "n": { "locked": { "type": "git" } } } } });
        assert_eq!(metadata(unlocked).identity(), None);
        let mut path = metadata(json!({ "fingerprint": null }));
        assert_eq!(path.identity(), None);
        path.locked.insert("narHash".to_owned(), json!("sha256-2"));
        assert!(path.identity().is_some());
    }
}
