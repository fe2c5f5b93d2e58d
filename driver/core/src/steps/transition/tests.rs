//! What is believed, and what people read, of how an activation ended.

use super::*;

const OLD: &str = "/nix/store/1-nixos-system-old";
const NEW: &str = "/nix/store/2-nixos-system-new";

fn ended(phase: Phase, current: Option<&str>, profile: Option<&str>) -> Ended {
    let status = Status {
        goal: None,
        due: script::Due::default(),
        is_unhealthy: false,
        phase,
        is_running: false,
        was_restarted: false,
        toplevel: Some(NEW.to_owned()),
        previous: Some(OLD.to_owned()),
        generation_before: None,
        message: String::new(),
        current: current.map(str::to_owned),
        profile: profile.map(str::to_owned),
        log: Vec::new(),
    };
    (status, "restarting units\nfailed: web.service".to_owned())
}

fn judge_for(ended: &Ended, goal: Goal) -> Result<(), StepFailure> {
    let options = ActivationOptions { goal, ..ActivationOptions::default() };
    let system = System::Toplevel(NEW.to_owned());
    judge(ended, &asked_for(system, Identity::default(), &options, ("1-a", "ann@desk")))
}

fn judged(ended: &Ended) -> String {
    judge_for(ended, Goal::Switch).unwrap_err().to_string()
}

#[test]
fn confirmed_with_both_links_is_success() {
    let ended = ended(Phase::Confirmed, Some(NEW), Some(NEW));
    assert!(judge_for(&ended, Goal::Switch).is_ok());
}

#[test]
fn confirmed_is_not_believed_when_another_system_runs() {
    let text = judged(&ended(Phase::Confirmed, Some("/nix/store/3-third"), Some(NEW)));
    insta::assert_snapshot!(text, @r"
    the switch succeeded, but something else changed the system since
      now running: /nix/store/3-third
      next boot: /nix/store/2-nixos-system-new (the new system)
      the end of the log:
        restarting units
        failed: web.service
      help: correct the cause and deploy again; the whole log is /var/lib/netlib/deploys/1-a/log on the host
    ");
}

#[test]
fn a_failed_switch_names_the_system_that_runs_now() {
    let mut ended = ended(Phase::RolledBack, Some(OLD), Some(OLD));
    ended.0.message = "switch-to-configuration test exited with status 4".to_owned();
    insta::assert_snapshot!(judged(&ended), @r"
    the switch failed, and the host rolled back to the system it ran before: switch-to-configuration test exited with status 4
      now running: /nix/store/1-nixos-system-old (the system from before)
      next boot: /nix/store/1-nixos-system-old (the system from before)
      the end of the log:
        restarting units
        failed: web.service
      help: correct the cause and deploy again; the whole log is /var/lib/netlib/deploys/1-a/log on the host
    ");
}

#[test]
fn a_unit_that_did_not_start_is_named_first_with_its_last_words() {
    let mut ended = ended(Phase::RolledBack, Some(OLD), Some(OLD));
    ended.0.message = "switch-to-configuration test exited with status 4: web.service db.service".to_owned();
    let first = |ended: &Ended| judged(ended).lines().next().unwrap_or_default().to_owned();
    insta::assert_snapshot!(first(&ended), @"web.service db.service failed; the switch failed, and the host rolled back to the system it ran before");
    ended.1 =
        "× web.service\nNov 30 01:00:00 alpha web[7]: no such file\nNov 30 01:00:00 alpha systemd[1]: Failed to start"
            .to_owned();
    insta::assert_snapshot!(first(&ended), @"web.service db.service failed: no such file; the switch failed, and the host rolled back to the system it ran before");
}

#[test]
fn a_host_that_went_back_for_its_own_checks_says_which() {
    let mut ended = ended(Phase::RolledBack, Some(OLD), Some(OLD));
    ended.0.is_unhealthy = true;
    ended.0.message = "the new system is not healthy: check http: connection refused".to_owned();
    let text = judged(&ended);
    assert!(
        text.starts_with(
            "the switch succeeded, and the host rolled back to the system it ran before: the new system is not healthy: check http: connection refused\n"
        ),
        "{text}"
    );
}

#[test]
fn a_failed_way_back_asks_for_hands() {
    let text = judged(&ended(Phase::RollbackFailed, Some(NEW), Some(OLD)));
    insta::assert_snapshot!(text, @r"
    the switch failed, and rolling back to the system before failed as well
      now running: /nix/store/2-nixos-system-new (the new system)
      next boot: /nix/store/1-nixos-system-old (the system from before)
      the end of the log:
        restarting units
        failed: web.service
      help: log in and bring the host to a system that works; the whole log is /var/lib/netlib/deploys/1-a/log on the host
    ");
}

#[test]
fn a_restarted_host_and_a_killed_unit_are_told_apart() {
    let mut ended = ended(Phase::Activating, None, Some(OLD));
    assert!(judged(&ended).starts_with(
        "the activation was stopped in the middle: its unit was killed\n  now running: no NixOS system\n"
    ));
    ended.0.phase = Phase::Prepared;
    assert!(judged(&ended).starts_with("the host recorded the activation and never began it\n"));
    ended.0.was_restarted = true;
    assert!(judged(&ended).starts_with("the host was restarted in the middle of the activation\n"));
}

#[test]
fn each_goal_is_judged_by_what_it_promises() {
    let tested = ended(Phase::Confirmed, Some(NEW), Some(OLD));
    assert!(judge_for(&tested, Goal::Test).is_ok());
    assert!(judge_for(&tested, Goal::Switch).is_err());
    let booting = ended(Phase::Confirmed, Some(OLD), Some(NEW));
    assert!(judge_for(&booting, Goal::Boot).is_ok());
    assert!(judge_for(&booting, Goal::Test).is_err());
    let untouched = ended(Phase::Confirmed, Some(OLD), Some(OLD));
    assert!(judge_for(&untouched, Goal::DryActivate).is_ok());
    let failed = ended(Phase::RolledBack, Some(OLD), Some(OLD));
    let text = judge_for(&failed, Goal::Boot).unwrap_err().to_string();
    assert!(text.starts_with("the system could not be made the one that boots, and the profile names"), "{text}");
}
