//! Runs the real script against a root of its own: fake toplevels, a fake Nix, real sh, coreutils and flock.

mod bed;
mod confirmation;
mod crashes;
mod fuzz;
mod goals;
mod health;
mod hooks;
mod leftovers;
mod news;
mod other_switch;
mod races;
mod refusals;
mod rollback;
mod rollouts;
mod trust;
mod units;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::*;
use bed::{Bed, Switch};

#[tokio::test]
async fn a_fresh_host_runs_nothing_and_belongs_to_nobody() {
    let bed = Bed::new();
    let mut probe = probe(&bed).await.unwrap();
    let kernel = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let boot = probe.boot_id.take().unwrap();
    let began = boot.strip_prefix(kernel.trim()).unwrap();
    assert!(began[1..].parse::<u64>().is_ok(), "{boot}");
    let nix = Some("2.26.3".to_owned());
    assert_eq!(probe, Probe { nix, ..Probe::default() });
}

#[tokio::test]
async fn a_switch_ends_confirmed_with_profile_and_state() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Works);
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::Confirmed);
    assert_eq!(status.current.as_ref(), Some(&new));
    assert_eq!(status.profile.as_ref(), Some(&new));
    let log = String::from_utf8(status.log).unwrap();
    assert!(log.contains("switch test new\n") && log.contains("switch boot new\n"), "{log}");
    assert!(log.ends_with("netlib: confirmed\n"), "{log}");
    assert_eq!(bed.roots(), Vec::<String>::new());
    assert!(!bed.path("run/netlib/host-1-a.sh").exists());
    assert!(!bed.path("var/lib/netlib/deploys/1-a/reserve").exists());
    // Logs may hold more than everybody should read.
    let records = fs::metadata(bed.path("var/lib/netlib/deploys")).unwrap();
    assert_eq!(records.permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_switch_that_fails_goes_back_and_leaves_the_profile() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Fails(4));
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.message, "switch-to-configuration test exited with status 4");
    assert_eq!(status.current.as_ref(), Some(&old));
    assert_eq!(status.profile.as_ref(), Some(&old));
    assert_eq!(bed.profile_history(), ["old"]);
}

#[tokio::test]
async fn a_boot_entry_that_fails_takes_the_profile_back_too() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::FailsAtBoot);
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.message, "switch-to-configuration boot exited with status 1");
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&old)));
    assert_eq!(bed.profile_history(), ["old", "new", "old"]);
}

#[tokio::test]
async fn a_way_back_that_fails_is_said_and_both_systems_are_kept() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    bed.change(&old, Switch::Fails(3));
    let new = bed.toplevel("new", Switch::Fails(4));
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RollbackFailed);
    assert!(status.message.contains("exited with status 4") && status.message.contains("exited with status 3"));
    assert_eq!(bed.roots(), ["1-a-next", "1-a-previous"]);
}

#[tokio::test]
async fn what_a_failed_way_back_kept_goes_once_a_later_deployment_is_confirmed() {
    let (bed, old, new) = confirmation::bed_with(Switch::Fails(4));
    bed.change(&old, Switch::Fails(3));
    let kept = || bed.left().contains("1-a-previous") && bed.left().contains("1-a-next");
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::RollbackFailed);
    let other = bed.toplevel("other", Switch::Fails(4));
    assert_ne!(bed.deploy("2-b", &other).await.phase, Phase::Confirmed);
    assert!(kept(), "{}", bed.left());
    let good = bed.toplevel("good", Switch::Works);
    assert_eq!(bed.deploy("3-c", &good).await.phase, Phase::Confirmed);
    assert_eq!(bed.left(), "");
}

#[tokio::test]
async fn a_way_back_that_lies_is_not_believed() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    bed.change(&old, Switch::Lies);
    let new = bed.toplevel("new", Switch::Fails(4));
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RollbackFailed, "{}", status.message);
    assert_eq!(status.current.as_ref(), Some(&new));
    let said = format!("the running system is {new}");
    assert!(status.message.contains(&said), "{}", status.message);
}

#[tokio::test]
async fn the_first_system_of_a_host_has_nothing_to_go_back_to() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::FailsAtBoot);
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::Failed);
    assert!(status.message.ends_with("there is no earlier system to roll back to"), "{}", status.message);
    assert_eq!(status.profile, None);
}

#[tokio::test]
async fn the_running_system_that_fails_again_keeps_its_profile() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    bed.change(&old, Switch::Fails(1));
    let status = bed.deploy("1-a", &old).await;
    assert_eq!(status.phase, Phase::Failed);
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&old)));
}

#[tokio::test]
async fn a_switch_that_lies_is_not_believed() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Lies);
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert!(status.message.contains("succeeded, but the running system is"), "{}", status.message);
}

#[tokio::test]
async fn a_switch_that_hangs_ends_at_its_limit() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Hangs);
    bed.limit(Duration::from_secs(3));
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.message, "switch-to-configuration test did not end within 3 seconds");
    assert_eq!(status.current.as_ref(), Some(&old));
}

#[tokio::test]
async fn a_switch_that_leaves_a_daemon_behind_does_not_keep_the_lock() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::LeavesDaemon);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    assert_eq!(probe(&bed).await.unwrap().lock, None);
}

#[tokio::test]
async fn an_interrupted_deployment_is_found_and_closed_by_the_next() {
    let bed = Bed::new();
    let hangs = bed.toplevel("hangs", Switch::Hangs);
    let new = bed.toplevel("new", Switch::Works);
    activate(&bed, &bed.activation("1-a", &hangs)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    bed.kill("1-a");
    let left = probe(&bed).await.unwrap().unfinished;
    let unfinished = Unfinished { nonce: "1-a".to_owned(), phase: "activating".to_owned(), toplevel: hangs };
    assert_eq!(left, [unfinished]);
    assert!(!status(&bed, "1-a", 0).await.unwrap().is_running);
    assert_eq!(bed.deploy("2-b", &new).await.phase, Phase::Confirmed);
    assert_eq!(status(&bed, "1-a", 0).await.unwrap().phase, Phase::Interrupted);
    assert_eq!(probe(&bed).await.unwrap().unfinished, []);
}

#[tokio::test]
async fn asking_twice_for_one_activation_starts_it_once() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    let error = activate(&bed, &bed.activation("1-a", &new)).await.unwrap_err();
    assert!(matches!(error, HostError::Refused { refusal, .. } if *refusal == Refusal::Known));
}

#[tokio::test]
async fn the_log_is_read_from_where_the_reader_was() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    let whole = bed.deploy("1-a", &new).await.log;
    let rest = status(&bed, "1-a", 10).await.unwrap().log;
    assert_eq!(rest, whole[10..]);
    assert_eq!(status(&bed, "1-a", whole.len()).await.unwrap().log, b"");
    assert_eq!(status(&bed, "9-z", 0).await.unwrap().phase, Phase::Unknown);
}

#[tokio::test]
async fn a_copied_system_is_a_root_until_it_runs() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    keep(&bed, "1-a", ("next", &new)).await.unwrap();
    assert_eq!(bed.roots(), ["1-a-next"]);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    assert_eq!(bed.roots(), Vec::<String>::new());
}

#[tokio::test]
async fn a_host_says_what_it_has_already() {
    let bed = Bed::new();
    let here = bed.toplevel("here", Switch::Works);
    let missing = here.replace("here", "missing");
    assert!(keep(&bed, "1-a", ("next", &here)).await.unwrap());
    assert!(!keep(&bed, "1-a", ("next", &missing)).await.unwrap());
    assert!(keep(&bed, "1-a", ("programs", &here)).await.unwrap());
    assert!(!keep(&bed, "1-a", ("programs", &missing)).await.unwrap());
    bed.program("nix/var/nix/profiles/default/bin/nix-store", "#!/bin/sh\nexit 127\n");
    assert!(!keep(&bed, "1-a", ("next", &here)).await.unwrap());
}

#[tokio::test]
async fn roots_of_what_never_ended_go_after_a_week_and_those_of_what_goes_on_stay() {
    let bed = Bed::new();
    let [one, two] = ["one", "two"].map(|name| bed.toplevel(name, Switch::Works));
    for nonce in ["1-a", "2-b", "3-c"] {
        keep(&bed, nonce, ("next", &one)).await.unwrap();
    }
    for nonce in ["1-a", "2-b"] {
        let root = bed.path(&format!("nix/var/nix/gcroots/netlib/{nonce}-next"));
        let mut touch = std::process::Command::new("touch");
        touch.args(["-h", "-d", "8 days ago"]).arg(root);
        assert!(touch.status().unwrap().success());
    }
    let record = bed.path("var/lib/netlib/deploys/1-a");
    fs::create_dir_all(&record).unwrap();
    fs::write(record.join("state"), "phase=activating\n").unwrap();
    keep(&bed, "4-d", ("next", &two)).await.unwrap();
    assert_eq!(bed.roots(), ["1-a-next", "3-c-next", "4-d-next"]);
}

#[tokio::test]
async fn only_the_latest_records_are_kept() {
    let bed = Bed::new();
    for number in 10..40 {
        let record = bed.path(&format!("var/lib/netlib/deploys/{number}-x"));
        fs::create_dir_all(&record).unwrap();
        // By the host's number, whatever the nonces say.
        let state = format!("number={}\nphase=confirmed\n", 50 - number);
        fs::write(record.join("state"), state).unwrap();
    }
    let new = bed.toplevel("new", Switch::Works);
    assert_eq!(bed.deploy("40-y", &new).await.phase, Phase::Confirmed);
    let kept = fs::read_dir(bed.path("var/lib/netlib/deploys")).unwrap().count();
    assert_eq!(kept, 20);
    for kept in ["40-y", "10-x", "28-x"] {
        let state = bed.path(&format!("var/lib/netlib/deploys/{kept}/state"));
        assert!(state.exists(), "{kept}");
    }
}

#[test]
fn the_whole_script_is_clean() {
    let mut child = std::process::Command::new("shellcheck")
        // Each part is checked on its own as well; here unused functions are really unused; `load` sets names.
        .args(["--shell=sh", "--exclude=SC2034,SC2154", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), SCRIPT.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
