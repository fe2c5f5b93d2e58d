//! What is on a bed, for tests to look at and to change.

use std::fs;
use std::path::Path;

use super::Bed;

impl Bed {
    /// Gives a toplevel a command of its own, which the script finds first where that system runs.
    pub fn tool(&self, toplevel: &str, name: &str, body: &str) {
        let path = Path::new(toplevel).strip_prefix(self.root.path()).unwrap();
        let path = format!("{}/sw/bin/{name}", path.display());
        self.program(&path, &format!("#!/bin/sh\n{body}\n"));
    }

    /// What a record says.
    pub fn state_value(&self, nonce: &str, key: &str) -> String {
        let path = self.path(&format!("var/lib/netlib/deploys/{nonce}/state"));
        let state = fs::read_to_string(path).unwrap();
        let values = state.lines().filter_map(|line| line.split_once('='));
        let value = values.into_iter().find(|(name, _)| *name == key);
        value.unwrap().1.to_owned()
    }

    /// Makes a record say something else.
    pub fn change_state(&self, nonce: &str, values: &[(&str, &str)]) {
        let path = self.path(&format!("var/lib/netlib/deploys/{nonce}/state"));
        let state = fs::read_to_string(&path).unwrap();
        let changed = state.lines().map(|line| {
            let (key, old) = line.split_once('=').unwrap();
            let new = values.iter().find(|(name, _)| *name == key);
            format!("{key}={}\n", new.map_or(old, |(_, value)| value))
        });
        let changed: String = changed.collect();
        fs::write(path, changed).unwrap();
    }

    pub fn roots(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("nix/var/nix/gcroots/netlib")).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}
