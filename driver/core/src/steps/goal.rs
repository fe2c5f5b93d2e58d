//! What each goal means for each step. No other place asks which goal it is.

use crate::host::Probe;
use crate::host::script::Phase;
use crate::plan::Goal;

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
        match self {
            Self::Switch => format!("switched{from}"),
            Self::Test => format!("tested: switched{from}, until the next boot"),
            Self::Boot => "made the new system the one that boots".to_owned(),
            Self::DryActivate => "rehearsed: nothing was changed".to_owned(),
            Self::Build | Self::Copy | Self::DryRun => self.to_string(),
        }
    }

    /// What a phase says of an activation that did not reach this goal.
    pub(super) const fn account(self, phase: Phase) -> &'static str {
        match (self, phase) {
            (_, Phase::Confirmed) => "the switch succeeded, but something else changed the system since",
            (Self::Boot, Phase::RolledBack) => {
                "the system could not be made the one that boots, and the profile names the one from before again"
            }
            (Self::Boot, Phase::RollbackFailed) => {
                "the system could not be made the one that boots, and setting the profile back failed as well"
            }
            (_, Phase::RolledBack) => "the switch failed, and the host rolled back to the system it ran before",
            (_, Phase::RollbackFailed) => "the switch failed, and rolling back to the system before failed as well",
            (Self::DryActivate, Phase::Failed) => "the rehearsal failed; nothing was changed",
            (_, Phase::Failed) => "the switch failed",
            (_, Phase::Prepared) => "the host recorded the activation and never began it",
            (_, Phase::Unknown) => "the host has no record of the activation",
            _ => "the activation was stopped in the middle: its unit was killed",
        }
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
