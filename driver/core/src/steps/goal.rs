//! What each goal means for each step. No other place asks which goal it is.

use crate::host::Probe;
use crate::host::script::Phase;
use crate::plan::Goal;
use crate::table::said;

/// What people are told, by goals and phases.
const TEXTS: &str = include_str!("goal.txt");

impl Goal {
    /// Whether the host is asked for anything at all.
    pub const fn needs_host(self) -> bool {
        !matches!(self, Self::Build)
    }

    /// Whether the host belongs to the network afterwards.
    pub(super) const fn takes_over(self) -> bool {
        matches!(self, Self::Switch | Self::Boot | Self::Test)
    }

    /// Whether the system runs where the goal is reached.
    pub(super) const fn runs(self) -> bool {
        !matches!(self, Self::Boot | Self::Build)
    }

    /// Whether it is the one that boots.
    pub(super) const fn boots(self) -> bool {
        !matches!(self, Self::Test | Self::Copy | Self::Build)
    }

    /// Whether a host with these systems is where the goal brings one.
    pub(super) fn is_at(self, toplevel: &str, current: Option<&str>, profile: Option<&str>) -> bool {
        (!self.runs() || current == Some(toplevel)) && (!self.boots() || profile == Some(toplevel))
    }

    /// Whether nothing is left to do on a host in this state.
    pub(super) fn is_reached(self, toplevel: &str, probe: &Probe) -> bool {
        let only_looks = matches!(self, Self::DryRun | Self::Copy);
        self.needs_host()
            && self.is_at(toplevel, probe.current_system.as_deref(), probe.system_profile.as_deref())
            && (only_looks || is_settled(toplevel, probe))
    }

    /// What was done, for the summary.
    pub(super) fn done(self, before: Option<&str>, toplevel: &str) -> String {
        let from = match before {
            None => String::new(),
            Some(before) if before == toplevel => " again".to_owned(),
            Some(before) => format!(" from {}", name(before)),
        };
        said(TEXTS, |goal| goal == self.to_string()).replace("{from}", &from)
    }

    /// What a phase says of an activation that did not reach this goal.
    pub(super) fn account(self, phase: Phase) -> &'static str {
        let known = [format!("{self} {phase}"), phase.to_string(), "otherwise".to_owned()];
        said(TEXTS, |words| known.iter().any(|known| known == words))
    }
}

/// The part of a store path that people read.
fn name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('-').map_or(name, |(_, name)| name)
}

/// What runs may be about to change, and a deployment that lost power may lack its boot entry, whatever the profile says.
fn is_settled(toplevel: &str, probe: &Probe) -> bool {
    probe.lock.is_none() && !probe.unfinished.iter().any(|left| left.toplevel == toplevel)
}

#[cfg(test)]
mod tests;
