//! No system is kept that nobody confirmed, and none is given up that somebody did.

use std::fs;
use std::time::{Duration, Instant};

use super::super::*;
use super::bed::{Bed, Switch};

/// A host that runs `old`, and the path of `new`.
pub fn bed_with(switch: Switch) -> (Bed, String, String) {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", switch);
    (bed, old, new)
}

#[tokio::test]
async fn without_confirmation_the_host_goes_back_by_itself() {
    let (bed, old, new) = bed_with(Switch::Works);
    bed.confirm_limit(Duration::from_secs(1));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.message, "nobody confirmed the new system over a new connection within 1 seconds");
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&old)));
    assert_eq!(bed.profile_history(), ["old"]);
    let error = confirm(&bed, "1-a", 0).await.unwrap_err();
    assert!(matches!(error, HostError::Refused { refusal, .. } if *refusal == Refusal::NotWaiting));
}

#[tokio::test]
async fn an_end_that_nobody_saw_is_told_until_somebody_has_seen_it() {
    let (bed, _, new) = bed_with(Switch::Works);
    bed.confirm_limit(Duration::from_secs(1));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    let last = loop {
        let last = probe(&bed).await.unwrap().last.unwrap();
        if last.phase.is_final() {
            break last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(last.is_unacknowledged, "{last:?}");
    assert!(probe(&bed).await.unwrap().last.unwrap().is_unacknowledged);
    acknowledge(&bed, "1-a").await.unwrap();
    assert!(!probe(&bed).await.unwrap().last.unwrap().is_unacknowledged);
    // What ended well is no news.
    bed.confirm_limit(Duration::from_secs(60));
    assert_eq!(bed.deploy("2-b", &new).await.phase, Phase::Confirmed);
    assert!(!probe(&bed).await.unwrap().last.unwrap().is_unacknowledged);
}

#[tokio::test]
async fn the_profile_is_set_only_after_the_confirmation() {
    let (bed, old, new) = bed_with(Switch::Works);
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    let waiting = bed.look("1-a").await;
    assert_eq!((waiting.current.as_ref(), waiting.profile.as_ref()), (Some(&new), Some(&old)));
    let probe = probe(&bed).await.unwrap();
    let underway = probe.lock.unwrap().deployment.unwrap();
    assert_eq!((underway.phase, underway.toplevel), (Phase::AwaitingConfirmation, new.clone()));
    confirm(&bed, "1-a", 0).await.unwrap();
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::Confirmed);
    assert_eq!(status.profile.as_ref(), Some(&new));
}

#[tokio::test]
async fn a_confirmation_of_another_deployment_does_not_count() {
    let (bed, _, new) = bed_with(Switch::Works);
    bed.confirm_limit(Duration::from_secs(8));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    assert!(confirm(&bed, "2-b", 0).await.is_err());
    assert_eq!(bed.end_alone("1-a").await.phase, Phase::RolledBack);
}

#[tokio::test]
async fn the_first_system_of_a_host_that_nobody_confirms_is_said_to_stay() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    bed.confirm_limit(Duration::from_secs(1));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::Failed);
    assert!(status.message.ends_with("there is no earlier system to roll back to"), "{}", status.message);
    assert_eq!((status.current.as_ref(), status.profile), (Some(&new), None));
}

#[tokio::test]
async fn an_activation_that_is_killed_goes_back_by_itself() {
    for (phase, switch) in [
        (Phase::Activating, Switch::Hangs),
        (Phase::AwaitingConfirmation, Switch::Works),
        (Phase::Committing, Switch::HangsAtBoot),
    ] {
        let (bed, old, new) = bed_with(switch);
        activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
        if phase == Phase::Committing {
            bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
            confirm(&bed, "1-a", 0).await.unwrap();
            while bed.look("1-a").await.profile.as_ref() != Some(&new) {}
        }
        bed.wait_for_phase("1-a", phase).await;
        bed.kill_run("1-a");
        let status = bed.end_alone("1-a").await;
        assert_eq!(status.phase, Phase::RolledBack, "{}", status.message);
        assert_eq!(status.message, format!("the activation was killed while {phase}"));
        assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&old)));
        assert!(!bed.is_switching(), "the switch goes on in {phase}");
    }
}

#[tokio::test]
async fn a_profile_that_somebody_else_set_meanwhile_is_left_alone() {
    let (bed, old, new) = bed_with(Switch::Works);
    bed.confirm_limit(Duration::from_secs(8));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    let other = bed.toplevel("other", Switch::Works);
    let profile = bed.path("nix/var/nix/profiles/system");
    fs::remove_file(&profile).unwrap();
    std::os::unix::fs::symlink(&other, &profile).unwrap();
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&other)));
}

#[tokio::test]
async fn a_switch_that_hangs_is_ended_with_all_that_it_started() {
    let (bed, _, new) = bed_with(Switch::HangsInChildren);
    bed.limit(Duration::from_secs(3));
    let began = Instant::now();
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    // They would go on for five minutes.
    assert!(began.elapsed() < Duration::from_secs(100));
    assert!(!bed.is_switching());
}

#[tokio::test]
async fn what_a_switch_that_was_ended_leaves_behind_is_ended_too() {
    let (bed, _, new) = bed_with(Switch::HangsAndLeavesChild);
    bed.limit(Duration::from_secs(3));
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert!(!bed.is_switching());
}

#[tokio::test]
async fn a_state_that_the_disk_does_not_take_is_still_told() {
    let (bed, old, new) = bed_with(Switch::BreaksState);
    bed.confirm_limit(Duration::from_secs(1));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.current.as_ref(), Some(&old));
    assert!(
        String::from_utf8_lossy(&status.log).contains("the state could not be written"),
        "{}",
        String::from_utf8_lossy(&status.log)
    );
    fs::remove_dir(bed.path("var/lib/netlib/deploys/1-a/state.new")).unwrap();
}

#[tokio::test]
async fn a_profile_that_was_not_set_is_not_believed_to_be() {
    let (bed, old, new) = bed_with(Switch::Works);
    for system in [&old, &new] {
        bed.tool(system, "mv", r#"case $* in */profiles/system) ;; *) exec /usr/bin/mv "$@" ;; esac"#);
    }
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert!(status.message.starts_with("the system profile could not be set"), "{}", status.message);
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&old)));
}

#[tokio::test]
async fn what_the_new_system_lacks_comes_from_the_one_before() {
    let (bed, old, new) = bed_with(Switch::Works);
    bed.tool(&old, "only-there", "exit 0");
    let hook = ("onConfirm".to_owned(), 5, bed.probe("hook", "only-there"));
    activate(&bed, &Activation { hooks: vec![hook], ..bed.activation("1-a", &new) }).await.unwrap();
    let status = bed.end("1-a").await;
    assert_eq!(status.phase, Phase::Confirmed, "{}", status.message);
    assert_eq!(status.profile.as_ref(), Some(&new));
    assert_ne!(old, new);
}

#[tokio::test]
async fn the_end_is_written_in_the_space_that_was_set_aside() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let go = bed.path("go");
    let new = bed.toplevel("new", Switch::WaitsFor(go.clone()));
    // A disk without room for a state as long as the space is taken.
    let full = format!(
        "if [ -e {} ]; then case $2 in */state.new) [ ! -e \"${{2%/*}}/reserve\" ] || exit 1 ;; esac; fi\nexec /usr/bin/sync \"$@\"",
        go.display()
    );
    for system in [&old, &new] {
        bed.tool(system, "sync", &full);
    }
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    fs::write(go, "").unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
    assert_eq!(bed.state_value("1-a", "phase"), "confirmed");
    assert!(!bed.path("run/netlib/state-1-a").exists());
}
