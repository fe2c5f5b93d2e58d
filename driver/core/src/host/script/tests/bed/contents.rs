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

    /// What a record says last.
    pub fn state_value(&self, nonce: &str, key: &str) -> String {
        let path = self.path(&format!("var/lib/netlib/deploys/{nonce}/state"));
        let state = fs::read_to_string(path).unwrap();
        let mut values = state.lines().filter_map(|line| line.split_once('='));
        values.rfind(|(name, _)| *name == key).unwrap().1.to_owned()
    }

    /// Makes a record say something else.
    pub fn change_state(&self, nonce: &str, values: &[(&str, &str)]) {
        let path = self.path(&format!("var/lib/netlib/deploys/{nonce}/state"));
        let state = fs::read_to_string(&path).unwrap();
        let fields = state.lines().filter_map(|line| line.split_once('='));
        let changed = fields.map(|(key, old)| {
            let new = values.iter().find(|(name, _)| *name == key);
            format!("{key}={}\n", new.map_or(old, |(_, value)| value))
        });
        let changed: String = changed.collect();
        fs::write(path, changed).unwrap();
    }

    pub fn roots(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("nix/var/nix/gcroots/netlib")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// What deployments left that are over: below `run`, roots, and space that was set aside.
    pub fn left(&self) -> String {
        let script = r#"cd "$1" && find run/netlib var/lib/netlib nix/var/nix/gcroots -mindepth 1 \
          ! -name 'script-*' ! -name gate ! -name lock ! -path '*/gcroots/netlib' ! -path '*/deploys' \
          ! -path '*/deploys/[0-9]-[a-z]' ! -path '*/deploys/*/state' ! -path '*/deploys/*/log' \
          ! -path '*/deploys/*/seen' ! -path '*/deploys/*/checks' ! -name network"#;
        let mut find = std::process::Command::new("sh");
        let found = find.args(["-c", script, "sh"]).arg(self.path("")).output();
        String::from_utf8(found.unwrap().stdout).unwrap()
    }
}
