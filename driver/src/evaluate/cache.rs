//! What an unchanged flake yielded before, in one file for each state of a flake: its plan, and its nodes' derivations.
//!
//! Holds answers and knows which question they belong to; whether they still are good is for whoever takes one.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{Attribute, CacheStatus, CacheUse, Toplevel};
use crate::flake::Flake;

/// Grows when files of older netlibs mean something else.
const VERSION: u64 = 1;

/// Most files that are kept, the newest ones.
const MOST_FILES: usize = 64;

/// Most bytes that they have together.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// Answers for one state of one flake. Without a place, it holds nothing.
#[derive(Debug, Default)]
pub struct Cache {
    place: Option<Place>,
    content: Mutex<Content>,
}

#[derive(Debug)]
struct Place {
    file: PathBuf,
    key: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Content {
    version: u64,
    key: String,
    plan: Option<KeptPlan>,
    /// By attribute and node.
    derivations: BTreeMap<String, BTreeMap<String, Kept>>,
    #[serde(skip)]
    is_changed: bool,
}

/// A plan as Nix printed it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct KeptPlan {
    pub document: String,
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Kept {
    drv: String,
    out: String,
    #[serde(default)]
    warnings: Vec<String>,
}

impl Cache {
    /// The answers for a network of a flake, in the user's folder for such things. None are kept where nobody can know
    /// whether the flake changed, as with a plain file.
    #[must_use]
    pub fn of(flake: &Flake, wanted: CacheUse) -> Self {
        match (wanted, flake.identity()) {
            (CacheUse::Use, Some(identity)) => {
                // Nix may compute other derivations from the same files in another version.
                let nix = flake.nix();
                let asked = format!("{:?} {}", nix.overrides(), flake.reference().network());
                Self::open(
                    &[identity, &asked, &nix.version(), env!("CARGO_PKG_VERSION")].join("\n"),
                )
            }
            _ => Self::default(),
        }
    }

    fn open(key: &str) -> Self {
        let home = || std::env::home_dir().map(|home| home.join(".cache"));
        let caches = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(home);
        match caches {
            Some(caches) => Self::open_in(&caches.join("netlib/evaluation"), key),
            None => Self::default(),
        }
    }

    fn open_in(folder: &Path, key: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        // Two keys with one hash cost a miss: the file says which one it is for.
        let file = folder.join(format!("{:016x}.json", hasher.finish()));
        let content = read(&file, key);
        if content.is_some() {
            touch(&file);
        }
        let key = key.to_owned();
        Self {
            content: Mutex::new(content.unwrap_or_default()),
            place: Some(Place { file, key }),
        }
    }

    pub(super) fn plan(&self) -> Option<KeptPlan> {
        self.content().plan.clone()
    }

    pub(super) fn keep_plan(&self, document: &[u8], warnings: Vec<String>) {
        let document = String::from_utf8_lossy(document).into_owned();
        let mut content = self.content();
        content.plan = Some(KeptPlan { document, warnings });
        content.is_changed = true;
    }

    pub(super) fn derivation(&self, attribute: Attribute, node: &str) -> Option<Toplevel> {
        let content = self.content();
        let kept = content.derivations.get(attribute.name())?.get(node)?;
        Some(Toplevel {
            drv_path: kept.drv.clone(),
            out_path: kept.out.clone(),
            cache_status: CacheStatus::Unknown,
            warnings: kept.warnings.clone(),
        })
    }

    pub(super) fn keep_derivation(&self, attribute: Attribute, node: &str, found: &Toplevel) {
        if self.place.is_none() {
            return;
        }
        let kept = Kept {
            drv: found.drv_path.clone(),
            out: found.out_path.clone(),
            warnings: found.warnings.clone(),
        };
        let mut content = self.content();
        let of_attribute = content.derivations.entry(attribute.name().to_owned());
        of_attribute.or_default().insert(node.to_owned(), kept);
        content.is_changed = true;
    }

    /// Writes what is new, together with what another netlib wrote in the meantime. A cache that cannot be written costs
    /// time and nothing else.
    pub(super) fn save(&self) {
        let Some(place) = &self.place else { return };
        let mut content = self.content();
        if !std::mem::take(&mut content.is_changed) {
            return;
        }
        content.version = VERSION;
        content.key.clone_from(&place.key);
        if let Some(theirs) = read(&place.file, &place.key) {
            content.take_over(theirs);
        }
        match write(&place.file, &content) {
            Ok(()) => {}
            Err(error) => tracing::warn!("the evaluation cache cannot be written: {error}"),
        }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // Every change is one assignment: a panic elsewhere leaves nothing half done.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.save();
    }
}

impl Content {
    fn take_over(&mut self, theirs: Self) {
        self.plan = self.plan.take().or(theirs.plan);
        for (attribute, nodes) in theirs.derivations {
            let own = self.derivations.entry(attribute).or_default();
            for (node, kept) in nodes {
                own.entry(node).or_insert(kept);
            }
        }
    }
}

fn read(file: &Path, key: &str) -> Option<Content> {
    let text = std::fs::read(file).ok()?;
    let content: Content = serde_json::from_slice(&text).ok()?;
    (content.version == VERSION && content.key == key).then_some(content)
}

/// As a whole or not at all: another netlib may be reading.
fn write(file: &Path, content: &Content) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(&serde_json::to_vec(content)?)?;
    new.persist(file)?;
    bound(folder, MOST_FILES, MOST_BYTES)
}

fn touch(file: &Path) {
    if let Ok(opened) = std::fs::File::options().append(true).open(file) {
        // Only the order in which files are removed depends on it.
        let _ = opened.set_modified(SystemTime::now());
    }
}

/// Removes the files that were not used for longest.
fn bound(folder: &Path, most_files: usize, most_bytes: u64) -> std::io::Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        files.push((about.modified()?, about.len(), entry.path()));
    }
    files.sort_by(|one, other| other.cmp(one));
    let mut bytes = 0;
    for (position, (_, length, path)) in files.into_iter().enumerate() {
        bytes += length;
        // The newest file is the one that was just written.
        if position > 0 && (position >= most_files || bytes > most_bytes) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn toplevel(name: &str) -> Toplevel {
        Toplevel {
            drv_path: format!("/nix/store/{name}.drv"),
            out_path: format!("/nix/store/{name}"),
            warnings: vec!["old".to_owned()],
            ..Toplevel::default()
        }
    }

    #[test]
    fn answers_are_there_for_the_same_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open_in(folder.path(), "one");
        assert!(cache.plan().is_none());
        cache.keep_plan(b"{}", vec!["hm".to_owned()]);
        cache.keep_derivation(Attribute::Toplevels, "a", &toplevel("a"));
        drop(cache);

        let again = Cache::open_in(folder.path(), "one");
        assert_eq!(again.plan().unwrap().document, "{}");
        assert_eq!(
            again.derivation(Attribute::Toplevels, "a"),
            Some(toplevel("a"))
        );
        assert_eq!(again.derivation(Attribute::Gatherers, "a"), None);
        let other = Cache::open_in(folder.path(), "two");
        assert!(other.plan().is_none());
    }

    #[test]
    fn two_that_write_keep_the_answers_of_both() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (
            Cache::open_in(folder.path(), "x"),
            Cache::open_in(folder.path(), "x"),
        );
        one.keep_derivation(Attribute::Toplevels, "a", &toplevel("a"));
        two.keep_derivation(Attribute::Toplevels, "b", &toplevel("b"));
        one.save();
        two.save();
        let both = Cache::open_in(folder.path(), "x");
        for node in ["a", "b"] {
            assert!(
                both.derivation(Attribute::Toplevels, node).is_some(),
                "{node}"
            );
        }
    }

    #[test]
    fn a_broken_file_is_no_answer_and_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open_in(folder.path(), "x");
        cache.keep_plan(b"{}", Vec::new());
        cache.save();
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap();
        std::fs::write(file.unwrap().path(), "{").unwrap();
        assert!(Cache::open_in(folder.path(), "x").plan().is_none());
    }

    #[test]
    fn the_oldest_files_go_first() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..5_u64 {
            let path = folder.path().join(format!("{number}.json"));
            std::fs::write(&path, "12345").unwrap();
            let file = std::fs::File::options().append(true).open(&path).unwrap();
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + number);
            file.set_modified(at).unwrap();
        }
        let left = || {
            let files = std::fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
            names.sort();
            names
        };
        bound(folder.path(), 4, 1000).unwrap();
        assert_eq!(left(), ["1.json", "2.json", "3.json", "4.json"]);
        bound(folder.path(), 4, 10).unwrap();
        assert_eq!(left(), ["3.json", "4.json"]);
        bound(folder.path(), 4, 1).unwrap();
        assert_eq!(left(), ["4.json"]);
    }
}
