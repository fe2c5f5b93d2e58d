//! Generations of the profile, and the way back to one of them.

use std::os::unix::fs::symlink;

use super::super::*;
use super::bed::{Bed, Switch};

/// A host that went from `one` to `two` to `three`.
async fn bed_of_three() -> (Bed, [String; 3]) {
    let bed = Bed::new();
    let systems = ["one", "two", "three"].map(|name| bed.toplevel(name, Switch::Works));
    for (number, system) in systems.iter().enumerate() {
        let status = bed.deploy(&format!("{number}-a"), system).await;
        assert_eq!(status.phase, Phase::Confirmed);
    }
    (bed, systems)
}

fn generations(bed: &Bed) -> usize {
    let profiles = std::fs::read_dir(bed.path("nix/var/nix/profiles")).unwrap().flatten();
    profiles.filter(|entry| entry.file_name().to_string_lossy().ends_with("-link")).count()
}

async fn roll_back(bed: &Bed, nonce: &str, system: System) -> Status {
    let mut activation = bed.activation(nonce, "");
    activation.system = system;
    activate(bed, &activation).await.unwrap();
    bed.end(nonce).await
}

#[tokio::test]
async fn the_generation_is_that_of_the_profile() {
    let (bed, _) = bed_of_three().await;
    let status = inspect(&bed).await.unwrap();
    assert_eq!(status.generation, Some(3));
    assert_eq!(status.probe.last.unwrap().phase, Phase::Confirmed);
}

#[tokio::test]
async fn the_generation_before_is_that_of_the_profile_and_no_new_one_is_made() {
    let (bed, systems) = bed_of_three().await;
    let status = roll_back(&bed, "3-b", System::PreviousGeneration).await;
    assert_eq!(status.phase, Phase::Confirmed, "{}", status.message);
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&systems[1]), Some(&systems[1])));
    assert_eq!(inspect(&bed).await.unwrap().generation, Some(2));
    // From there on, what comes before is the first one, although the third is still there.
    let status = roll_back(&bed, "4-b", System::PreviousGeneration).await;
    assert_eq!(status.current.as_ref(), Some(&systems[0]));
    let status = roll_back(&bed, "5-b", System::Generation(3)).await;
    assert_eq!(status.current.as_ref(), Some(&systems[2]));
    assert_eq!(generations(&bed), 3);
}

#[tokio::test]
async fn a_way_back_that_fails_ends_where_it_began() {
    let (bed, systems) = bed_of_three().await;
    bed.change(&systems[1], Switch::Fails(4));
    let status = roll_back(&bed, "3-b", System::PreviousGeneration).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&systems[2]), Some(&systems[2])));
    assert_eq!(inspect(&bed).await.unwrap().generation, Some(3));
}

#[tokio::test]
async fn a_boot_entry_that_fails_brings_back_the_generation_from_before() {
    let (bed, systems) = bed_of_three().await;
    bed.change(&systems[0], Switch::FailsAtBoot);
    let status = roll_back(&bed, "3-b", System::Generation(1)).await;
    assert_eq!(status.phase, Phase::RolledBack);
    let host = inspect(&bed).await.unwrap();
    assert_eq!(host.generation, Some(3));
    assert_eq!(generations(&bed), 3);
}

#[tokio::test]
async fn a_generation_that_is_not_there_is_refused_with_those_that_are() {
    let (bed, systems) = bed_of_three().await;
    // Ten comes after nine, whatever the letters say.
    symlink(&systems[0], bed.path("nix/var/nix/profiles/system-10-link")).unwrap();
    let mut activation = bed.activation("3-b", "");
    activation.system = System::Generation(7);
    let error = activate(&bed, &activation).await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    a bed: its system profile has no generation 7; it has: 1, 2, 3, 10; nothing was changed
      what to do: choose one of these with --to
    ");
    let empty = Bed::new();
    activation.system = System::PreviousGeneration;
    let error = activate(&empty, &activation).await.unwrap_err().to_string();
    assert!(error.contains("no generation before its current one; it has: none; nothing was changed"), "{error}");
}
