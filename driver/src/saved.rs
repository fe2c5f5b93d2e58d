//! A plan that was reviewed before it is deployed: `netlib plan --out FILE`, then `netlib deploy --plan FILE`.
//!
//! Knows what makes two plans the same; knows nothing of how a plan or a system is evaluated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::clean_text;

/// Version of the file. It grows when an older netlib would misunderstand it.
const VERSION: u64 = 3;
/// How many differences are named before they are only counted.
const NAMED: usize = 12;

/// A plan with everything that a deploy of it would bring to the nodes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SavedPlan {
    /// Version of the file.
    #[serde(rename = "savedPlan")]
    pub version: u64,
    /// The flake, as it was named, and its network.
    pub flake: String,
    /// What Nix calls exactly this flake with exactly these inputs; none where Nix does not say.
    pub fingerprint: Option<String>,
    /// The selected nodes.
    pub selection: BTreeSet<String>,
    /// The system of each of them: a store path.
    pub systems: BTreeMap<String, String>,
    /// The programs of each place that runs some for them: a store path.
    pub programs: BTreeMap<String, String>,
    /// The steps of these nodes: a plan of schema version 2.
    pub plan: Value,
}

/// Why a saved plan is not deployed.
#[derive(Debug, thiserror::Error)]
pub enum SavedPlanError {
    /// The file cannot be read or written.
    #[error("the plan {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is no plan that netlib plan --out wrote: {source}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file of another time.
    #[error("{} is a saved plan of version {found}, and this netlib reads version {VERSION}.\nSave it again with this netlib: netlib plan --out {}", path.display(), path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
    /// What would be deployed now is not what was saved.
    #[error("{} is not what would be deployed now; nothing was changed:{}\nReview the present plan and save it: netlib plan --out {}", path.display(), listed(differences), path.display())]
    Differs {
        /// The file.
        path: PathBuf,
        /// What is different.
        differences: Vec<String>,
    },
}

fn listed(differences: &[String]) -> String {
    let named = differences.iter().take(NAMED);
    let lines = named.map(|line| format!("\n  {}", clean_text(line)));
    let mut text: String = lines.collect();
    if let Some(more) = differences.len().checked_sub(NAMED).filter(|more| *more > 0) {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}

impl SavedPlan {
    /// Of this version.
    #[must_use]
    pub fn new(flake: String, fingerprint: Option<String>, plan: Value) -> Self {
        Self {
            version: VERSION,
            flake,
            fingerprint,
            selection: BTreeSet::new(),
            systems: BTreeMap::new(),
            programs: BTreeMap::new(),
            plan,
        }
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, SavedPlanError> {
        let shape = |source| SavedPlanError::Shape { path: path.to_owned(), source };
        let text = std::fs::read(path).map_err(|source| SavedPlanError::File { path: path.to_owned(), source })?;
        let document: Value = serde_json::from_slice(&text).map_err(shape)?;
        match document.get("savedPlan").and_then(Value::as_u64) {
            Some(found) if found != VERSION => Err(SavedPlanError::Version { path: path.to_owned(), found }),
            _ => serde_json::from_value(document).map_err(shape),
        }
    }

    /// Writes a file: the whole new one, or none.
    pub fn write(&self, path: &Path) -> Result<(), SavedPlanError> {
        let failed = |source| SavedPlanError::File { path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self).map_err(|source| failed(source.into()))?;
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        std::io::Write::write_all(&mut file, (text + "\n").as_bytes()).map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// That what would be deployed now is what was saved here.
    pub fn require(&self, path: &Path, now: &Self) -> Result<(), SavedPlanError> {
        let differences = self.differences(now);
        if differences.is_empty() {
            return Ok(());
        }
        Err(SavedPlanError::Differs { path: path.to_owned(), differences })
    }

    fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.selection != now.selection {
            let words = |nodes: &BTreeSet<String>| nodes.iter().cloned().collect::<Vec<_>>().join(", ");
            found.push(format!("the selection: saved {}; now {}", words(&self.selection), words(&now.selection)));
        }
        for (what, then, now) in
            [("the system of", &self.systems, &now.systems), ("the programs of", &self.programs, &now.programs)]
        {
            let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
            let differing = names.into_iter().filter(|name| then.get(*name) != now.get(*name));
            found.extend(differing.map(|name| {
                let path =
                    |paths: &BTreeMap<String, String>| paths.get(name).cloned().unwrap_or_else(|| "none".to_owned());
                format!("{what} {name}: saved {}; now {}", path(then), path(now))
            }));
        }
        found.extend(sections(&self.plan, &now.plan));
        let is_other = matches!((&self.fingerprint, &now.fingerprint), (Some(then), Some(now)) if then != now);
        if is_other {
            found.push("the flake or one of its inputs (its fingerprint is another one)".to_owned());
        }
        found
    }
}

/// The parts of two plans that differ, two levels deep: `steps.copy:alpha`.
fn sections(then: &Value, now: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for section in keys(then, now) {
        let (then, now) = (&then[&section], &now[&section]);
        if then == now {
            continue;
        }
        if !then.is_object() || !now.is_object() {
            found.push(format!("the plan at {section}"));
            continue;
        }
        let differing = keys(then, now).into_iter().filter(|key| then[key] != now[key]);
        found.extend(differing.map(|key| format!("the plan at {section}.{key}")));
    }
    found
}

fn keys(then: &Value, now: &Value) -> BTreeSet<String> {
    let keys = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    let both = [keys(then), keys(now)].into_iter();
    both.flatten().flatten().collect()
}

#[cfg(test)]
mod tests;
