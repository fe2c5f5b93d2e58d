//! Which nodes a network had at its last deploy from here, to tell when one is gone: its machine goes on with what it has.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use netlib_core::plan::Plan;
use netlib_core::private;

const GONE: &str = "its machine keeps the system, keys and access that it was last deployed with. Switch it off or reinstall it; if it was renamed, say so with `formerNames` of its new node";

/// Where each deploy says which nodes there are.
pub fn folder() -> Option<PathBuf> {
    Some(dirs::state_dir()?.join("netlib/members"))
}

fn before(plan: &Plan, folder: &Path) -> BTreeMap<String, Vec<String>> {
    let text = fs::read(folder.join(format!("{}.json", plan.network.id)));
    text.ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Names and addresses of the nodes that were there at the last deploy, and are no longer.
pub fn gone(plan: &Plan, folder: &Path) -> BTreeMap<String, String> {
    let (before, now) = (before(plan, folder), &plan.members);
    // One that was renamed is known by its earlier name, or by the same address.
    let is_known = |name: &String| now.contains_key(name) || now.values().flatten().any(|word| word == name);
    let gone = before.iter().filter(|(name, _)| !now.is_empty() && !is_known(name));
    gone.map(|(name, about)| (name.clone(), about.first().cloned().unwrap_or_default())).collect()
}

/// A warning for each node that is gone since, in a folder of the user's for such things. Each is told once.
pub fn departed(plan: &Plan, folder: &Path) -> Vec<String> {
    let (gone, now) = (gone(plan, folder), &plan.members);
    if !now.is_empty() && before(plan, folder) != *now {
        let (file, text) = (folder.join(format!("{}.json", plan.network.id)), json!(now).to_string());
        // Where it cannot be kept, it is told again.
        let _ = private::make_folder(folder).and_then(|()| private::replace(&file, 0o600, text.as_bytes()));
    }
    gone.into_iter().map(|(name, host)| format!("node `{name}` ({host}) is no longer in the network: {GONE}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_gone_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let told = |members: &[(&str, &[&str])]| {
            let words = |about: &[&str]| about.iter().map(|&word| word.to_owned()).collect();
            let members = members.iter().map(|(name, about)| ((*name).to_owned(), words(about))).collect();
            let warnings = departed(&Plan { members, ..Plan::default() }, &folder.path().join("members"));
            warnings.iter().map(|text| text.split(" is ").next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let [a, b, c] = [("a", &["10.0.0.1"][..]), ("b", &["b"]), ("c", &["c.example"])];
        assert!(told(&[a, b, c]).is_empty() && told(&[a, b, c]).is_empty());
        assert_eq!(told(&[a, b]), ["node `c` (c.example)"]);
        assert!(told(&[a, b]).is_empty() && told(&[]).is_empty());
        assert!(told(&[a, ("bee", &["b"])]).is_empty());
        assert!(told(&[a, ("queen", &["queen", "bee"])]).is_empty());
        assert_eq!(told(&[a]), ["node `queen` (queen)"]);
        fs::write(folder.path().join("members/.json"), "[ broken").unwrap();
        assert!(told(&[a]).is_empty() && told(&[a, b]).is_empty());
    }
}
