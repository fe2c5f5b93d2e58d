//! The file of a node's facts: `facts/NODE.json` beside the flake, made for committing.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What became of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Written {
    /// It holds these values already and was not touched.
    Unchanged {
        /// The file.
        path: PathBuf,
    },
    /// It was written.
    Changed {
        /// The file.
        path: PathBuf,
        /// The facts that are new or have another value.
        facts: Vec<String>,
    },
}

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FactsFileError {
    /// It holds something else than facts.
    #[error("{} does not hold a JSON object: {source}\n  what to do: correct it, or remove it and gather again", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The system refused.
    #[error("cannot {verb} {}: {source}", path.display())]
    Io {
        /// What was being done.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Puts facts into the node's file. Other facts stay; the file is replaced as a whole or not at all.
pub(super) fn merge(folder: &Path, node: &str, facts: BTreeMap<String, String>) -> Result<Written, FactsFileError> {
    let directory = folder.join("facts");
    let path = directory.join(format!("{node}.json"));
    let mut all = read(&path)?;
    let mut changed = Vec::new();
    for (name, value) in facts {
        let value = Value::String(value);
        if all.get(&name) != Some(&value) {
            changed.push(name.clone());
            all.insert(name, value);
        }
    }
    if changed.is_empty() {
        return Ok(Written::Unchanged { path });
    }
    let text =
        serde_json::to_string_pretty(&all).map_err(|source| FactsFileError::Content { path: path.clone(), source })?;
    write(&directory, &path, &(text + "\n")).map_err(|source| FactsFileError::Io {
        verb: "write",
        path: path.clone(),
        source,
    })?;
    Ok(Written::Changed { path, facts: changed })
}

fn read(path: &Path) -> Result<BTreeMap<String, Value>, FactsFileError> {
    let path = path.to_owned();
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| FactsFileError::Content { path, source }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(source) => Err(FactsFileError::Io { verb: "read", path, source }),
    }
}

fn write(directory: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    // These are public values, for git and for everybody who evaluates the flake.
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_new_file_is_sorted_indented_and_ends_with_a_newline() {
        let folder = tempfile::tempdir().unwrap();
        let written = merge(folder.path(), "alpha", facts(&[("b", "2"), ("a", "1=")])).unwrap();
        let path = folder.path().join("facts/alpha.json");
        assert_eq!(written, Written::Changed { path: path.clone(), facts: vec!["a".to_owned(), "b".to_owned()] });
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
        let written = merge(folder.path(), "alpha", facts(&[("a", "1"), ("z", "27")])).unwrap();
        assert_eq!(written, Written::Changed { path: path.clone(), facts: vec!["z".to_owned()] });
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\n  \"a\": \"1\",\n  \"other\": \"kept\",\n  \"z\": \"27\"\n}\n");
    }

    #[test]
    fn an_unchanged_file_is_not_touched_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts/alpha.json");
        fs::create_dir_all(folder.path().join("facts")).unwrap();
        fs::write(&path, r#"{"b":"2","a":"1"}"#).unwrap();
        let written = merge(folder.path(), "alpha", facts(&[("a", "1")])).unwrap();
        assert_eq!(written, Written::Unchanged { path: path.clone() });
        assert_eq!(fs::read_to_string(&path).unwrap(), r#"{"b":"2","a":"1"}"#);
    }

    #[test]
    fn a_file_that_holds_no_object_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts/alpha.json");
        fs::create_dir_all(folder.path().join("facts")).unwrap();
        fs::write(&path, "[1]").unwrap();
        let error = merge(folder.path(), "alpha", facts(&[("a", "1")])).unwrap_err();
        let text = error.to_string().replace(&folder.path().display().to_string(), "FLAKE");
        insta::assert_snapshot!(text, @r"
        FLAKE/facts/alpha.json does not hold a JSON object: invalid type: sequence, expected a map at line 1 column 0
          what to do: correct it, or remove it and gather again
        ");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[1]");
    }
}
