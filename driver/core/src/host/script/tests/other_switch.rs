//! A switch that is none of netlib's is under way: it is waited for, named, and nobody's work is undone.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::super::*;
use super::bed::{Bed, Switch};
use crate::plan::Goal;

/// Holds a lock, as long as it is there: NixOS' own, or another one.
struct Other(Child);

impl Other {
    fn on(bed: &Bed) -> Self {
        fs::create_dir_all(bed.path("run/nixos")).unwrap();
        Self::holding(bed, "run/nixos/switch-to-configuration.lock")
    }

    fn holding(bed: &Bed, lock: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec 9>>\"$0\" && flock 9 && echo && exec sleep 600"]);
        shell.arg(bed.path(lock)).stdout(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut [0]).unwrap();
        Self(child)
    }

    fn end(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

async fn bed_where_it_waits(when: &'static str) -> (Bed, String, String, Other) {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Locks(when));
    let other = Other::on(&bed);
    (bed, old, new, other)
}

async fn wait_for_waiting(bed: &Bed) {
    for _ in 0..1000 {
        let status = bed.look("1-a").await;
        if String::from_utf8_lossy(&status.log).contains("another switch is under way: ") {
            return;
        }
        if status.phase == Phase::AwaitingConfirmation && status.is_running {
            let _ = confirm(bed, "1-a", 0).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not wait");
}

#[tokio::test]
async fn it_is_waited_for_and_named() {
    for when in ["test", "boot"] {
        let (bed, _, new, other) = bed_where_it_waits(when).await;
        activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
        wait_for_waiting(&bed).await;
        let process = format!("(process {} sleep 600", other.0.id());
        let log = String::from_utf8(bed.look("1-a").await.log).unwrap();
        assert!(log.contains(&process), "{log}");
        other.end();
        let status = bed.end("1-a").await;
        assert_eq!((status.phase, status.profile.as_ref()), (Phase::Confirmed, Some(&new)), "{}", status.message);
        assert_eq!(bed.left(), "");
    }
}

#[tokio::test]
async fn one_that_does_not_end_is_said_and_nothing_is_activated_or_taken_back() {
    for (goal, when) in [(Goal::Switch, "test"), (Goal::Boot, "boot"), (Goal::Test, "test")] {
        let (bed, old, new, other) = bed_where_it_waits(when).await;
        bed.limit(Duration::from_secs(2));
        let activation = Activation { goal, ..bed.activation("1-a", &new) };
        activate(&bed, &activation).await.unwrap();
        let status = bed.end("1-a").await;
        assert_eq!(status.phase, Phase::Failed, "{goal}: {}", status.message);
        assert!(status.message.contains("another switch is under way: "), "{}", status.message);
        assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&old)), "{goal}");
        let log = String::from_utf8(status.log).unwrap();
        assert!(!log.contains("rolling back") && !log.contains("switch boot old"), "{log}");
        other.end();
    }
}

#[tokio::test]
async fn what_it_brings_is_not_undone() {
    let (bed, old, new, other) = bed_where_it_waits("test").await;
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    wait_for_waiting(&bed).await;
    let theirs = bed.toplevel("theirs", Switch::Works);
    fs::remove_file(bed.path("run/current-system")).unwrap();
    std::os::unix::fs::symlink(&theirs, bed.path("run/current-system")).unwrap();
    other.end();
    let status = bed.end("1-a").await;
    assert_eq!((status.phase, status.current.as_ref()), (Phase::Failed, Some(&theirs)));
    assert!(status.message.ends_with(", which changed the system"), "{}", status.message);
    assert_eq!(status.profile.as_ref(), Some(&old));
}

#[tokio::test]
async fn killed_while_it_waits_nothing_is_taken_back() {
    let (bed, old, new, other) = bed_where_it_waits("test").await;
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    wait_for_waiting(&bed).await;
    bed.change_state("1-a", &[("started_uptime", "0")]);
    bed.kill_run("1-a");
    let status = bed.end("1-a").await;
    assert_eq!((status.phase, status.current.as_ref()), (Phase::Failed, Some(&old)), "{}", status.message);
    assert!(status.message.contains("nothing was activated"), "{}", status.message);
    other.end();
}

#[tokio::test]
async fn the_way_back_waits_for_it_too() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Locks("test"));
    bed.run_system(&old);
    let other = Other::on(&bed);
    let new = bed.toplevel("new", Switch::Fails(1));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    wait_for_waiting(&bed).await;
    other.end();
    let status = bed.end("1-a").await;
    assert_eq!((status.phase, status.current.as_ref()), (Phase::RolledBack, Some(&old)), "{}", status.message);
}

#[tokio::test]
async fn a_profile_that_somebody_else_holds_is_told_by_who_does() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    bed.limit(Duration::from_secs(2));
    let other = Other::holding(&bed, "nix/var/nix/profiles/system.lock");
    let status = bed.deploy("1-a", &new).await;
    let words = format!("the system profile could not be set: process {} sleep 600", other.0.id());
    assert!(status.message.starts_with(&words) && status.message.contains(" holds its lock"), "{}", status.message);
    assert_eq!(
        (status.phase, status.current, bed.profile_history()),
        (Phase::RolledBack, Some(old), vec!["old".into()])
    );
    other.end();
}
