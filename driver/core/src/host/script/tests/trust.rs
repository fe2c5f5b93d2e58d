//! Which system a failure rolls back to when what runs is doubtful.

use std::fs;

use super::super::*;
use super::bed::Switch;
use super::confirmation::bed_with;

#[tokio::test]
async fn a_failure_never_goes_back_to_a_system_that_nobody_confirmed() {
    let (bed, old, new) = bed_with(Switch::Works);
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    bed.kill("1-a");
    while probe(&bed).await.unwrap().lock.is_some() {}
    // There is nobody whom a confirmation could reach.
    let error = confirm(&bed, "1-a", 0).await.unwrap_err();
    assert!(matches!(error, HostError::Refused { refusal, .. } if *refusal == Refusal::NotWaiting));
    assert_eq!(probe(&bed).await.unwrap().current_system.as_ref(), Some(&new));
    let broken = bed.toplevel("broken", Switch::Fails(4));
    let status = bed.deploy("2-b", &broken).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.current.as_ref(), Some(&old));
    assert_eq!(bed.look("1-a").await.phase, Phase::Interrupted);
}

#[tokio::test]
async fn a_system_that_nobody_confirmed_stays_doubtful_although_something_else_failed_meanwhile() {
    let (bed, old, new) = bed_with(Switch::Works);
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    bed.kill("1-a");
    let broken = bed.toplevel("broken", Switch::Fails(4));
    // This one closes the record of the first and then cannot write its own.
    fs::write(bed.path("var/lib/netlib/deploys/2-b"), "in the way").unwrap();
    let refused = activate(&bed, &bed.activation("2-b", &broken)).await;
    assert!(refused.unwrap_err().to_string().contains("its state"));
    assert_eq!(bed.look("1-a").await.phase, Phase::Interrupted);
    let status = bed.deploy("3-c", &broken).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.current.as_ref(), Some(&old));
}

#[tokio::test]
async fn a_doubtful_system_that_is_confirmed_later_is_gone_back_to() {
    let (bed, _, new) = bed_with(Switch::Works);
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    bed.kill("1-a");
    assert_eq!(bed.deploy("2-b", &new).await.phase, Phase::Confirmed);
    let broken = bed.toplevel("broken", Switch::Fails(4));
    let status = bed.deploy("3-c", &broken).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.current.as_ref(), Some(&new));
}

#[tokio::test]
async fn after_a_way_back_that_failed_the_next_failure_goes_back_to_the_confirmed_system() {
    let (bed, old, new) = bed_with(Switch::Fails(4));
    bed.change(&old, Switch::Lies);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::RollbackFailed);
    bed.change(&old, Switch::Works);
    let broken = bed.toplevel("broken", Switch::Fails(5));
    let status = bed.deploy("2-b", &broken).await;
    assert_eq!(status.phase, Phase::RolledBack, "{}", status.message);
    assert_eq!(status.current.as_ref(), Some(&old));
}

#[tokio::test]
async fn a_system_that_was_to_boot_only_is_trusted_when_somebody_switched_to_it() {
    let (bed, _, next) = bed_with(Switch::HangsAtBoot);
    let mut activation = bed.activation("1-a", &next);
    activation.goal = crate::plan::Goal::Boot;
    activate(&bed, &activation).await.unwrap();
    while bed.look("1-a").await.profile.as_ref() != Some(&next) {}
    bed.kill("1-a");
    fs::remove_file(bed.path("run/current-system")).unwrap();
    std::os::unix::fs::symlink(&next, bed.path("run/current-system")).unwrap();
    bed.change(&next, Switch::Works);
    let broken = bed.toplevel("broken", Switch::Fails(4));
    let status = bed.deploy("2-b", &broken).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.current.as_ref(), Some(&next));
}
