//! A plan that was reviewed before it is deployed: `netlib plan --out FILE`, then `netlib deploy --plan FILE`.
//!
//! Knows what makes two plans the same; knows nothing of how a plan or a system is evaluated.

use std::path::Path;

use serde_json::Value;

use netlib_core::private;
use netlib_core::text::clean_text;

/// Version of the file. It grows when an older netlib would misunderstand it.
const VERSION: u64 = 3;
/// How many differences are named before they are only counted.
const NAMED: usize = 12;
/// How deep two documents are compared before what differs is named: `plan.steps.copy:alpha`.
const DEPTH: usize = 3;

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
    pub fn require(&self, path: &Path, now: &Self) -> Result<(), String> {
        let mut found = Vec::new();
        compare(("", DEPTH), &self.0, &now.0, &mut found);
        if found.is_empty() {
            return Ok(());
        }
        let file = path.display();
        let lines: String = found.iter().take(NAMED).map(|line| format!("\n  {}", clean_text(line))).collect();
        let more = match found.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("\n  and {more} more"),
        };
        Err(format!(
            "{file} is not what would be deployed now; nothing was changed:{lines}{more}\n\
             help: review the present plan and save it: netlib plan --out {file}"
        ))
    }
}

/// Names what differs, and both values where that is no whole document.
fn compare((at, depth): (&str, usize), then: &Value, now: &Value, found: &mut Vec<String>) {
    // The same flake may be named in several ways, and not every Nix knows fingerprints.
    if then == now || at == "flake" || at == "fingerprint" && (then.is_null() || now.is_null()) {
        return;
    }
    match (then, now) {
        _ if at == "fingerprint" => found.push("the flake or an input has changed since".to_owned()),
        (Value::Object(one), Value::Object(other)) if depth > 0 => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                let below = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                compare((&below, depth - 1), &then[key], &now[key], found);
            }
        }
        (Value::Object(_), _) | (_, Value::Object(_)) => found.push(at.to_owned()),
        _ => found.push(format!("{at}: saved {}; now {}", shown(then), shown(now))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
