//! The file of a node's facts: `facts/NODE.json` beside the flake, made for committing.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use netlib_core::private;
use serde_json::{Value, json};

/// The file of a node's facts.
#[must_use]
pub fn file(folder: &Path, node: &str) -> PathBuf {
    folder.join("facts").join(format!("{node}.json"))
}

/// Puts facts into the node's file; returns those that are new or have another value. Others stay; the file is replaced as a
/// whole or not at all.
pub(super) fn merge(path: &Path, facts: BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let mut all: BTreeMap<String, Value> = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            format!(
                "{} does not hold a JSON object: {error}\n  help: correct it, or remove it and gather again",
                path.display()
            )
        })?,
        Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
    };
    let mut changed = Vec::new();
    for (name, value) in facts {
        let value = Value::String(value);
        if all.get(&name) != Some(&value) {
            changed.push(name.clone());
            all.insert(name, value);
        }
    }
    if !changed.is_empty() {
        let made = fs::create_dir_all(path.parent().unwrap_or(path));
        // These are public values, for git and for everybody who evaluates the flake.
        let written = made.and_then(|()| private::replace(path, 0o644, format!("{:#}\n", json!(all)).as_bytes()));
        written.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn facts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_new_file_is_sorted_indented_and_ends_with_a_newline() {
        let folder = tempfile::tempdir().unwrap();
        let written = merge(&file(folder.path(), "alpha"), facts(&[("b", "2"), ("a", "1=")])).unwrap();
        let path = folder.path().join("facts/alpha.json");
        assert_eq!(written, ["a", "b"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\n  \"a\": \"1=\",\n  \"b\": \"2\"\n}\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(folder.path().join("facts")).unwrap().count(), 1);
    }

    #[test]
    fn other_facts_stay_and_only_changed_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts/alpha.json");
        fs::create_dir_all(folder.path().join("facts")).unwrap();
        fs::write(&path, r#"{ "z": "26", "other": "kept", "a": "1" }"#).unwrap();
        let written = merge(&file(folder.path(), "alpha"), facts(&[("a", "1"), ("z", "27")])).unwrap();
        assert_eq!(written, ["z"]);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\n  \"a\": \"1\",\n  \"other\": \"kept\",\n  \"z\": \"27\"\n}\n");
    }

    #[test]
    fn an_unchanged_file_is_not_touched_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts/alpha.json");
        fs::create_dir_all(folder.path().join("facts")).unwrap();
        fs::write(&path, r#"{"b":"2","a":"1"}"#).unwrap();
        let written = merge(&file(folder.path(), "alpha"), facts(&[("a", "1")])).unwrap();
        assert!(written.is_empty());
        assert_eq!(fs::read_to_string(&path).unwrap(), r#"{"b":"2","a":"1"}"#);
    }

    #[test]
    fn a_file_that_holds_no_object_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts/alpha.json");
        fs::create_dir_all(folder.path().join("facts")).unwrap();
        fs::write(&path, "[1]").unwrap();
        let error = merge(&file(folder.path(), "alpha"), facts(&[("a", "1")])).unwrap_err();
        let text = error.replace(&folder.path().display().to_string(), "FLAKE");
        insta::assert_snapshot!(text, @r"
        FLAKE/facts/alpha.json does not hold a JSON object: invalid type: sequence, expected a map at line 1 column 0
          help: correct it, or remove it and gather again
        ");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[1]");
    }
}
