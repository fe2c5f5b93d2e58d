//! One file of the cache: what is in it, and how it is read and replaced while other netlibs do the same.
//!
//! Knows files; what an answer means and whether it is still good is for others.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::bound;
use crate::private;

/// Grows when files of older netlibs mean something else.
const VERSION: u64 = 2;

/// Plans of so many requests are kept.
pub(super) const MOST_PLANS: usize = 16;

/// Where a state of a flake has its file.
#[derive(Debug)]
pub(super) struct Place {
    file: PathBuf,
    key: String,
}

/// All answers for one state of one flake.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Content {
    version: u64,
    key: String,
    /// By request.
    pub plans: BTreeMap<String, KeptPlan>,
    /// By attribute and node.
    pub derivations: BTreeMap<String, BTreeMap<String, Kept>>,
}

/// A plan as Nix printed it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::evaluate) struct KeptPlan {
    pub document: String,
    pub warnings: Vec<String>,
}

/// What one node yielded.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Kept {
    pub drv: String,
    pub out: String,
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl Place {
    pub(super) const fn new(file: PathBuf, key: String) -> Self {
        Self { file, key }
    }

    /// What is there for this key; nothing if the file is of another one, broken, or where other users can write.
    pub(super) fn read(&self) -> Option<Content> {
        let folder = private::own_folder(self.file.parent()?).ok()?;
        let text = std::fs::read(folder.join(self.file.file_name()?)).ok()?;
        let content: Content = serde_json::from_slice(&text).ok()?;
        (content.version == VERSION && content.key == self.key).then_some(content)
    }

    /// Marks it as used now.
    pub(super) fn touch(&self) {
        if let Ok(opened) = File::options().append(true).open(&self.file) {
            // Only the order in which files are removed depends on it.
            let _ = opened.set_modified(SystemTime::now());
        }
    }

    /// Adds what another netlib wrote in the meantime, and replaces the file.
    pub(super) fn write(&self, content: &mut Content) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        private::make_folder(folder)?;
        let folder = &private::own_folder(folder)?;
        let lock = private::append(&folder.join(bound::LOCK))?;
        // On a file system without locks, somebody's answers may be lost and are evaluated again.
        let _ = flock(&lock, FlockOperation::LockExclusive);
        content.version = VERSION;
        content.key.clone_from(&self.key);
        if let Some(theirs) = self.read() {
            content.take_over(theirs);
        }
        // As a whole or not at all: who reads does not wait for the lock.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(&serde_json::to_vec(content)?)?;
        new.persist(&self.file)?;
        bound::keep_newest(folder, bound::MOST_FILES, bound::MOST_BYTES)
    }
}

impl Content {
    fn take_over(&mut self, theirs: Self) {
        for (request, kept) in theirs.plans {
            if self.plans.len() < MOST_PLANS {
                self.plans.entry(request).or_insert(kept);
            }
        }
        for (attribute, nodes) in theirs.derivations {
            let own = self.derivations.entry(attribute).or_default();
            for (node, kept) in nodes {
                own.entry(node).or_insert(kept);
            }
        }
    }
}
