//! A plan that was reviewed before it is deployed: `netlib plan --out FILE`, then `netlib deploy --plan FILE`.
//!
//! What makes two plans the same is Nix: saved.nix. Knows nothing of how a plan or a system is evaluated.

use std::path::Path;

use serde_json::{Value, json};

use crate::Error;
use crate::evaluate::computed;
use netlib_core::private;
use netlib_core::text::clean_text;

/// Version of the file. It grows when an older netlib would misunderstand it.
const VERSION: u64 = 3;
/// What differs between two of these.
const DIFFERENCE: &str = include_str!("saved.nix");

/// A plan with everything that a deploy of it would bring to the nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPlan(Value);

impl SavedPlan {
    /// The selected nodes, the system of each, programs, steps: whatever two deploys have in common that bring the same. The
    /// fingerprint is what Nix calls exactly this flake with exactly these inputs; none where Nix does not say.
    pub fn new(mut parts: Value) -> Self {
        parts["savedPlan"] = VERSION.into();
        Self(parts)
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let file = path.display();
        let bytes = std::fs::read(path).map_err(|error| format!("the plan {file}: {error}"))?;
        let document: Value =
            serde_json::from_slice(&bytes).map_err(|error| format!("{file} is not a saved plan: {error}"))?;
        match document["savedPlan"].as_u64() {
            Some(VERSION) => Ok(Self(document)),
            Some(found) => Err(format!(
                "{file} is a saved plan of version {found}, and this netlib reads version {VERSION}.\n\
                 help: save it again with this netlib: netlib plan --out {file}"
            )),
            None => Err(format!("{file} is not a saved plan: netlib plan --out did not write it")),
        }
    }

    /// Writes a file: the whole new one, or none.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let written = private::replace(path, 0o600, format!("{:#}\n", self.0).as_bytes());
        written.map_err(|error| format!("the plan {}: {error}", path.display()))
    }

    /// The selected nodes.
    pub fn selection(&self) -> Vec<String> {
        let nodes = self.0["selection"].as_array().into_iter().flatten();
        nodes.filter_map(|node| node.as_str().map(str::to_owned)).collect()
    }

    /// That what would be deployed now is what was saved here.
    pub async fn require(&self, path: &Path, now: &Self) -> Result<(), Error> {
        let differences = computed(DIFFERENCE, &json!({ "saved": self.0, "now": now.0 })).await?;
        if differences == "" {
            return Ok(());
        }
        Err(refused(path, differences.as_str().unwrap_or_default()).into())
    }
}

fn refused(path: &Path, differences: &str) -> String {
    let (file, lines) = (path.display(), clean_text(differences));
    format!(
        "{file} is not what would be deployed now; nothing was changed:{lines}\n\
         help: review the present plan and save it: netlib plan --out {file}"
    )
}

#[cfg(test)]
mod tests;
