//! How far a node is taken and how long that may last: `nodes.<n>.activation` of the plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How one node is activated.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct ActivationOptions {
    /// How far to go.
    pub goal: Goal,
    /// Seconds that one switch may take.
    pub timeout: u64,
    /// Seconds that the host waits for confirmation before it rolls back.
    pub confirm_timeout: u64,
    /// Whether the host is restarted if kernel, initrd, kernel parameters or systemd are not those it booted with.
    pub restarts: bool,
    /// Whether that is a boot on trial: what boots by default stays the same until it was confirmed.
    pub boot_once: bool,
    /// Seconds that a restart may take.
    pub reboot_timeout: u64,
    /// Programs that the host runs on the way, by when.
    pub hooks: BTreeMap<String, Vec<Hook>>,
}

/// A program that runs at some moment of a run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hook {
    /// Its name among the programs of its place.
    pub program: String,
    /// Seconds that it may take.
    pub timeout: u64,
}

/// How far a node is taken.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// It runs its system, and boots it.
    #[default]
    Switch,
    /// It boots its system; what runs now goes on running.
    Boot,
    /// It runs its system until the next boot.
    Test,
    /// It says what a switch would change; nothing is changed.
    DryActivate,
    /// Its system is built here; the host is not asked for anything.
    Build,
    /// Its system is in the host's store.
    Copy,
    /// Only say which nodes would change: for `--dry-run`, and no goal of a node.
    DryRun,
}

/// The word of the plan.
impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}
