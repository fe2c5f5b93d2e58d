use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{Command, End, Tail};

fn sh(script: &str) -> Command {
    Command::new("sh").args(["-c", script]).timeout(Duration::from_secs(100))
}

/// Whether a process is there and no zombie.
fn runs(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").starts_with(" Z"))
}

async fn gone(pid: &str) -> bool {
    for _ in 0..1000 {
        if !runs(pid) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

async fn written(path: &std::path::Path) -> String {
    for _ in 0..1000 {
        match std::fs::read_to_string(path) {
            Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("{} was not written", path.display());
}

#[tokio::test]
async fn gives_stdin_and_environment_and_collects_both_outputs() {
    let output = sh("cat; echo \"$GREETING\" >&2").env("GREETING", "hello").stdin("in\n").output().await.unwrap();
    assert_eq!(output.stdout, b"in\n");
    assert_eq!(output.stderr, "hello");
}

#[tokio::test]
async fn megabytes_in_all_directions_do_not_block() {
    let output = sh("tee /dev/stderr").stdin("0123456789abcde\n".repeat(200_000)).output().await.unwrap();
    assert_eq!(output.stdout.len(), 3_200_000);
    assert_eq!(output.stderr.lines().count(), 40);
}

/// As Nix talks with its daemon on a host: sudo's lines first, then whatever both say.
#[tokio::test]
async fn a_peer_talks_after_stdin_and_hears_what_follows_the_mark() {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let child = sh("echo noise; echo mark; cat; echo end").stdin("first\n");
    let child = Command { mark: Some("mark".to_owned()), peer: Some(theirs.into()), ..child };
    let run = tokio::spawn(child.output());
    let said = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let (mut ours, mut said) = (ours, String::new());
        ours.write_all(b"then\n").unwrap();
        ours.shutdown(std::net::Shutdown::Write).unwrap();
        ours.read_to_string(&mut said).unwrap();
        said
    });
    assert_eq!(said.await.unwrap(), "first\nthen\nend\n");
    assert_eq!(run.await.unwrap().unwrap().stdout, b"");
}

/// Nix believes whoever answers, and fills as much memory as a number of eight bytes says.
#[tokio::test]
async fn finding_a_host_does_not_say_how_much_memory_nix_takes() {
    let child = sh("until [ \"$(ulimit -d)\" = 4096 ]; do sleep 0.1; done; sh -c 'ulimit -d'");
    let child = Command { memory: Some(4096 << 10), ..child };
    assert_eq!(child.output().await.unwrap().stdout, b"4096\n");
}

#[tokio::test]
async fn a_child_that_ignores_its_input_succeeds() {
    let output = sh("exec 0<&-; echo done").stdin(vec![b'x'; 1_000_000]);
    assert_eq!(output.output().await.unwrap().stdout, b"done\n");
}

#[tokio::test]
async fn lines_arrive_while_the_child_runs() {
    let dir = tempfile::tempdir().unwrap();
    let seen = dir.path().join("seen");
    // It says the second only when the first has arrived.
    let script = format!("echo one >&2; until [ -e {} ]; do sleep 0.1; done; printf two >&2", seen.display());
    let mut lines = Vec::new();
    sh(&script)
        .stream_stderr(|line| {
            lines.push(line.to_owned());
            std::fs::write(&seen, "").unwrap();
        })
        .await
        .unwrap();
    assert_eq!(lines, ["one", "two"]);
}

#[tokio::test]
async fn a_failure_names_argv_status_and_the_end_of_stderr() {
    let error = sh("for i in $(seq 100); do echo \"line $i\" >&2; done; exit 3").output().await.unwrap_err();
    assert!(error.stderr.starts_with("line 61\n"));
    let text = sh("echo 'it broke' >&2; exit 3").output().await.unwrap_err();
    insta::assert_snapshot!(text, @r#"
    command failed (exit status: 3): sh -c "echo 'it broke' >&2; exit 3"
      the end of its stderr:
        it broke
    "#);
}

#[tokio::test]
async fn a_silent_failure_and_a_signal_are_told() {
    let error = sh("kill -KILL $$").output().await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    command failed (signal: 9 (SIGKILL)): sh -c 'kill -KILL $$'
      it printed nothing on stderr
    ");
}

#[tokio::test]
async fn a_missing_program_has_its_own_error() {
    let error = Command::new("netlib-no-such-program").output().await.unwrap_err();
    assert!(matches!(error.end, End::NotFound));
    insta::assert_snapshot!(error, @r"
    the program `netlib-no-such-program` was not found
      help: install it, or correct PATH
    ");
}

#[tokio::test]
async fn a_program_that_may_not_be_run_is_an_error_of_the_system() {
    let error = Command::new("/etc/passwd").output().await.unwrap_err();
    insta::assert_snapshot!(error, @"could not run /etc/passwd: Permission denied (os error 13)");
}

#[tokio::test]
async fn an_argument_without_end_is_not_shown_to_its_end() {
    let error = Command::new("true").arg("a".repeat(200_000)).output().await.unwrap_err().to_string();
    assert!(error.starts_with("could not run true aaa") && error.len() < 3000, "{} bytes", error.len());
    assert!(error.contains("a…: Argument list too long"), "{error}");
}

#[tokio::test]
async fn the_time_limit_ends_the_child_and_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    let script = format!("sleep 300 & echo $! > {}; echo waiting >&2; wait", pid.display());
    let error = sh(&script).timeout(Duration::from_millis(4500)).output().await.unwrap_err();
    assert!(matches!(error.end, End::TimedOut(_)));
    assert_eq!(error.stderr, "waiting");
    assert!(error.to_string().contains("time limit of 4.5 s"));
    assert!(gone(&written(&pid).await).await);
}

#[tokio::test]
async fn cancelling_ends_even_a_child_that_does_not_listen() {
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    let script = format!("trap '' TERM; echo $$ > {}; while :; do sleep 0.1; done", pid.display());
    let token = CancellationToken::new();
    let run = tokio::spawn(sh(&script).cancel_on(&token).output());
    let child = written(&pid).await;
    token.cancel();
    let error = run.await.unwrap().unwrap_err();
    assert!(matches!(error.end, End::Cancelled));
    assert!(gone(&child).await);
}

#[tokio::test]
async fn dropping_the_future_ends_the_child_and_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    let script = format!("sleep 300 & echo $! > {}; wait", pid.display());
    let run = tokio::spawn(sh(&script).output());
    let child = written(&pid).await;
    run.abort();
    assert!(gone(&child).await);
}

#[tokio::test]
async fn something_left_behind_does_not_hold_up_the_result() {
    let start = Instant::now();
    let output = sh("sleep 60 & echo done").output().await.unwrap();
    assert_eq!(output.stdout, b"done\n");
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn the_tail_is_bounded_by_lines_and_bytes() {
    let mut tail = Tail::default();
    for number in 0..1000 {
        tail.push(&format!("{number}"));
    }
    assert_eq!(tail.text().lines().count(), 40);
    tail.push(&"ä".repeat(100_000));
    assert!(tail.text().len() <= 8 * 1024);
    assert!(tail.text().starts_with('ä'));
}
