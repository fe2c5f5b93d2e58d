//! A host that answers as it is told to, and a clock that costs nothing.

use std::sync::Mutex;

use serde::Deserialize;

use super::super::tests::scripted::Scripted;
use super::*;
use crate::host::script::{Health, Identity, System};
use crate::plan::Goal;

fn state(phase: &str, running: &str) -> Option<String> {
    Some(format!("phase={phase}\nrunning={running}\n\n"))
}

fn activation() -> Activation {
    Activation {
        nonce: "1-a".to_owned(),
        system: System::Toplevel("/nix/store/2-new".to_owned()),
        goal: Goal::Switch,
        deployer: "ann@desk".to_owned(),
        identity: Identity::default(),
        limit: Duration::from_secs(600),
        restart_limit: None,
        confirm_limit: Duration::from_secs(60),
        seen: None,
        health: Health::default(),
        hooks: Vec::new(),
        lease: None,
    }
}

/// How it ended, and how long it took.
async fn followed(host: &Scripted, origin: Origin) -> (Result<Ended, StepFailure>, Duration) {
    let activation = activation();
    let since = Instant::now();
    let result = follow(host, &activation, origin, &|_| {}).await;
    (result, since.elapsed())
}

async fn ended(host: &Scripted) -> Status {
    followed(host, Origin::Ours(None)).await.0.unwrap().0
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_heard_of_it_is_asked_again_although_the_connection_breaks_again() {
    let host = Scripted::new([
        (1, state("unknown", "no")),
        (1, None),
        (1, state("unknown", "no")),
        (1, state("confirmed", "no")),
    ])
    .says(|host| &host.activate, &[None, Some("phase=prepared\n\n")]);
    assert_eq!(ended(&host).await.phase, Phase::Confirmed);
    assert_eq!(host.asked("activate"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_knows_it_already_has_begun() {
    let host = Scripted::new([(1, state("unknown", "no")), (1, state("confirmed", "no"))])
        .says(|host| &host.activate, &[Some("refused=known\n")]);
    assert_eq!(ended(&host).await.phase, Phase::Confirmed);
}

#[tokio::test(start_paused = true)]
async fn what_the_host_does_not_take_up_ends_as_unknown_and_is_not_asked_for_without_end() {
    let host = Scripted::new([(1, state("unknown", "no"))]).says(|host| &host.activate, &[None]);
    assert_eq!(ended(&host).await.phase, Phase::Unknown);
    assert_eq!(host.asked("activate"), 2);
    let (found, _) = followed(&host, Origin::Found).await;
    assert_eq!(found.unwrap().0.phase, Phase::Unknown);
    assert_eq!(host.asked("activate"), 2, "another run's is not ours to begin");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_slow_to_begin_is_waited_for_as_long_as_it_may_begin() {
    let slow = Scripted::new([
        (150, state("prepared", "no")),
        (3, state("activating", "yes")),
        (1, state("rolledBack", "no")),
    ]);
    assert_eq!(ended(&slow).await.phase, Phase::RolledBack);
    let never = Scripted::new([(1, state("prepared", "no"))]);
    let (result, took) = followed(&never, Origin::Ours(None)).await;
    assert_eq!(result.unwrap().0.phase, Phase::Prepared);
    assert!(took > BEGIN && took < 2 * BEGIN, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn one_that_was_killed_is_given_time_to_be_taken_over() {
    let taken_over = Scripted::new([
        (1, state("activating", "yes")),
        (40, state("activating", "no")),
        (2, state("rollingBack", "yes")),
        (40, state("rollingBack", "no")),
        (1, state("rolledBack", "no")),
    ]);
    assert_eq!(ended(&taken_over).await.phase, Phase::RolledBack);
    let gone = Scripted::new([(1, state("activating", "no"))]);
    let (result, took) = followed(&gone, Origin::Ours(None)).await;
    assert_eq!(result.unwrap().0.phase, Phase::Activating);
    assert!(took < 2 * HAND_OVER, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_in_the_middle_needs_no_waiting() {
    let said = "phase=activating\nrunning=no\nrestarted=yes\n\n";
    let host = Scripted::new([(1, Some(said.to_owned()))]);
    let (result, took) = followed(&host, Origin::Ours(None)).await;
    assert!(result.unwrap().0.was_restarted);
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_host_is_looked_for_as_long_as_it_may_need_and_then_named_with_its_record() {
    let host = Scripted::new([(1, state("activating", "yes")), (1, None)]);
    let (result, took) = followed(&host, Origin::Ours(None)).await;
    let after = lost_limit(&activation());
    insta::assert_snapshot!(result.unwrap_err(), @r"
    a bed has not answered for 420 s since the activation began; it goes on there by itself
      last error: the connection to a bed broke while this ran: sh
        Broken pipe
      help: deploy again when the host answers, or look there at /var/lib/netlib/deploys/1-a
    ");
    assert!(took >= after && took < after + 2 * LONGEST_PAUSE);
    // The rollback on its own comes first.
    assert!(after > activation().confirm_limit + Duration::from_secs(300));
}

#[tokio::test(start_paused = true)]
async fn one_that_never_ends_is_left_at_its_deadline() {
    let host = Scripted::new([(1, state("activating", "yes"))]);
    let (result, took) = followed(&host, Origin::Ours(None)).await;
    let after = deadline(&activation());
    insta::assert_snapshot!(result.unwrap_err(), @r"
    the activation on a bed has not ended within 3840 s and is still in the phase activating; it goes on there by itself
      help: look there at /var/lib/netlib/deploys/1-a and for what keeps it, then deploy again
    ");
    assert!(took > after && took < after + Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn it_is_confirmed_once_and_again_only_when_the_host_did_not_hear_it() {
    let waits = || Scripted::new([(6, state("awaitingConfirmation", "yes")), (1, state("confirmed", "no"))]);
    let host = waits().says(|host| &host.confirm, &[Some("phase=awaitingConfirmation\nrunning=yes\n\n")]);
    assert_eq!(ended(&host).await.phase, Phase::Confirmed);
    assert_eq!(host.asked("confirm"), 1);
    let host = waits().says(|host| &host.confirm, &[None, None, Some("phase=committing\nrunning=yes\n\n")]);
    assert_eq!(ended(&host).await.phase, Phase::Confirmed);
    assert_eq!(host.asked("confirm"), 3);
    // The one that is there shows nothing.
    assert_eq!(host.asked("a new connection"), 3);
}

#[tokio::test(start_paused = true)]
async fn what_the_host_says_as_it_begins_and_as_it_is_confirmed_is_not_asked_for_again() {
    let waits = Status::deserialize(serde_json::json!({"phase": "awaitingConfirmation", "running": "yes"})).unwrap();
    let begun = Status { log: b"one\n".to_vec(), ..waits };
    let host = Scripted::new([]).says(|host| &host.confirm, &[Some("phase=confirmed\n\ntwo\n")]);
    let (status, log) = followed(&host, Origin::Ours(Some(Box::new(begun)))).await.0.unwrap();
    assert_eq!((status.phase, log.as_str(), host.asked("status")), (Phase::Confirmed, "one\ntwo", 0));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_confirmed_that_nobody_is_at_work_on() {
    let host = Scripted::new([(3, state("awaitingConfirmation", "no")), (1, state("rolledBack", "no"))]);
    assert_eq!(ended(&host).await.phase, Phase::RolledBack);
    assert_eq!(host.asked("confirm"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_went_back_says_why_it_could_not_be_confirmed() {
    let host = Scripted::new([(2, state("awaitingConfirmation", "yes")), (1, state("rolledBack", "no"))])
        .says(|host| &host.confirm, &[None]);
    let message = ended(&host).await.message;
    assert!(message.contains("\n  the last attempt: the connection to a bed broke"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn silence_is_told_at_longer_and_longer_intervals() {
    let host = Scripted::new([(400, state("activating", "yes")), (1, state("confirmed", "no"))]);
    let activation = activation();
    let told = Mutex::new(Vec::new());
    follow(&host, &activation, Origin::Ours(None), &|line| told.lock().unwrap().push(line)).await.unwrap();
    insta::assert_snapshot!(told.into_inner().unwrap().join("\n"), @r"
    no output for 20 s; systemd starts and stops nothing at this moment
    no output for 40 s; systemd starts and stops nothing at this moment
    no output for 80 s; systemd starts and stops nothing at this moment
    ");
}
