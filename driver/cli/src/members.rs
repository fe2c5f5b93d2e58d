//! Which nodes a network had at its last deploy from here, to tell when one is gone: its machine goes on with what it has.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;

use netlib_core::plan::Plan;
use netlib_core::private;

const GONE: &str = "its machine keeps the system, keys and access that it was last deployed with. Switch it off or reinstall it; if it was renamed, say so with `formerNames` of its new node";

/// A warning for each node that is gone since, in a folder of the user's for such things. Each is told once.
pub fn departed(plan: &Plan, folder: &Path) -> Vec<String> {
    let (file, now) = (folder.join(format!("{}.json", plan.network.id)), &plan.members);
    let before: BTreeMap<String, Vec<String>> =
        fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    if now.is_empty() || before == *now {
        return Vec::new();
    }
    // Who has no such folder is told nothing.
    let _ =
        private::make_folder(folder).and_then(|()| private::replace(&file, 0o600, json!(now).to_string().as_bytes()));
    // One that was renamed is known by its earlier name, or by the same address.
    let is_known = |name: &String| now.contains_key(name) || now.values().flatten().any(|word| word == name);
    let gone = before.iter().filter(|(name, _)| !is_known(name));
    gone.map(|(name, about)| {
        format!("node `{name}` ({}) is no longer in the network: {GONE}", about.first().map_or("", String::as_str))
    })
    .collect()
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
