//! The loop of health checks, and the activation that waits for it.

use std::fs;
use std::time::{Duration, Instant};

use super::bed::{Bed, Switch};
use super::*;

fn health_check(bed: &Bed, name: &str, body: &str) -> String {
    format!("{} 0 0 20 1 2 {name}", bed.probe(name, body))
}

/// Says it in other words.
fn told(check: &mut String, words: &str) {
    *check = check.replace(" 0 0 20 1 2 ", &format!(" {words} "));
}

fn health(checks: Vec<String>, healthy: u64, deadline: u64) -> Health {
    Health { checks, healthy_time: Duration::from_secs(healthy), deadline: Duration::from_secs(deadline) }
}

async fn settled(bed: &Bed, health: &Health) -> (Verdict, Vec<String>) {
    let mut lines = Vec::new();
    let verdict = check(bed, HealthMode::Settle, health, |line| lines.push(line)).await;
    (verdict.unwrap(), lines)
}

#[tokio::test]
async fn all_have_to_be_healthy_at_the_same_time() {
    let bed = Bed::new();
    let checks = vec![
        health_check(&bed, "disk", "echo plenty"),
        health_check(&bed, "http", "echo 'connection refused'; exit 1"),
    ];
    let (verdict, lines) = settled(&bed, &health(checks[..1].to_vec(), 1, 30)).await;
    assert!(verdict.is_healthy, "{verdict:?}");
    assert_eq!(verdict.checks[0].reason, "plenty");
    assert_eq!(lines, ["netlib: check disk: healthy: plenty"]);
    let (verdict, lines) = settled(&bed, &health(checks, 0, 8)).await;
    assert_eq!(
        verdict,
        Verdict {
            is_healthy: false,
            why: "check http: connection refused".to_owned(),
            checks: vec![
                CheckVerdict { name: "disk".to_owned(), is_healthy: true, reason: "plenty".to_owned() },
                CheckVerdict { name: "http".to_owned(), is_healthy: false, reason: "connection refused".to_owned() },
            ],
        }
    );
    assert!(lines.contains(&"netlib: check http: unhealthy: connection refused".to_owned()), "{lines:?}");
}

#[tokio::test]
async fn a_check_that_says_something_else_each_time_is_told_once_for_each_state() {
    let bed = Bed::new();
    let body = r#"echo x >>"$NETLIB_CHECK_STATE/count"; wc -l <"$NETLIB_CHECK_STATE/count"; exit 1"#;
    let checks = vec![health_check(&bed, "odd", body)];
    let (verdict, lines) = settled(&bed, &health(checks, 0, 6)).await;
    assert!(!verdict.is_healthy && verdict.why != "check odd: 1");
    let states: Vec<_> = lines.iter().map(|line| line.rsplit_once(": ")).collect();
    let states: Vec<_> = states.into_iter().map(|line| line.unwrap().0).collect();
    let all = ["netlib: check odd: pending", "netlib: check odd: unhealthy"];
    assert!(states == all || states == all[1..], "{lines:?}");
}

#[tokio::test]
async fn a_slow_start_is_no_failure_before_the_deadline() {
    let bed = Bed::new();
    // Fails five times, which is more than the threshold, and counts in the folder that lives as long as the loop.
    let body = r#"echo x >>"$NETLIB_CHECK_STATE/count"; [ "$(wc -l <"$NETLIB_CHECK_STATE/count")" -gt 5 ]"#;
    let checks = vec![health_check(&bed, "slow", body)];
    let (verdict, lines) = settled(&bed, &health(checks.clone(), 0, 30)).await;
    assert!(verdict.is_healthy, "{verdict:?} {lines:?}");
    let once = check(&bed, HealthMode::Once, &health(checks, 0, 30), |_| {}).await;
    assert!(!once.unwrap().is_healthy, "once it is decided at the threshold");
}

/// Says how many looks there were, and fails at the first two.
const THIRD_TIME: &str =
    r#"echo x >>"$NETLIB_CHECK_STATE/count"; n=$(wc -l <"$NETLIB_CHECK_STATE/count"); echo "$n"; [ "$n" -gt 2 ]"#;

#[tokio::test]
async fn thresholds_say_how_many_looks_in_a_row_count() {
    let bed = Bed::new();
    let look = |success_threshold, failure_threshold| {
        let mut checks = vec![health_check(&bed, "third", THIRD_TIME)];
        told(&mut checks[0], &format!("0 0 30 {success_threshold} {failure_threshold}"));
        health(checks, 0, 60)
    };
    for (successes, failures, is_healthy, looks) in [(1, 2, false, "2"), (1, 3, true, "3"), (4, 3, true, "6")] {
        let asked = look(successes, failures);
        let verdict = check(&bed, HealthMode::Once, &asked, |_| {}).await.unwrap();
        let found = (verdict.is_healthy, verdict.checks[0].reason.as_str());
        assert_eq!(found, (is_healthy, looks), "{successes} and {failures}");
    }
}

#[tokio::test]
async fn the_first_look_comes_after_the_initial_delay() {
    let bed = Bed::new();
    let mut checks = vec![health_check(&bed, "late", "echo here")];
    told(&mut checks[0], "2 0 30 1 2");
    let began = Instant::now();
    let (verdict, _) = settled(&bed, &health(checks, 0, 60)).await;
    assert!(verdict.is_healthy, "{verdict:?}");
    assert!(began.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_break_begins_the_healthy_time_anew() {
    let bed = Bed::new();
    // Well at every second look, for ever.
    let body = r#"echo x >>"$NETLIB_CHECK_STATE/count"; [ "$(($(wc -l <"$NETLIB_CHECK_STATE/count") % 2))" -eq 1 ]"#;
    let mut checks = vec![health_check(&bed, "flaps", body)];
    told(&mut checks[0], "0 0 20 1 1");
    let (verdict, _) = settled(&bed, &health(checks, 5, 7)).await;
    assert!(!verdict.is_healthy, "{verdict:?}");
}

#[tokio::test]
async fn a_probe_that_hangs_is_ended_and_leaves_nothing() {
    let bed = Bed::new();
    let mut checks = vec![health_check(&bed, "hangs", "sleep 1234; true")];
    told(&mut checks[0], "0 0 1 1 2");
    let began = Instant::now();
    let (verdict, _) = settled(&bed, &health(checks, 0, 8)).await;
    assert_eq!(verdict.why, "check hangs: no answer within 1 s");
    assert!(began.elapsed() < Duration::from_secs(60));
    assert!(!bed.is_probing(), "a probe was left running");
}

#[tokio::test]
async fn a_probe_that_takes_long_to_end_is_gone_before_the_verdict() {
    let bed = Bed::new();
    let body = "trap 'sleep 1; exit 1' TERM; sleep 1234 & wait";
    let (verdict, _) = settled(&bed, &health(vec![health_check(&bed, "slow", body)], 0, 2)).await;
    assert_eq!(verdict.why, "check slow: no probe has ended yet");
    assert!(!bed.is_probing(), "a probe was left running");
}

#[tokio::test]
async fn a_host_whose_checks_are_well_waits_for_confirmation_and_keeps_its_system() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    let mut activation = bed.activation("1-a", &new);
    activation.health = health(vec![health_check(&bed, "http", "echo fine")], 0, 30);
    activate(&bed, &activation).await.unwrap();
    let status = bed.end("1-a").await;
    assert_eq!(status.phase, Phase::Confirmed);
    let log = String::from_utf8(status.log).unwrap();
    assert!(log.contains("netlib: check http: healthy: fine\n"), "{log}");
}

#[tokio::test]
async fn a_host_that_is_not_healthy_goes_back_alone() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Works);
    let mut activation = bed.activation("1-a", &new);
    activation.health = health(vec![health_check(&bed, "http", "echo 'status 500'; exit 1")], 0, 8);
    activate(&bed, &activation).await.unwrap();
    // Nobody follows it and nobody confirms.
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.message, "the new system is not healthy: check http: status 500");
    assert_eq!((status.current, status.profile), (Some(old.clone()), Some(old)));
    assert!(!bed.path("run/netlib/check-1-a").exists());
}

#[tokio::test]
async fn a_host_that_is_killed_while_checking_goes_back() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Works);
    let mut activation = bed.activation("1-a", &new);
    activation.health = health(vec![health_check(&bed, "http", "exit 1")], 0, 600);
    activate(&bed, &activation).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Checking).await;
    bed.kill_run("1-a");
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.message, "the activation was killed while checking");
    assert_eq!(status.current, Some(old));
}

/// Makes the root of somebody's programs as old as it says.
fn age(bed: &Bed, nonce: &str, age: &str) {
    let root = bed.path(&format!("nix/var/nix/gcroots/netlib/{nonce}-programs"));
    let mut touch = std::process::Command::new("touch");
    touch.args(["-h", "-d", age]).arg(root);
    assert!(touch.status().unwrap().success());
}

#[tokio::test]
async fn programs_are_kept_for_a_day_and_as_long_as_checks_use_them() {
    let bed = Bed::new();
    let go = bed.path("go");
    let waits = format!("while [ ! -e {} ]; do sleep 0.1; done", go.display());
    let asked = health(vec![health_check(&bed, "slow", &waits)], 0, 60);
    let programs = bed.path("nix/store/programs").display().to_string();
    keep(&bed, "1-a", ("programs", &programs)).await.unwrap();
    keep(&bed, "2-b", ("programs", "/nix/store/2-programs")).await.unwrap();
    assert_eq!(bed.roots(), ["1-a-programs", "2-b-programs"]);
    for nonce in ["1-a", "2-b"] {
        age(&bed, nonce, "2 days ago");
    }
    let (verdict, ()) = tokio::join!(settled(&bed, &asked), async {
        while !bed.is_probing() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        keep(&bed, "3-c", ("programs", "/nix/store/3-programs")).await.unwrap();
        assert_eq!(bed.roots(), ["1-a-programs", "3-c-programs"]);
        fs::write(&go, "").unwrap();
    });
    assert!(verdict.0.is_healthy);
    keep(&bed, "4-d", ("programs", "/nix/store/4-programs")).await.unwrap();
    assert_eq!(bed.roots(), ["3-c-programs", "4-d-programs"]);
}
