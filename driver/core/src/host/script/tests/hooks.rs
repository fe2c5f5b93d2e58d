//! Programs of a plan that the host runs on the way.

use super::bed::{Bed, Switch};
use super::*;
use crate::plan::Goal;

/// Runs `old`, and deploys `new` with one program for each of these moments, which writes the moment down and then does this.
async fn deploys(bed: &Bed, nonce: &str, new: &str, bodies: &[(&str, &str)]) -> Status {
    let hooks = bodies.iter().map(|(when, body)| {
        let order = bed.path("order").display().to_string();
        let profile = bed.path("nix/var/nix/profiles/system").display().to_string();
        let text = format!(
            "system=$(readlink -f {profile} || true)\n\
             echo \"$NETLIB_HOOK ${{NETLIB_PREVIOUS##*/}} ${{NETLIB_SYSTEM##*/}}, boots ${{system##*/}}\" >>{order}\n{body}"
        );
        ((*when).to_owned(), 5, bed.probe(&format!("{when}-{nonce}"), &text))
    });
    let activation = Activation { hooks: hooks.collect(), ..bed.activation(nonce, new) };
    activate(bed, &activation).await.unwrap();
    bed.end(nonce).await
}

fn order(bed: &Bed) -> String {
    let order = fs::read_to_string(bed.path("order")).unwrap_or_default();
    let _ = fs::remove_file(bed.path("order"));
    order
}

fn running(bed: &Bed) -> String {
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    bed.toplevel("new", Switch::Works)
}

const ALL: [(&str, &str); 3] = [("beforeActivate", ""), ("onConfirm", ""), ("onRollback", "")];

#[tokio::test]
async fn each_runs_at_its_moment() {
    let bed = Bed::new();
    let new = running(&bed);
    let status = deploys(&bed, "1-a", &new, &ALL).await;
    assert_eq!(status.phase, Phase::Confirmed);
    assert_eq!(order(&bed), "beforeActivate old new, boots old\nonConfirm old new, boots old\n");
    let log = String::from_utf8(status.log).unwrap();
    assert!(log.contains("netlib: onConfirm: onConfirm-1-a\n"), "{log}");

    // Taking the deployment back later runs what it had for that.
    let undo = Activation { system: System::Before("1-a".to_owned()), ..bed.activation("2-b", "") };
    activate(&bed, &undo).await.unwrap();
    assert_eq!(bed.end("2-b").await.phase, Phase::Confirmed);
    assert!(order(&bed).starts_with("ofUndone new old, boots"));
}

#[tokio::test]
async fn nothing_is_activated_where_the_first_one_fails() {
    let bed = Bed::new();
    let new = running(&bed);
    let mut hooks = ALL;
    hooks[0].1 = "exit 3";
    let status = deploys(&bed, "1-a", &new, &hooks).await;
    assert_eq!(status.phase, Phase::Failed);
    assert_eq!(status.message, "nothing was activated: the program beforeActivate-1-a exited with status 3");
    let log = String::from_utf8(status.log).unwrap();
    assert!(!log.contains("switch test"), "{log}");
    assert_eq!(order(&bed), "beforeActivate old new, boots old\nonRollback old new, boots old\n");
}

#[tokio::test]
async fn a_host_goes_back_where_what_is_to_move_with_it_does_not() {
    let bed = Bed::new();
    let new = running(&bed);
    let mut hooks = ALL;
    hooks[1].1 = "sleep 600";
    hooks[2].1 = "exit 4";
    let status = deploys(&bed, "1-a", &new, &hooks).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(
        status.message,
        "the program onConfirm-1-a did not end within 5 seconds; the program onRollback-1-a exited with status 4"
    );
    assert!(status.current.is_some_and(|current| current.ends_with("old")));
    let order = order(&bed);
    assert_eq!(
        order,
        "beforeActivate old new, boots old\nonConfirm old new, boots old\nonRollback old new, boots old\n"
    );
}

#[tokio::test]
async fn who_brings_a_killed_one_to_its_end_runs_what_it_had_for_that() {
    let bed = Bed::new();
    let new = running(&bed);
    let program = bed.probe("hook", &format!("echo back >>{}", bed.path("order").display()));
    let hook = ("onRollback".to_owned(), 5, program);
    activate(&bed, &Activation { hooks: vec![hook], ..bed.activation("1-a", &new) }).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    bed.kill_run("1-a");
    assert_eq!(bed.end_alone("1-a").await.phase, Phase::RolledBack);
    assert_eq!(order(&bed), "back\n");
}

#[tokio::test]
async fn a_rehearsal_runs_none() {
    let bed = Bed::new();
    let new = running(&bed);
    let hook = ("beforeActivate".to_owned(), 5, bed.probe("hook", "exit 1"));
    let goal = Goal::DryActivate;
    let activation = Activation { goal, hooks: vec![hook], ..bed.activation("1-a", &new) };
    activate(&bed, &activation).await.unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn fields_are_those_of_the_plan_and_bounded() {
    let bed = Bed::new();
    running(&bed);
    for (name, body) in [
        ("good", "echo v1; echo v2"),
        ("other", "echo nobody asked"),
        ("long", "head -c 100000 /dev/zero | tr '\\0' x"),
        ("odd", "printf 'a\\033[2Jb\\n'; exit 1"),
        ("slow", "exec sleep 600"),
        ("daemon", "setsid sleep 100 & printf started"),
    ] {
        bed.program(&format!("nix/store/old/netlib/status/{name}"), &format!("#!/bin/sh\n{body}\n"));
    }
    let program = include_str!("../../../../../../lib/programs/status-fields.sh");
    let columns = ["good", "long", "odd", "slow", "daemon"].map(|name| (name.to_owned(), format!("the {name}")));
    let columns = columns.into();
    assert!(fields(&bed, &columns).await.is_empty());
    bed.program("nix/store/old/netlib/status-fields", &format!("#!/bin/bash\nset -eu\n{program}"));
    let fields = fields(&bed, &columns).await;
    assert_eq!(fields["the good"], "v1");
    assert_eq!(fields["the long"].len(), 200);
    assert!(crate::text::is_clean(&fields["the odd"]), "{fields:?}");
    assert_eq!(fields["the slow"], "");
    assert!(fields.contains_key("the daemon"));
    assert_eq!(fields.len(), 5);
}
