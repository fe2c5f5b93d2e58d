//! What an unchanged flake yielded before, in one file for each state of a flake: its plans, and its nodes' derivations.
//!
//! Holds answers and knows which question they belong to; whether they still are good is for whoever takes one.

mod bound;
mod file;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Attribute, CacheStatus, CacheUse, Toplevel};
use crate::flake::{Flake, State};
use crate::text::unchanged;
pub(super) use file::KeptPlan;
use file::{Content, Kept, MOST_PLANS, Place};

/// Said when nobody knows which of two states of the flake was evaluated.
const CHANGED: &str = "the flake was changed while it was evaluated: parts of this run may be of what it was before, and \
     others of what it is now. Nothing of it is remembered; run netlib again once the flake is as you want it";

/// Answers for one state of one flake. Without a place, it holds nothing for the next run.
#[derive(Debug, Default)]
pub struct Cache {
    place: Option<Place>,
    answers: Mutex<Answers>,
}

#[derive(Debug, Default)]
struct Answers {
    content: Content,
    has_news: bool,
    /// Whether some of them may belong to another state of the flake.
    is_doubtful: bool,
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
                Self::open(&[identity, &asked, &nix.version(), env!("CARGO_PKG_VERSION")].join("\n"))
            }
            _ => Self::default(),
        }
    }

    fn open(key: &str) -> Self {
        let home = || std::env::home_dir().map(|home| home.join(".cache"));
        let caches =
            std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).or_else(home);
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
        let place = Place::new(file, key.to_owned());
        let content = place.read().inspect(|_| place.touch());
        let answers = Answers { content: content.unwrap_or_default(), ..Answers::default() };
        Self { answers: Mutex::new(answers), place: Some(place) }
    }

    /// The plan for a request.
    pub(super) fn plan(&self, request: &str) -> Option<KeptPlan> {
        self.answers().content.plans.get(request).cloned()
    }

    pub(super) fn keep_plan(&self, request: &str, document: &[u8], warnings: Vec<String>) {
        let document = unchanged(document);
        let mut answers = self.answers();
        let plans = &mut answers.content.plans;
        if plans.len() >= MOST_PLANS {
            plans.clear();
        }
        plans.insert(request.to_owned(), KeptPlan { document, warnings });
        answers.has_news = true;
    }

    pub(super) fn derivation(&self, attribute: Attribute, node: &str) -> Option<Toplevel> {
        let answers = self.answers();
        let of_attribute = answers.content.derivations.get(attribute.name())?;
        let kept = of_attribute.get(node)?;
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
        let kept = Kept { drv: found.drv_path.clone(), out: found.out_path.clone(), warnings: found.warnings.clone() };
        let mut answers = self.answers();
        let of_attribute = answers.content.derivations.entry(attribute.name().to_owned());
        of_attribute.or_default().insert(node.to_owned(), kept);
        answers.has_news = true;
    }

    /// Writes what is new, if the flake still is what the answers are for. A warning if it is not.
    pub(super) async fn settle(&self, flake: &Flake) -> Option<&'static str> {
        if !self.is_to_be_settled() {
            return None;
        }
        match flake.state().await {
            State::Unchanged => {
                self.save();
                None
            }
            State::Changed => {
                self.answers().is_doubtful = true;
                Some(CHANGED)
            }
            State::Unknown => None,
        }
    }

    fn is_to_be_settled(&self) -> bool {
        let answers = self.answers();
        self.place.is_some() && answers.has_news && !answers.is_doubtful
    }

    /// A cache that cannot be written costs time and nothing else.
    fn save(&self) {
        let Some(place) = &self.place else { return };
        let mut answers = self.answers();
        answers.has_news = false;
        if let Err(error) = place.write(&mut answers.content) {
            tracing::warn!("the evaluation cache cannot be written: {error}");
        }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        // Every change is one assignment: a panic elsewhere leaves nothing half done.
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
