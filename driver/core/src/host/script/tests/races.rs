//! What two who come at the same moment must not do to each other.

use std::fs::{self, File, OpenOptions};
use std::time::Duration;

use super::super::*;
use super::bed::{Bed, Switch, identity};

/// Opens a file that the script locks.
fn lock_file(bed: &Bed, name: &str) -> File {
    fs::create_dir_all(bed.path("run/netlib")).unwrap();
    let path = bed.path("run/netlib").join(name);
    let mut options = OpenOptions::new();
    options.create(true).append(true).open(path).unwrap()
}

/// Waits until a request runs, and then until it stands before the gate.
async fn until_at_the_gate(bed: &Bed, nonce: &str) {
    while !bed.is_asked(nonce) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn many_may_record_the_same_network_at_one_moment() {
    for _ in 0..8 {
        let (bed, home) = (Bed::new(), identity("home"));
        let asked = (0..8).map(|_| identify(&bed, &home));
        for answer in futures::future::join_all(asked).await {
            answer.unwrap();
        }
        assert_eq!(probe(&bed).await.unwrap().network, Some(home.network));
    }
}

#[tokio::test]
async fn of_two_networks_at_one_moment_a_single_one_gets_the_host() {
    for _ in 0..8 {
        let (bed, networks) = (Bed::new(), ["home", "work"].map(identity));
        let asked = networks.iter().map(|one| identify(&bed, one));
        let answers = futures::future::join_all(asked).await;
        let winners: Vec<&Network> = std::iter::zip(&networks, &answers)
            .filter_map(|(one, answer)| answer.is_ok().then_some(&one.network))
            .collect();
        let owner = probe(&bed).await.unwrap().network.unwrap();
        assert_eq!(winners, [&owner]);
    }
}

#[tokio::test]
async fn a_question_that_is_asked_again_before_its_answer_begins_nothing_twice() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::WaitsFor(bed.path("go")));
    let gate = lock_file(&bed, "gate");
    gate.lock().unwrap();
    let activation = bed.activation("1-a", &new);
    let asked = || activate(&bed, &activation);
    let (one, two, ()) = tokio::join!(asked(), asked(), async {
        until_at_the_gate(&bed, "1-a").await;
        gate.unlock().unwrap();
    });
    let Err(HostError::Refused { refusal, .. }) = one.and(two) else {
        panic!("it was begun twice");
    };
    assert_eq!(*refusal, Refusal::Known);
    fs::write(bed.path("go"), "").unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn the_generation_before_is_that_of_the_moment_in_which_the_way_back_begins() {
    let bed = Bed::new();
    let systems = ["one", "two", "three"].map(|name| bed.toplevel(name, Switch::Works));
    for (number, system) in systems.iter().enumerate() {
        bed.deploy(&format!("{number}-a"), system).await;
    }
    let gate = lock_file(&bed, "gate");
    gate.lock().unwrap();
    let mut activation = bed.activation("3-b", "");
    activation.system = System::PreviousGeneration;
    let (begun, ()) = tokio::join!(activate(&bed, &activation), async {
        until_at_the_gate(&bed, "3-b").await;
        let profile = bed.path("nix/var/nix/profiles/system");
        fs::remove_file(&profile).unwrap();
        std::os::unix::fs::symlink("system-2-link", profile).unwrap();
        gate.unlock().unwrap();
    });
    begun.unwrap();
    assert_eq!(bed.end("3-b").await.current.as_ref(), Some(&systems[0]));
}

/// Makes every command of the script's that resolves a link wait, once it says that it is there.
fn hold_links(bed: &Bed, toplevel: &str) {
    let (there, go) = (bed.path("there"), bed.path("go-on"));
    let text = format!(
        ": >{}\nwhile [ ! -e {} ]; do sleep 0.05; done\nexec /usr/bin/readlink \"$@\"",
        there.display(),
        go.display()
    );
    bed.tool(toplevel, "readlink", &text);
}

#[tokio::test]
async fn whoever_begins_keeps_what_was_killed_from_going_back_meanwhile() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Works);
    hold_links(&bed, &old);
    let lock = lock_file(&bed, "lock");
    let activation = bed.activation("1-a", &new);
    let (begun, ()) = tokio::join!(activate(&bed, &activation), async {
        while !bed.path("there").exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(lock.try_lock().is_err(), "anybody may go to work");
        fs::write(bed.path("go-on"), "").unwrap();
    });
    begun.unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn nobody_is_taken_for_the_one_that_was_killed_before() {
    let bed = Bed::new();
    let hangs = bed.toplevel("hangs", Switch::Hangs);
    activate(&bed, &bed.activation("1-a", &hangs)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    bed.kill("1-a");
    assert!(bed.path("run/netlib/host-1-a.sh").exists());
    let new = bed.toplevel("new", Switch::WaitsFor(bed.path("go")));
    activate(&bed, &bed.activation("2-b", &new)).await.unwrap();
    assert!(!bed.path("run/netlib/host-1-a.sh").exists());
    assert!(!bed.look("1-a").await.is_running);
    fs::write(bed.path("go"), "").unwrap();
    assert_eq!(bed.end("2-b").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn what_begins_too_late_for_anybody_to_wait_does_not_begin() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Works);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    bed.change_state("1-a", &[("phase", "prepared"), ("started_uptime", "-100")]);
    fs::remove_file(bed.path("run/current-system")).unwrap();
    std::os::unix::fs::symlink(&old, bed.path("run/current-system")).unwrap();
    let _ = tell(&bed, "work", &["1-a"]).await;
    let status = bed.look("1-a").await;
    assert_eq!(
        (status.phase, status.message.as_str()),
        (Phase::Failed, "it could not begin within 60 seconds; nothing was activated")
    );
    assert_eq!(status.current.as_ref(), Some(&old));
    assert_eq!(bed.roots(), Vec::<String>::new());
}
