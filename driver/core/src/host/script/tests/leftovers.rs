//! What crashes and strangers leave, and what is damaged: nothing of it stays, and nothing of it stops a host.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::super::*;
use super::bed::{Bed, Switch};
use super::confirmation::bed_with;

fn mode(bed: &Bed, path: &str) -> u32 {
    let metadata = fs::symlink_metadata(bed.path(path)).unwrap();
    metadata.permissions().mode() & 0o777
}

/// All files below a folder that others may read, write or enter.
fn open_to_others(bed: &Bed, path: &str) -> String {
    let mut find = Command::new("find");
    let found = find.arg(bed.path(path)).args(["-perm", "/077"]).output();
    String::from_utf8(found.unwrap().stdout).unwrap()
}

#[tokio::test]
async fn attack_13_all_of_netlibs_files_on_a_host_are_roots_alone() {
    let bed = Bed::new();
    // As an earlier version made it.
    fs::create_dir_all(bed.path("run/netlib")).unwrap();
    fs::create_dir_all(bed.path("var/lib/netlib")).unwrap();
    assert_eq!(mode(&bed, "run/netlib"), 0o755);
    probe(&bed).await.unwrap();
    assert_eq!([mode(&bed, "run/netlib"), mode(&bed, "var/lib/netlib")], [0o700; 2]);
    let new = bed.toplevel("new", Switch::WaitsFor(bed.path("go")));
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    for folder in ["run/netlib", "var/lib/netlib"] {
        assert_eq!(open_to_others(&bed, folder), "");
    }
    // A system is switched to as it always was.
    bed.tool(&new, "unused", "");
    fs::write(bed.path("go"), "").unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn a_switch_makes_its_files_with_the_usual_mode() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::LeavesFile(bed.path("made")));
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    assert_eq!(mode(&bed, "made"), 0o644);
}

#[tokio::test]
async fn attack_13_a_process_that_holds_the_lock_is_named() {
    let (bed, _, new) = bed_with(Switch::Works);
    probe(&bed).await.unwrap();
    for (file, is_told) in [("lock", "is no deployment"), ("gate", "has not ended for 20 s")] {
        let mut holder =
            Command::new("flock").arg(bed.path(&format!("run/netlib/{file}"))).args(["sleep", "1234"]).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let error = activate(&bed, &bed.activation("1-a", &new)).await;
        let error = error.unwrap_err().to_string();
        let named = format!("process {} flock ", holder.id());
        assert!(error.contains(&named) && error.contains(is_told), "{error}");
        holder.kill().unwrap();
        holder.wait().unwrap();
        // Its child has the open file too.
        let mut end = Command::new("fuser");
        end.arg("-k").arg(bed.path(&format!("run/netlib/{file}")));
        end.output().unwrap();
    }
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn a_folder_that_is_a_link_is_not_used() {
    for folder in ["run/netlib", "var/lib/netlib"] {
        let bed = Bed::new();
        let new = bed.toplevel("new", Switch::Works);
        fs::create_dir_all(bed.path("elsewhere")).unwrap();
        fs::create_dir_all(bed.path(folder).parent().unwrap()).unwrap();
        symlink(bed.path("elsewhere"), bed.path(folder)).unwrap();
        let error = activate(&bed, &bed.activation("1-a", &new)).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("and is: symbolic link of root"), "{error}");
        assert_eq!(fs::read_dir(bed.path("elsewhere")).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn attack_17_what_lies_in_the_folder_of_deployments_and_is_none_changes_nothing() {
    let (bed, _, new) = bed_with(Switch::Works);
    let deploys = bed.path("var/lib/netlib/deploys");
    fs::create_dir_all(deploys.join("lost+found")).unwrap();
    fs::create_dir_all(deploys.join("half")).unwrap();
    fs::create_dir_all(deploys.join("damaged")).unwrap();
    fs::write(deploys.join("a-file"), "x").unwrap();
    let state = "number=x;y\nphase=activating\nstarted_uptime=$(reboot)\ntimeout=a[1]\n\0\x1b\nno line";
    fs::write(deploys.join("damaged/state"), state).unwrap();
    let seen = probe(&bed).await.unwrap();
    assert_eq!(seen.lock, None);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    assert_eq!(probe(&bed).await.unwrap().last.unwrap().nonce, "1-a");
    assert!(deploys.join("lost+found").exists() && !deploys.join("half").exists());
}

#[tokio::test]
async fn attack_24_a_rollback_that_nobody_saw_is_told_whatever_the_clocks_say() {
    let (bed, _, new) = bed_with(Switch::Works);
    // The clock of the first deployer is years ahead: its nonce sorts last.
    assert_eq!(bed.deploy("9-z", &new).await.phase, Phase::Confirmed);
    let other = bed.toplevel("other", Switch::Works);
    bed.confirm_limit(Duration::from_secs(1));
    activate(&bed, &bed.activation("1-a", &other)).await.unwrap();
    let last = loop {
        let last = probe(&bed).await.unwrap().last.unwrap();
        if last.nonce == "1-a" && last.phase.is_final() {
            break last;
        }
        assert_eq!(last.nonce, "1-a");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((last.phase, last.is_unacknowledged), (Phase::RolledBack, true));
    assert_eq!(bed.state_value("1-a", "number"), "2");
}

#[tokio::test]
async fn the_host_itself_writes_down_its_network_and_only_when_it_is_confirmed() {
    let (bed, _, new) = bed_with(Switch::Works);
    let broken = bed.toplevel("broken", Switch::Fails(4));
    assert_eq!(bed.deploy("1-a", &broken).await.phase, Phase::RolledBack);
    assert_eq!(probe(&bed).await.unwrap().network, None);
    assert_eq!(bed.deploy("2-b", &new).await.phase, Phase::Confirmed);
    let home = bed.activation("", "").identity.network;
    assert_eq!(probe(&bed).await.unwrap().network, Some(home.clone()));
    // One that takes the host over and fails does not take it over.
    let mut adopts = bed.activation("3-c", &broken);
    adopts.identity.network.id = "id-work".to_owned();
    adopts.identity.adopts = true;
    activate(&bed, &adopts).await.unwrap();
    assert_eq!(bed.end("3-c").await.phase, Phase::RolledBack);
    assert_eq!(probe(&bed).await.unwrap().network, Some(home));
}

#[tokio::test]
async fn a_log_that_is_lost_keeps_no_host_from_going_back() {
    let (bed, old, new) = bed_with(Switch::Hangs);
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    let log = bed.path("var/lib/netlib/deploys/1-a/log");
    fs::remove_file(&log).unwrap();
    fs::create_dir(&log).unwrap();
    bed.kill_run("1-a");
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.current, Some(old));
    let log = String::from_utf8(status.log).unwrap();
    assert!(log.contains("the activation was killed while activating"), "{log}");
}

#[tokio::test]
async fn attack_21_an_activation_that_is_killed_with_its_recovery_goes_back_by_itself() {
    let (bed, old, new) = bed_with(Switch::Works);
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
    bed.kill_run_and_recovery("1-a");
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!((status.current.as_ref(), status.profile.as_ref()), (Some(&old), Some(&old)));
    assert_eq!(bed.left(), "");
}

#[tokio::test]
async fn attack_21_what_killed_runs_left_goes_with_the_next_one() {
    let (bed, _, new) = bed_with(Switch::Works);
    let hangs = bed.toplevel("hangs", Switch::Hangs);
    keep(&bed, "0-a", ("next", &new)).await.unwrap();
    activate(&bed, &bed.activation("1-a", &hangs)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    bed.kill("1-a");
    for file in ["confirm-1-a", "script.new.99999999", "holder.new"] {
        fs::write(bed.path("run/netlib").join(file), "").unwrap();
    }
    for folder in ["check-1-a/101/kept", "netlib-check.99999999.abc/work"] {
        fs::create_dir_all(bed.path("run/netlib").join(folder)).unwrap();
    }
    assert_ne!(bed.left(), "");
    assert_eq!(bed.deploy("2-b", &new).await.phase, Phase::Confirmed);
    assert_eq!(bed.left(), "");
}

#[tokio::test]
async fn what_a_dead_run_copied_is_kept_no_longer_and_what_a_live_one_did_is() {
    let (bed, _, new) = bed_with(Switch::Works);
    let other = bed.toplevel("other", Switch::Works);
    let root = |nonce: &str| {
        let name = format!("nix/var/nix/gcroots/netlib/{nonce}-next");
        bed.path(&name).symlink_metadata().is_ok()
    };
    for nonce in ["1-a", "2-b"] {
        keep(&bed, nonce, ("next", &other)).await.unwrap();
    }
    keep(&bed, "3-c", ("next", &new)).await.unwrap();
    release(&bed, &["1-a", "../2-b"]).await.unwrap();
    assert_eq!((root("1-a"), root("2-b"), root("3-c")), (false, true, true));
}

#[tokio::test]
async fn what_is_to_be_deployed_is_kept_from_the_first_look_on_unless_it_runs() {
    let (bed, one, new) = bed_with(Switch::Works);
    let root = |nonce: &str| fs::read_link(bed.path(&format!("nix/var/nix/gcroots/netlib/{nonce}-next"))).ok();
    let admit = async |nonce, toplevel: &str| admit(&bed, &Identity::default(), &[nonce, toplevel]).await.unwrap();
    admit("1-a", &new).await;
    admit("2-b", "/nix/store/is-not-here-yet").await;
    admit("3-c", &one).await;
    assert_eq!(root("1-a"), Some(new.into()));
    assert_eq!(root("2-b"), Some("/nix/store/is-not-here-yet".into()));
    assert_eq!(root("3-c"), None);
}

/// Starts a check whose probes never end, and leaves it with whoever started it.
fn endless_check(bed: &Bed) -> std::process::Child {
    let program = bed.probe("endless", "exit 1");
    let mut script = Command::new("sh")
        .args(["-s", "--", "check", "settle", "0", "1000"])
        .arg(format!("{program} 0 0 20 1 1000000 endless"))
        .env("NETLIB_HOST_ROOT", bed.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut script.stdin.take().unwrap(), super::super::health::LOOP.as_bytes()).unwrap();
    while !bed.is_probing() {
        std::thread::sleep(Duration::from_millis(10));
    }
    script
}

/// Waits until no probe is started any more.
fn until_nothing_probes(bed: &Bed) {
    let mut quiet = 0;
    while quiet < 100 {
        quiet = if bed.is_probing() { 0 } else { quiet + 1 };
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn attack_19_probes_end_when_their_reader_is_gone() {
    let bed = Bed::new();
    let mut script = endless_check(&bed);
    drop((script.stdout.take(), script.stderr.take()));
    assert!(!script.wait().unwrap().success());
    until_nothing_probes(&bed);
    assert_eq!(bed.left(), "");
}

#[test]
fn attack_19_probes_end_when_their_loop_is_killed() {
    let bed = Bed::new();
    let mut script = endless_check(&bed);
    script.kill().unwrap();
    script.wait().unwrap();
    until_nothing_probes(&bed);
}

#[tokio::test]
async fn attack_01_checks_work_in_a_folder_that_nobody_else_can_enter() {
    let bed = Bed::new();
    let script = endless_check(&bed);
    let folders: Vec<_> = fs::read_dir(bed.path("run/netlib")).unwrap().collect();
    let [Ok(folder)] = folders.as_slice() else {
        panic!("{folders:?}");
    };
    let name = folder.file_name().into_string().unwrap();
    assert!(name.starts_with("netlib-check."), "{name}");
    assert_eq!(open_to_others(&bed, "run/netlib"), "");
    drop(script);
}

/// Asks the script as a host would whose disk and memory take nothing more.
fn asked_of_a_full_host(bed: &Bed, words: &[&str]) -> String {
    let limited = r#"trap "" XFSZ; ulimit -f 0; exec sh -c "$@""#;
    let mut script = Command::new("sh")
        .args(["-c", limited, "sh", PUT_AND_RUN, "sh", "full"])
        .args(words)
        .env("NETLIB_HOST_ROOT", bed.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut script.stdin.take().unwrap(), SCRIPT.as_bytes()).unwrap();
    String::from_utf8(script.wait_with_output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn attack_22_a_host_that_takes_nothing_more_says_so_and_can_be_looked_at() {
    let (bed, _, new) = bed_with(Switch::Works);
    let probed = asked_of_a_full_host(&bed, &["probe"]);
    assert!(probed.starts_with("netlib-host=1\n"), "{probed}");
    let toplevel = format!("toplevel={new}");
    let words =
        ["activate", "1-a", &toplevel, "goal=switch", "timeout=9", "confirm=9", "healthy=0", "health_deadline=0"];
    let asked = asked_of_a_full_host(&bed, &words);
    assert!(asked.ends_with("\nrefused=because\n"), "{asked}");
    assert_eq!(bed.left(), "");
    assert!(!bed.path("var/lib/netlib/deploys/1-a").exists());
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn attack_22_no_shell_ends_because_a_file_cannot_be_made() {
    for shell in [&["dash"][..], &["bash", "--posix"], &["busybox", "sh"]] {
        let (bed, old, new) = bed_with(Switch::Works);
        activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
        bed.wait_for_phase("1-a", Phase::AwaitingConfirmation).await;
        bed.kill("1-a");
        let record = bed.path("var/lib/netlib/deploys/1-a");
        fs::remove_file(record.join("log")).unwrap();
        for in_the_way in ["log", "seen"] {
            fs::create_dir(record.join(in_the_way)).unwrap();
        }
        let ask = |words: &[&str]| {
            let script = bed.path("the-script");
            fs::write(&script, SCRIPT).unwrap();
            let mut command = Command::new(shell[0]);
            command.args(&shell[1..]).arg(script).args(words);
            command.env("NETLIB_HOST_ROOT", bed.path("")).output()
        };
        // Not every machine has each of them.
        let Ok(output) = ask(&["work", "1-a"]) else {
            continue;
        };
        assert!(output.status.success(), "{shell:?}: {output:?}");
        assert_eq!(bed.look("1-a").await.current.as_ref(), Some(&old));
        let told = ask(&["status", "1-a", "0"]).unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(told.starts_with("number=1\nphase=rolledBack\n"), "{told}");
        assert!(told.contains("\n\nnetlib: "), "{shell:?}: {told}");
    }
}

/// A host whose `systemd-run` starts the unit and fails all the same; `before` runs in between.
fn bed_of_a_liar(before: &str) -> (Bed, String, String) {
    let (bed, old, new) = bed_with(Switch::Works);
    bed.tool(
        &old,
        "systemd-run",
        &format!("while [ \"$1\" != /bin/sh ]; do shift; done\nsetsid \"$@\" >/dev/null 2>&1 &\n{before}\nexit 1"),
    );
    (bed, old, new)
}

#[tokio::test]
async fn a_unit_that_was_queued_although_starting_it_failed_has_its_record_alone() {
    let lock = "until ! flock -n \"$NETLIB_HOST_ROOT/run/netlib/lock\" true; do sleep 0.05; done";
    let (bed, _, new) = bed_of_a_liar(lock);
    activate(&bed, &bed.activation("1-a", &new)).await.unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
    // The other way round: the request has ended it before the unit came to life.
    let (bed, old, new) = bed_of_a_liar("kill -STOP $!; (sleep 2; kill -CONT $!) &");
    let error = activate(&bed, &bed.activation("1-a", &new)).await;
    assert!(error.unwrap_err().to_string().contains("could not start"));
    let status = bed.end_alone("1-a").await;
    assert_eq!((status.phase, status.current), (Phase::Failed, Some(old)));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(bed.look("1-a").await.phase, Phase::Failed);
    assert!(!String::from_utf8_lossy(&bed.look("1-a").await.log).contains("switch test"));
}
