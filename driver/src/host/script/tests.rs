//! Runs the real script against a root of its own: fake toplevels, a fake Nix, real sh, coreutils and flock.

mod bed;

use std::fs;
use std::time::Duration;

use super::*;
use bed::{Bed, Switch};

fn network(id: &str, name: &str) -> Network {
    Network {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

#[tokio::test]
async fn a_fresh_host_runs_nothing_and_belongs_to_nobody() {
    let bed = Bed::new();
    let probe = probe(&bed).await.unwrap();
    let nix = Some("2.26.3".to_owned());
    assert_eq!(
        probe,
        Probe {
            nix,
            ..Probe::default()
        }
    );
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
    assert!(
        log.contains("switch test new\n") && log.contains("switch boot new\n"),
        "{log}"
    );
    assert!(log.ends_with("netlib: confirmed\n"), "{log}");
    assert_eq!(bed.roots(), Vec::<String>::new());
    assert!(!bed.path("run/netlib/host-1-a.sh").exists());
    assert!(!bed.path("var/lib/netlib/deploys/1-a/reserve").exists());
}

#[tokio::test]
async fn a_switch_that_fails_goes_back_and_leaves_the_profile() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Fails(4));
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(
        status.message,
        "switch-to-configuration test exited with status 4"
    );
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
    assert_eq!(
        status.message,
        "switch-to-configuration boot exited with status 1"
    );
    assert_eq!(
        (status.current.as_ref(), status.profile.as_ref()),
        (Some(&old), Some(&old))
    );
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
    assert!(
        status.message.contains("exited with status 4")
            && status.message.contains("exited with status 3")
    );
    assert_eq!(bed.roots(), ["1-a-next", "1-a-previous"]);
}

#[tokio::test]
async fn the_first_system_of_a_host_has_nothing_to_go_back_to() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::FailsAtBoot);
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::Failed);
    assert!(
        status
            .message
            .ends_with("there is no earlier system to go back to"),
        "{}",
        status.message
    );
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
    assert_eq!(
        (status.current.as_ref(), status.profile.as_ref()),
        (Some(&old), Some(&old))
    );
}

#[tokio::test]
async fn a_switch_that_lies_is_not_believed() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Lies);
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert!(
        status
            .message
            .contains("succeeded, but the running system is"),
        "{}",
        status.message
    );
}

#[tokio::test]
async fn a_switch_that_hangs_ends_at_its_limit() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Hangs);
    bed.limit(Duration::from_secs(1));
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(
        status.message,
        "switch-to-configuration test did not end within 1 seconds"
    );
    assert_eq!(status.current.as_ref(), Some(&old));
}

#[tokio::test]
async fn the_second_deployer_hears_of_the_first() {
    let bed = Bed::new();
    let slow = bed.toplevel("slow", Switch::WaitsFor(bed.path("go")));
    let new = bed.toplevel("new", Switch::Works);
    activate(&bed, &bed.activation("1-a", &slow)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    let seen = probe(&bed).await.unwrap();
    assert_eq!(seen.lock.unwrap().deployer, "ann@desk");
    assert_eq!(seen.unfinished, []);
    let error = activate(&bed, &bed.activation("2-b", &new))
        .await
        .unwrap_err()
        .to_string();
    let since = error
        .split("since ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(error.replace(&since, "TIME"), @r"
    a bed: ann@desk has been deploying to this host since TIME; nothing was changed
      what to do: wait for that deployment to end, then deploy again
    ");
    assert!(!bed.path("var/lib/netlib/deploys/2-b").exists());
    fs::write(bed.path("go"), "").unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
    assert_eq!(bed.deploy("3-c", &new).await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn a_switch_that_leaves_a_daemon_behind_does_not_keep_the_lock() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::LeavesDaemon);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    assert_eq!(probe(&bed).await.unwrap().lock, None);
}

#[tokio::test]
async fn a_host_of_another_network_is_refused_unless_adopted() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    let (home, work) = (network("id-home", "home"), network("id-work", "work"));
    identify(&bed, &home, IdentityPolicy::Keep).await.unwrap();
    assert_eq!(probe(&bed).await.unwrap().network, Some(home.clone()));
    let error = admit(&bed, &work, IdentityPolicy::Keep).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"
    a bed: this host belongs to the network "home" (id id-home); nothing was changed
      what to do: check `target.host`; if the host is to move to this network, deploy with --adopt
    "#);
    let mut activation = bed.activation("1-a", &new);
    activation.network = work.clone();
    let error = activate(&bed, &activation).await.unwrap_err();
    assert!(
        matches!(error, HostError::Refused { refusal, .. } if matches!(*refusal, Refusal::OtherNetwork { .. }))
    );
    assert!(identify(&bed, &work, IdentityPolicy::Keep).await.is_err());
    assert_eq!(probe(&bed).await.unwrap().network, Some(home));
    assert!(admit(&bed, &work, IdentityPolicy::Adopt).await.is_ok());
    identify(&bed, &work, IdentityPolicy::Adopt).await.unwrap();
    assert_eq!(
        fs::read_to_string(bed.path("var/lib/netlib/network")).unwrap(),
        "id=id-work\nname=work\n"
    );
}

#[tokio::test]
async fn two_networks_with_one_id_are_told_apart_by_name() {
    let bed = Bed::new();
    identify(&bed, &network("one", "home"), IdentityPolicy::Keep)
        .await
        .unwrap();
    let error = admit(&bed, &network("one", "work"), IdentityPolicy::Keep)
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @r#"
    a bed: two networks share the id one: this host belongs to the one named "home"; nothing was changed
      what to do: give each network a `network.id` of its own; if this one was renamed, deploy once with --adopt
    "#);
}

#[tokio::test]
async fn an_interrupted_deployment_is_found_and_closed_by_the_next() {
    let bed = Bed::new();
    let hangs = bed.toplevel("hangs", Switch::Hangs);
    let new = bed.toplevel("new", Switch::Works);
    activate(&bed, &bed.activation("1-a", &hangs))
        .await
        .unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    bed.kill("1-a");
    let left = probe(&bed).await.unwrap().unfinished;
    let unfinished = Unfinished {
        nonce: "1-a".to_owned(),
        phase: "activating".to_owned(),
        toplevel: hangs,
    };
    assert_eq!(left, [unfinished]);
    assert!(!status(&bed, "1-a", 0).await.unwrap().is_running);
    assert_eq!(bed.deploy("2-b", &new).await.phase, Phase::Confirmed);
    assert_eq!(
        status(&bed, "1-a", 0).await.unwrap().phase,
        Phase::Interrupted
    );
    assert_eq!(probe(&bed).await.unwrap().unfinished, []);
}

#[tokio::test]
async fn asking_twice_for_one_activation_starts_it_once() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    let error = activate(&bed, &bed.activation("1-a", &new))
        .await
        .unwrap_err();
    assert!(matches!(error, HostError::Refused { refusal, .. } if *refusal == Refusal::Known));
}

#[tokio::test]
async fn nothing_is_activated_without_a_toplevel_or_a_place_for_the_state() {
    let bed = Bed::new();
    let error = activate(&bed, &bed.activation("1-a", "/nix/store/none"))
        .await
        .unwrap_err();
    assert!(matches!(error, HostError::Refused { refusal, .. } if *refusal == Refusal::NoToplevel));
    let new = bed.toplevel("new", Switch::Works);
    fs::create_dir_all(bed.path("var/lib")).unwrap();
    fs::write(bed.path("var/lib/netlib"), "in the way").unwrap();
    let error = activate(&bed, &bed.activation("1-a", &new))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("a bed: the host could not write down its state; nothing was activated\n"),
        "{text}"
    );
    assert!(text.contains("Not a directory"), "{text}");
    assert_eq!(probe(&bed).await.unwrap().current_system, None);
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
    protect(&bed, "1-a", &new).await.unwrap();
    assert_eq!(bed.roots(), ["1-a-next"]);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    assert_eq!(bed.roots(), Vec::<String>::new());
}

#[tokio::test]
async fn only_the_latest_records_are_kept() {
    let bed = Bed::new();
    for number in 10..40 {
        let record = bed.path(&format!("var/lib/netlib/deploys/{number}-x"));
        fs::create_dir_all(&record).unwrap();
        fs::write(record.join("state"), "phase=confirmed\n").unwrap();
    }
    let new = bed.toplevel("new", Switch::Works);
    assert_eq!(bed.deploy("40-y", &new).await.phase, Phase::Confirmed);
    let kept = fs::read_dir(bed.path("var/lib/netlib/deploys"))
        .unwrap()
        .count();
    assert_eq!(kept, 20);
    assert!(bed.path("var/lib/netlib/deploys/40-y/state").exists());
}

#[tokio::test]
async fn a_host_without_nix_is_told_what_to_install() {
    let bed = Bed::new();
    fs::write(
        bed.path("nix/var/nix/profiles/default/bin/nix"),
        "#!/bin/sh\nexit 127\n",
    )
    .unwrap();
    let error = probe(&bed).await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    a bed has no `nix`
      what to do: install Nix there; a host of netlib is NixOS, or a Debian with `apt install nix-bin`
    ");
}

#[tokio::test]
async fn something_else_that_answers_is_not_taken_for_the_script() {
    let bed = Bed::new();
    let output = crate::process::Output {
        stdout: b"This account is disabled.\n".to_vec(),
        stderr: String::new(),
    };
    let answer = Answer::read(&bed, "probe", &output).unwrap();
    let error = answer.require("netlib-host", "1").unwrap_err();
    insta::assert_snapshot!(error, @r#"a bed: unexpected answer of the host script's `probe`: "This account is disabled.\n""#);
}

#[tokio::test]
async fn the_script_refuses_what_it_does_not_know() {
    let bed = Bed::new();
    let error = call(&bed, "explode", &[]).await.unwrap_err().to_string();
    assert!(
        error.contains("exit status: 64") && error.contains("no subcommand 'explode'"),
        "{error}"
    );
    let error = call(&bed, "status", &["../../etc", "0"])
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("bad nonce"), "{error}");
}
