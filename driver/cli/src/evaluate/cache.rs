//! What an unchanged flake yielded before, in one file for each state of a flake: its plans, and its nodes' derivations.
//!
//! Holds answers and knows which question they belong to; whether they still are good is for whoever takes one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::flake::Flake;
use netlib_core::evaluation::{Job, Toplevel};
use netlib_core::lock::locked;
use netlib_core::nix::program;
use netlib_core::private;

/// Grows when files of older netlibs mean something else.
const VERSION: u64 = 4;
/// States of flakes that are kept, those that were last evaluated.
const MOST_FILES: usize = 16;
/// Plans of so many requests are kept.
const MOST_PLANS: usize = 16;

/// Said when nobody knows which of two states of the flake was evaluated.
const CHANGED: &str = "the flake was changed while it was evaluated: parts of this run may be of what it was before, and \
     others of what it is now. Nothing of it is remembered; run netlib again once the flake is as you want it";

/// Answers for one state of one flake. Without a file, it holds nothing for the next run.
#[derive(Debug, Default)]
pub struct Cache(Mutex<Answers>);

#[derive(Debug, Default, Deserialize, Serialize)]
struct Answers {
    /// By request.
    plans: BTreeMap<String, KeptPlan>,
    /// By attribute and node.
    derivations: BTreeMap<String, Toplevel>,
    #[serde(skip)]
    has_news: bool,
    /// None where they are not kept, or may belong to another state of the flake.
    #[serde(skip)]
    file: Option<PathBuf>,
}

/// A plan as Nix printed it, and the warnings of its evaluation.
pub(super) type KeptPlan = (String, Vec<String>);

impl Cache {
    /// The answers for a network of a flake, in the user's folder for such things. None are kept where nobody can know
    /// whether the flake changed, as with a plain file.
    pub fn of(flake: &Flake) -> Self {
        let (Some(identity), Some(caches)) = (&flake.identity, dirs::cache_dir()) else { return Self::default() };
        // It may read what no identity knows of.
        if flake.nix.options.iter().any(|word| word == "--impure") {
            return Self::default();
        }
        // Nix may compute other derivations from the same files in another version.
        let asked = format!("{:?} {:?} {} {VERSION}", flake.nix.overrides, flake.nix.options, flake.reference.network);
        let key = [identity, &asked, &program(), env!("CARGO_PKG_VERSION")].join("\n");
        Self::open(&caches.join("netlib/evaluation"), &key)
    }

    /// Where other users can write, nothing is read and nothing kept.
    fn open(folder: &Path, key: &str) -> Self {
        let folder = private::make_folder(folder).and_then(|()| private::own_folder(folder));
        let Ok(folder) = folder.inspect_err(|error| tracing::warn!("there is no evaluation cache: {error}")) else {
            return Self::default();
        };
        let file = folder.join(format!("{:x}.json", Sha256::digest(key)));
        // One that is broken holds nothing.
        let answers = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self(Mutex::new(Answers { file: Some(file), ..answers.unwrap_or_default() }))
    }

    /// The plan for a request.
    pub(super) fn plan(&self, request: &str) -> Option<KeptPlan> {
        locked(&self.0).plans.get(request).cloned()
    }

    pub(super) fn keep_plan(&self, request: &str, plan: KeptPlan) {
        let mut answers = locked(&self.0);
        if answers.plans.len() >= MOST_PLANS {
            answers.plans.clear();
        }
        answers.plans.insert(request.to_owned(), plan);
        answers.has_news = true;
    }

    /// The derivation of a job, if it is still there.
    pub(super) fn derivation(&self, job: &Job) -> Option<Toplevel> {
        let found = locked(&self.0).derivations.get(&job.to_string()).cloned();
        found.filter(|toplevel| Path::new(&toplevel.drv_path).exists())
    }

    pub(super) fn keep_derivation(&self, job: &Job, found: &Toplevel) {
        let mut answers = locked(&self.0);
        answers.derivations.insert(job.to_string(), found.clone());
        answers.has_news = true;
    }

    /// Writes what is new, if the flake still is what the answers are for. A warning if it is not.
    pub(super) async fn settle(&self, flake: &Flake) -> Option<&'static str> {
        let is_wanted = |answers: &mut Answers| std::mem::take(&mut answers.has_news) && answers.file.is_some();
        if !is_wanted(&mut locked(&self.0)) {
            return None;
        }
        if !flake.is_unchanged().await? {
            locked(&self.0).file = None;
            return Some(CHANGED);
        }
        // It costs time and nothing else.
        if let Err(error) = write(&locked(&self.0)) {
            tracing::warn!("the evaluation cache cannot be written: {error}");
        }
        None
    }
}

/// Replaces the file as a whole or not at all. Of two netlibs at once, the answers of the later one stay.
fn write(answers: &Answers) -> std::io::Result<()> {
    let Some(file) = &answers.file else { return Ok(()) };
    private::replace(file, 0o600, &serde_json::to_vec(answers)?)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut files: Vec<_> = folder.read_dir()?.flatten().collect();
    files.sort_by_key(|entry| std::cmp::Reverse(entry.metadata().and_then(|about| about.modified()).ok()));
    files.iter().skip(MOST_FILES).try_for_each(|entry| std::fs::remove_file(entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlib_core::evaluation::Job;

    fn job(node: &str) -> Job {
        Job::toplevel(node)
    }

    fn written(folder: &Path, key: &str, drv: &str) {
        let cache = Cache::open(folder, key);
        cache.keep_plan("all", ("{}".to_owned(), vec!["old".to_owned()]));
        cache.keep_derivation(&job("a"), &Toplevel { drv_path: drv.to_owned(), ..Toplevel::default() });
        write(&locked(&cache.0)).unwrap();
    }

    #[test]
    fn answers_are_for_one_key_and_only_while_they_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("new");
        let drv = folder.path().join("x.drv");
        written(&cache, "one", &drv.to_string_lossy());
        let one = || Cache::open(&cache, "one");
        assert_eq!(one().plan("all").unwrap().1, ["old"]);
        assert!(one().plan("some").is_none() && one().derivation(&job("a")).is_none(), "it is not in the store");
        std::fs::write(&drv, "").unwrap();
        assert_eq!(one().derivation(&job("a")).unwrap().drv_path, drv.to_string_lossy());
        assert!(Cache::open(&cache, "two").plan("all").is_none());
        std::fs::write(locked(&one().0).file.clone().unwrap(), "{").unwrap();
        assert!(one().plan("all").is_none(), "it is broken");
    }

    #[test]
    fn the_oldest_files_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let files = || folder.path().read_dir().unwrap().count();
        for number in 0..MOST_FILES + 3 {
            written(folder.path(), &number.to_string(), "/x.drv");
        }
        assert_eq!(files(), MOST_FILES);
        assert!(Cache::open(folder.path(), &(MOST_FILES + 2).to_string()).plan("all").is_some());
    }

    #[test]
    fn what_others_can_write_is_not_believed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), "one", "/x.drv");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Cache::open(folder.path(), "one").plan("all").is_none());
    }
}
