//! Generations of the profile, and the rollback to one of them.

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
async fn a_generation_that_is_not_there_is_refused() {
    let (bed, systems) = bed_of_three().await;
    // Ten comes after nine, whatever the letters say.
    symlink(&systems[0], bed.path("nix/var/nix/profiles/system-10-link")).unwrap();
    let mut activation = bed.activation("3-b", "");
    activation.system = System::Generation(7);
    let error = activate(&bed, &activation).await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    a bed: its system profile has no generation 7; nothing was changed
      help: `netlib rollback NODE --list` shows the generations of a node; choose one with --to
    ");
    let generations = inspect(&bed).await.unwrap().generations;
    let numbers: Vec<&str> = generations.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(numbers, ["1", "2", "3", "10"]);
    let empty = Bed::new();
    activation.system = System::PreviousGeneration;
    let error = activate(&empty, &activation).await.unwrap_err().to_string();
    assert!(error.contains("no generation before its current one; nothing was changed"), "{error}");
}

#[tokio::test]
async fn what_was_rolled_back_from_is_not_gone_back_to() {
    let (bed, systems) = bed_of_three().await;
    roll_back(&bed, "3-b", System::PreviousGeneration).await;
    let four = bed.toplevel("four", Switch::Works);
    assert_eq!(bed.deploy("4-b", &four).await.phase, Phase::Confirmed);
    // Neither what was never confirmed nor what was only tested counts.
    let bad = bed.toplevel("bad", Switch::Fails(1));
    assert_eq!(bed.deploy("5-b", &bad).await.phase, Phase::RolledBack);
    for system in [&systems[1], &systems[0]] {
        let status =
            roll_back(&bed, if system == &systems[1] { "6-b" } else { "7-b" }, System::PreviousGeneration).await;
        assert_eq!((status.phase, status.profile.as_ref()), (Phase::Confirmed, Some(system)), "{}", status.message);
    }
}

#[tokio::test]
async fn what_somebody_else_made_the_present_system_goes_back_to_what_was_confirmed() {
    let (bed, systems) = bed_of_three().await;
    let foreign = bed.toplevel("foreign", Switch::Works);
    for number in [4, 5] {
        symlink(&foreign, bed.path(&format!("nix/var/nix/profiles/system-{number}-link"))).unwrap();
    }
    std::fs::remove_file(bed.path("nix/var/nix/profiles/system")).unwrap();
    symlink("system-5-link", bed.path("nix/var/nix/profiles/system")).unwrap();
    let status = roll_back(&bed, "3-b", System::PreviousGeneration).await;
    assert_eq!(status.profile.as_ref(), Some(&systems[2]), "{}", status.message);
}

#[tokio::test]
async fn a_generation_that_is_gone_is_passed_over() {
    let (bed, systems) = bed_of_three().await;
    std::fs::remove_file(bed.path("nix/var/nix/profiles/system-2-link")).unwrap();
    let status = roll_back(&bed, "3-b", System::PreviousGeneration).await;
    assert_eq!(status.profile.as_ref(), Some(&systems[0]), "{}", status.message);
}

#[tokio::test]
async fn generations_have_a_date_and_how_their_last_deployment_ended() {
    let (bed, systems) = bed_of_three().await;
    symlink(bed.path("nowhere"), bed.path("nix/var/nix/profiles/system-10-link")).unwrap();
    symlink(&systems[2], bed.path("nix/var/nix/profiles/system-strange-link")).unwrap();
    let other = bed.toplevel("other", Switch::Works);
    symlink(&other, bed.path("nix/var/nix/profiles/system-9-link")).unwrap();
    bed.change(&systems[0], Switch::Fails(1));
    assert_eq!(bed.deploy("3-b", &systems[0]).await.phase, Phase::RolledBack);
    let generations = inspect(&bed).await.unwrap().generations;
    let seen: Vec<[&str; 3]> =
        generations.iter().map(|one| [one.number.as_str(), one.system.as_str(), one.result.as_str()]).collect();
    let [one, two, three] = systems.each_ref().map(String::as_str);
    let expected = [
        ["1", one, "rolledBack"],
        ["2", two, "confirmed"],
        ["3", three, "confirmed"],
        ["9", other.as_str(), ""],
        ["10", "", ""],
    ];
    assert_eq!(seen, expected);
    assert!(generations.iter().all(|one| one.date.len() == 19 && one.date.starts_with("20")), "{generations:?}");
}

/// What lies among profiles counts as one, also for the boot loaders of NixOS.
#[tokio::test]
async fn beside_its_generations_a_profile_has_nothing_and_odd_links_are_passed_over() {
    let (bed, systems) = bed_of_three().await;
    let profiles = bed.path("nix/var/nix/profiles");
    for odd in ["system-008-link", "system-99999999999999999999-link", "system-x-link"] {
        symlink(&systems[0], profiles.join(odd)).unwrap();
    }
    let four = bed.toplevel("four", Switch::Works);
    let status = bed.deploy("3-b", &four).await;
    assert_eq!((status.phase, status.profile), (Phase::Confirmed, Some(four)), "{}", status.message);
    assert_eq!(std::fs::read_link(profiles.join("system")).unwrap().to_string_lossy(), "system-4-link");
    let is_other = |name: &String| name != "system" && name != "default" && !name.ends_with("-link");
    let names = std::fs::read_dir(profiles).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap());
    assert_eq!(names.filter(is_other).collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test]
async fn a_generation_that_is_removed_on_the_way_to_it_is_made_again() {
    let (bed, systems) = bed_of_three().await;
    let go = bed.path("go");
    bed.change(&systems[0], Switch::WaitsFor(go.clone()));
    let activation = Activation { system: System::Generation(1), ..bed.activation("3-b", "") };
    activate(&bed, &activation).await.unwrap();
    std::fs::remove_file(bed.path("nix/var/nix/profiles/system-1-link")).unwrap();
    std::fs::write(go, "").unwrap();
    let status = bed.end("3-b").await;
    assert_eq!((status.phase, &status.profile), (Phase::Confirmed, &Some(systems[0].clone())), "{}", status.message);
    assert_eq!(generations(&bed), 3);
}
