//! What each goal means for each step. No other place asks which goal it is.

use crate::event::Skip;
use crate::host::Probe;
use crate::host::script::Phase;
use crate::plan::{Goal, StepKind};

/// Said of a step that a preview leaves out.
const LEFT_OUT: &str = "not done in a dry run";

impl Goal {
    /// Why a step does nothing for a node that is not where it should be.
    pub(super) fn skips(self) -> Option<&'static str> {
        matches!(self, Self::DryRun).then_some(LEFT_OUT)
    }

    /// Whether a node that is where it should be is looked at.
    pub(super) const fn checks(self) -> bool {
        matches!(self, Self::Switch | Self::Test)
    }

    /// Why a step does nothing; a preview says of the activation from what to what.
    pub(super) fn preview(self, kind: StepKind, from: &str, to: &str) -> Option<Skip> {
        let why = self.skips()?;
        Some(match kind {
            StepKind::Activate => Skip::WouldChange(format!("{from} -> {to}")),
            _ => Skip::Because(why.to_owned()),
        })
    }

    /// Whether the host is asked for anything at all.
    pub const fn needs_host(self) -> bool {
        !matches!(self, Self::Build)
    }

    /// Whether anything is changed on the host.
    pub(super) const fn changes_host(self) -> bool {
        !matches!(self, Self::DryRun | Self::Build)
    }

    /// Whether the host belongs to the network afterwards.
    pub(super) const fn takes_over(self) -> bool {
        matches!(self, Self::Switch | Self::Boot | Self::Test)
    }

    /// Whether a restart afterwards would boot the system.
    pub(super) const fn may_restart(self) -> bool {
        matches!(self, Self::Switch | Self::Boot)
    }

    /// Whether the host runs something else until it is restarted.
    pub(super) const fn waits_for_boot(self) -> bool {
        matches!(self, Self::Boot)
    }

    /// Whether a host in this state is where the goal would bring it.
    pub(super) fn is_reached(self, toplevel: &str, probe: &Probe) -> bool {
        let runs = probe.current_system.as_deref() == Some(toplevel);
        let boots = probe.system_profile.as_deref() == Some(toplevel);
        match self {
            Self::Switch | Self::DryActivate => runs && boots && is_settled(toplevel, probe),
            Self::Boot => boots && is_settled(toplevel, probe),
            Self::Test => runs && is_settled(toplevel, probe),
            Self::DryRun => runs && boots,
            Self::Copy => runs,
            Self::Build => false,
        }
    }

    /// Whether a host that says it is done is where the goal should have brought it.
    pub(super) fn holds(self, toplevel: &str, current: Option<&str>, profile: Option<&str>) -> bool {
        let (runs, boots) = (current == Some(toplevel), profile == Some(toplevel));
        match self {
            Self::Switch => runs && boots,
            Self::Boot => boots,
            Self::Test => runs,
            Self::DryActivate | Self::DryRun | Self::Build | Self::Copy => true,
        }
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
            Self::Build | Self::Copy | Self::DryRun => self.word().to_owned(),
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
            (_, Phase::RolledBack) => "the switch failed, and the host went back to the system it ran before",
            (_, Phase::RollbackFailed) => "the switch failed, and going back to the system before failed as well",
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
    let is_that = |left: &crate::host::Unfinished| left.toplevel == toplevel;
    probe.lock.is_none() && !probe.unfinished.iter().any(is_that)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "/nix/store/2-nixos-system-new";
    const OLD: &str = "/nix/store/1-nixos-system-old";
    const ALL: [Goal; 7] =
        [Goal::Switch, Goal::Boot, Goal::Test, Goal::DryActivate, Goal::Build, Goal::Copy, Goal::DryRun];

    fn probe(current: &str, profile: &str) -> Probe {
        Probe { current_system: Some(current.to_owned()), system_profile: Some(profile.to_owned()), ..Probe::default() }
    }

    #[test]
    fn a_preview_says_once_from_what_to_what() {
        let said = StepKind::ALL.map(|kind| match Goal::DryRun.preview(kind, OLD, NEW) {
            None => "done".to_owned(),
            Some(skip) => skip.to_string(),
        });
        insta::assert_snapshot!(said.join("\n"), @r"
        not done in a dry run
        not done in a dry run
        would change: /nix/store/1-nixos-system-old -> /nix/store/2-nixos-system-new
        not done in a dry run
        not done in a dry run
        not done in a dry run
        not done in a dry run
        not done in a dry run
        ");
    }

    #[test]
    fn each_goal_knows_when_nothing_is_to_be_done() {
        let reached = |current, profile| {
            let probe = probe(current, profile);
            let words = ALL.iter().filter(|goal| goal.is_reached(NEW, &probe)).map(|goal| goal.word());
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(reached(NEW, NEW), "switch boot test dry-activate copy dry-run");
        assert_eq!(reached(NEW, OLD), "test copy");
        assert_eq!(reached(OLD, NEW), "boot");
        assert_eq!(reached(OLD, OLD), "");
    }

    #[test]
    fn what_is_under_way_or_was_left_in_the_middle_is_not_believed() {
        let mut left = probe(NEW, NEW);
        left.unfinished.push(crate::host::Unfinished {
            nonce: "1-a".to_owned(),
            phase: "committing".to_owned(),
            toplevel: NEW.to_owned(),
        });
        let mut busy = probe(NEW, NEW);
        busy.lock = Some(crate::host::LockHolder {
            deployer: "ann@desk".to_owned(),
            since: "today".to_owned(),
            deployment: None,
            process: None,
        });
        for probe in [left, busy] {
            for goal in [Goal::Switch, Goal::Boot, Goal::Test, Goal::DryActivate] {
                assert!(!goal.is_reached(NEW, &probe), "{goal:?}");
            }
            assert!(Goal::DryRun.is_reached(NEW, &probe));
        }
    }

    #[test]
    fn what_was_done_names_the_system_from_before() {
        assert_eq!(Goal::Switch.done(Some(OLD), NEW), "switched from nixos-system-old");
        assert_eq!(Goal::Switch.done(Some(NEW), NEW), "switched again");
        assert_eq!(Goal::Switch.done(None, NEW), "switched");
        assert_eq!(name("odd"), "odd");
    }
}
