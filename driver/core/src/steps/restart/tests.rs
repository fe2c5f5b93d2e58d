//! When a restart counts as over, and as well ended.

use super::super::tests::scripted::Scripted;
use super::*;
use tokio::time::Instant;

const OLD: &str = "/nix/store/1-old";
const NEW: &str = "/nix/store/2-new";

/// What a host of this boot says that runs this system.
fn looks(boot: &str, system: &str, state: &str) -> Option<String> {
    let tools = "netlib-host=1\nnix=2.26.3\nflock=/usr/bin/flock";
    let systems = format!("current={system}\nbooted={system}\nboot={boot}");
    Some(format!("{tools}\n{systems}\nstate={state}\n"))
}

/// How a restart ends whose host says this in turn, so many times each.
async fn restarted(answers: Vec<(usize, Option<String>)>) -> (Result<(), String>, Duration) {
    let host = Scripted::default();
    host.probe.lock().unwrap().extend(answers);
    let restart = Restart { host: &host, toplevel: NEW, limit: Duration::from_secs(600), before: "a-1".to_owned() };
    let since = Instant::now();
    let result = restart.wait(&|_| {}).await;
    assert_eq!(host.asked("probe"), host.asked("a new connection"));
    (result.map_err(|failure| failure.to_string()), since.elapsed())
}

#[tokio::test(start_paused = true)]
async fn the_boot_that_ends_does_not_count_whatever_runs_in_it() {
    let answers = vec![
        (3, looks("a-1", NEW, "running")),
        (4, None),
        (2, looks("b-1", OLD, "starting")),
        (1, looks("b-1", NEW, "starting")),
    ];
    let (result, took) = restarted(answers).await;
    assert_eq!(result, Ok(()));
    assert!(took >= 9 * PAUSE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_comes_back_with_another_system_has_failed() {
    let answers = vec![(1, None), (1, looks("b-1", OLD, "running"))];
    let message = restarted(answers).await.0.unwrap_err();
    assert!(message.contains("did not come back with the new system /nix/store/2-new"), "{message}");
    assert!(message.contains(OLD), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_stays_away_or_does_not_go_down_is_told_at_the_deadline() {
    let (result, took) = restarted(vec![(1, looks("a-1", OLD, "running")), (1, None)]).await;
    let message = result.unwrap_err();
    assert!(message.contains("did not come back within 600 s") && message.contains("broke while"), "{message}");
    assert!(took >= Duration::from_secs(600) && took < Duration::from_secs(610));
    let (result, _) = restarted(vec![(1, looks("a-1", NEW, "running"))]).await;
    let message = result.unwrap_err();
    assert!(message.contains("has not gone down"), "{message}");
}
