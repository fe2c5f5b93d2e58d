//! When nothing is left to do, and what was done.

use super::*;

const NEW: &str = "/nix/store/2-nixos-system-new";
const OLD: &str = "/nix/store/1-nixos-system-old";
const ALL: [Goal; 7] = [Goal::Switch, Goal::Boot, Goal::Test, Goal::DryActivate, Goal::Build, Goal::Copy, Goal::DryRun];

fn probe(current: &str, profile: &str) -> Probe {
    Probe { current_system: Some(current.to_owned()), system_profile: Some(profile.to_owned()), ..Probe::default() }
}

#[test]
fn each_goal_knows_when_nothing_is_to_be_done() {
    let reached = |current, profile| {
        let probe = probe(current, profile);
        let words = ALL.iter().filter(|goal| goal.is_reached(NEW, &probe)).map(Goal::to_string);
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

#[test]
fn each_end_of_an_activation_has_its_words() {
    let account = |goal: Goal, phase| goal.account(phase);
    assert!(account(Goal::Switch, Phase::RolledBack).ends_with("rolled back to the system it ran before"));
    assert!(account(Goal::Boot, Phase::RolledBack).ends_with("the profile names the one from before again"));
    assert!(account(Goal::Boot, Phase::RollbackFailed).ends_with("setting the profile back failed as well"));
    assert!(account(Goal::Test, Phase::RollbackFailed).ends_with("rolling back to the system before failed as well"));
    assert_eq!(account(Goal::DryActivate, Phase::Failed), "the rehearsal failed; nothing was changed");
    assert_eq!(account(Goal::Boot, Phase::Failed), "the switch failed");
    assert!(account(Goal::Switch, Phase::Confirmed).contains("something else changed the system"));
    assert!(account(Goal::Switch, Phase::Prepared).contains("never began it"));
    assert!(account(Goal::Switch, Phase::Unknown).contains("no record"));
    for phase in [Phase::Activating, Phase::Restarting, Phase::Checking, Phase::Committing, Phase::Interrupted] {
        assert!(account(Goal::Switch, phase).ends_with("its unit was killed"), "{phase}");
    }
    for goal in [Goal::Switch, Goal::Boot, Goal::Test, Goal::DryActivate] {
        assert!(!goal.done(None, NEW).is_empty(), "{goal}");
    }
}
