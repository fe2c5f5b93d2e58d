//! What the goals other than a switch do and leave alone.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use super::super::*;
use super::bed::{Bed, Switch};
use crate::plan::Goal;

/// A host that runs `old`, with `new` brought to a goal: current system, profile, and the last word.
async fn reached(goal: Goal, switch: Switch) -> (Bed, Status) {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", switch);
    let mut activation = bed.activation("1-a", &new);
    activation.goal = goal;
    activate(&bed, &activation).await.unwrap();
    let status = bed.end("1-a").await;
    (bed, status)
}

/// The names of the running system and of that of the profile.
fn systems(status: &Status) -> [String; 2] {
    [&status.current, &status.profile].map(|system| {
        let path = system.clone().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    })
}

fn log(status: &Status) -> String {
    String::from_utf8_lossy(&status.log).into_owned()
}

#[tokio::test]
async fn boot_sets_the_profile_and_leaves_what_runs() {
    let (_, status) = reached(Goal::Boot, Switch::BootOnly).await;
    assert_eq!(status.phase, Phase::Confirmed, "{}", status.message);
    assert_eq!(systems(&status), ["old", "new"]);
    assert!(log(&status).contains("switch boot new") && !log(&status).contains("switch test"));
}

#[tokio::test]
async fn boot_that_fails_takes_the_profile_back() {
    let (bed, status) = reached(Goal::Boot, Switch::FailsAtBoot).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(systems(&status), ["old", "old"]);
    assert_eq!(inspect(&bed).await.unwrap().generation, Some(1));
}

#[tokio::test]
async fn test_waits_for_confirmation_and_leaves_the_profile() {
    let (bed, status) = reached(Goal::Test, Switch::Works).await;
    assert_eq!(status.phase, Phase::Confirmed);
    assert_eq!(systems(&status), ["new", "old"]);
    assert!(log(&status).contains("can be reached over a new connection"));
    let newer = bed.toplevel("newer", Switch::Works);
    bed.confirm_limit(Duration::from_secs(1));
    let mut activation = bed.activation("2-a", &newer);
    activation.goal = Goal::Test;
    activate(&bed, &activation).await.unwrap();
    let status = bed.end_alone("2-a").await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(systems(&status), ["new", "old"]);
}

#[tokio::test]
async fn dry_activate_changes_nothing() {
    let (bed, status) = reached(Goal::DryActivate, Switch::BootOnly).await;
    assert_eq!(status.phase, Phase::Confirmed);
    assert_eq!(systems(&status), ["old", "old"]);
    assert!(log(&status).contains("switch dry-activate new"));
    assert_eq!(bed.profile_history(), ["old"]);
    let (_, status) = reached(Goal::DryActivate, Switch::Fails(3)).await;
    assert_eq!(status.phase, Phase::Failed);
    assert_eq!(status.message, "switch-to-configuration dry-activate exited with status 3");
}

#[tokio::test]
async fn a_restart_is_needed_for_what_only_a_boot_brings_in() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    let new = bed.toplevel("new", Switch::Works);
    for (part, before, after) in [("kernel", "k1", "k2"), ("initrd", "i1", "i1"), ("systemd", "s1", "s2")] {
        for (system, store) in [(&old, before), (&new, after)] {
            fs::create_dir_all(bed.path(store)).unwrap();
            symlink(bed.path(store), format!("{system}/{part}")).unwrap();
        }
    }
    for system in [&old, &new] {
        fs::write(format!("{system}/kernel-params"), "quiet\n").unwrap();
    }
    // A host that does not say what it booted is left alone.
    assert_eq!(reboot_needed(&bed, &new).await.unwrap().parts, "");
    symlink(&old, bed.path("run/booted-system")).unwrap();
    assert_eq!(reboot_needed(&bed, &new).await.unwrap().parts, "kernel, systemd");
    assert_eq!(reboot_needed(&bed, &old).await.unwrap().parts, "");
    fs::write(format!("{new}/kernel-params"), "loud\n").unwrap();
    assert_eq!(reboot_needed(&bed, &new).await.unwrap().parts, "kernel, kernel-params, systemd");
    // Without the end of the line, as NixOS writes it.
    fs::write(format!("{new}/kernel-params"), "quiet").unwrap();
    assert_eq!(reboot_needed(&bed, &new).await.unwrap().parts, "kernel, systemd");
    // The new system says whether that may be now.
    let window = "nix/store/new/netlib/reboot-window";
    bed.program(window, "#!/bin/sh\nexit 0\n");
    assert_eq!(reboot_needed(&bed, &new).await.unwrap().closed, "");
    bed.program(window, "#!/bin/sh\necho the window opens at night\nexit 3\n");
    let due = Due { parts: "kernel, systemd".to_owned(), closed: " (the window opens at night)".to_owned() };
    assert_eq!(reboot_needed(&bed, &new).await.unwrap(), due);
    let status = bed.deploy("1-a", &new).await;
    assert_eq!((status.phase, &status.due), (Phase::Confirmed, &due));
    assert_eq!(status.reached(Goal::Switch), Goal::Switch);
}

/// As nixpkgs writes it, and all in one line.
fn inhibit(system: &str, names: &[(&str, &str)], is_short: bool) {
    let (space, end) = if is_short { ("", "") } else { ("  ", "\n") };
    let lines: Vec<String> = names.iter().map(|(name, text)| format!("{space}\"{name}\":{space}\"{text}\"")).collect();
    fs::write(format!("{system}/switch-inhibitors"), format!("{{{end}{}{end}}}{end}", lines.join(&format!(",{end}"))))
        .unwrap();
}

#[tokio::test]
async fn what_nixos_does_not_switch_becomes_the_system_that_boots() {
    for is_short in [false, true] {
        let (bed, status) = reached(Goal::Switch, Switch::Works).await;
        let new = status.current.unwrap();
        let next = bed.toplevel("next", Switch::BootOnly);
        // One that either system lacks says nothing.
        inhibit(&new, &[("a", "1"), ("dbus-implementation", "dbus"), ("gone", "1"), ("z.z", "x y")], is_short);
        inhibit(&next, &[("a", "1"), ("dbus-implementation", "broker"), ("new", "1"), ("z.z", "x  z")], is_short);
        let due = "dbus-implementation dbus -> broker, z.z x y -> x  z";
        assert_eq!(reboot_needed(&bed, &next).await.unwrap().parts, due);
        let status = bed.deploy("2-b", &next).await;
        assert_eq!((status.phase, status.due.parts.as_str()), (Phase::Confirmed, due), "{}", status.message);
        assert_eq!((systems(&status), status.reached(Goal::Switch)), (["new".into(), "next".into()], Goal::Boot));
        // What switch-to-configuration leaves with status 100.
        fs::write(format!("{new}/init-interface-version"), "systemd 2").unwrap();
        fs::write(format!("{next}/init-interface-version"), "systemd 3").unwrap();
        let all = format!("{due}, init systemd 2 -> systemd 3");
        assert_eq!(reboot_needed(&bed, &next).await.unwrap().parts, all);
        fs::remove_file(format!("{new}/init-interface-version")).unwrap();
        // Back across it the same way, as long as it did not boot.
        let mut back = bed.activation("3-c", "");
        back.system = System::Before("2-b".to_owned());
        activate(&bed, &back).await.unwrap();
        let status = bed.end("3-c").await;
        assert_eq!((status.phase, systems(&status)), (Phase::Confirmed, ["new".into(), "new".into()]));
        assert_eq!(status.reached(Goal::Switch), Goal::Switch);
        let mut test = bed.activation("4-d", &next);
        test.goal = Goal::Test;
        let error = activate(&bed, &test).await.unwrap_err().to_string();
        assert!(
            error.contains(&format!("without a restart ({due})")) && error.contains("nothing was changed"),
            "{error}"
        );
    }
}

/// A system of an older netlib is judged by what the running one knows, and by nothing where both are older.
#[tokio::test]
async fn a_system_of_an_older_netlib_is_judged_by_what_runs() {
    let (bed, status) = reached(Goal::Switch, Switch::Works).await;
    let (new, older) = (status.current.unwrap(), bed.toplevel("older", Switch::BootOnly));
    inhibit(&new, &[("dbus", "a")], false);
    inhibit(&older, &[("dbus", "b")], false);
    fs::remove_file(format!("{older}/netlib/judge-switch")).unwrap();
    assert_eq!(reboot_needed(&bed, &older).await.unwrap().parts, "dbus a -> b");
    assert_eq!(systems(&bed.deploy("2-b", &older).await), ["new", "older"]);
    fs::remove_file(format!("{new}/netlib/judge-switch")).unwrap();
    assert_eq!(reboot_needed(&bed, &older).await.unwrap(), Due::default());
    bed.change(&older, Switch::Works);
    fs::remove_file(format!("{older}/netlib/judge-switch")).unwrap();
    assert_eq!(systems(&bed.deploy("3-c", &older).await), ["older", "older"]);
}

#[tokio::test]
async fn what_is_no_list_of_inhibitors_keeps_nobody_from_switching() {
    let (bed, status) = reached(Goal::Switch, Switch::Works).await;
    let (new, next) = (status.current.unwrap(), bed.toplevel("next", Switch::Works));
    for (was, is) in
        [("", "{}"), ("[ broken", "\u{1b}\"a\":\"b\""), ("{\"a\":1}", "{\"a\":2}"), ("{\"a\":\"b\"}", "{\n}")]
    {
        fs::write(format!("{new}/switch-inhibitors"), was).unwrap();
        fs::write(format!("{next}/switch-inhibitors"), is).unwrap();
        assert_eq!(reboot_needed(&bed, &next).await.unwrap().parts, "", "{was} {is}");
    }
    assert_eq!(systems(&bed.deploy("2-b", &next).await), ["next", "next"]);
}

#[tokio::test]
async fn a_host_is_restarted_only_into_the_system_that_was_deployed_and_when_nobody_is_at_work() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    let (called, go) = (bed.path("rebooted"), bed.path("go"));
    let fake = format!("[ \"$1\" != reboot ] || : >{}", called.display());
    bed.tool(&old, "systemctl", &fake);
    let error = reboot(&bed, &new).await.unwrap_err();
    assert!(error.to_string().contains("a restart would boot another system"), "{error}");
    let slow = bed.toplevel("slow", Switch::WaitsFor(go.clone()));
    activate(&bed, &bed.activation("1-a", &slow)).await.unwrap();
    let error = reboot(&bed, &old).await.unwrap_err();
    assert!(matches!(error, HostError::Refused { refusal, .. } if matches!(*refusal, Refusal::Busy { .. })));
    assert!(!called.exists());
    bed.tool(&slow, "systemctl", &fake);
    std::fs::write(go, "").unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
    let boot = reboot(&bed, &slow).await.unwrap();
    assert_eq!(Some(boot), probe(&bed).await.unwrap().boot_id);
    while !called.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_rehearsal_that_is_killed_has_nothing_to_go_back_from() {
    let bed = Bed::new();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    let new = bed.toplevel("new", Switch::Hangs);
    let mut activation = bed.activation("1-a", &new);
    activation.goal = Goal::DryActivate;
    activate(&bed, &activation).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    bed.kill_run("1-a");
    let status = bed.end_alone("1-a").await;
    assert_eq!(status.phase, Phase::Failed);
    assert_eq!(status.message, "the activation was killed while activating");
    assert_eq!(systems(&status), ["old", "old"]);
    assert!(!log(&status).contains("switch test"), "{}", log(&status));
}

#[tokio::test]
async fn a_boot_on_trial_is_refused_where_the_host_or_the_new_system_cannot_do_it() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    let mut activation = bed.activation("1-a", &new);
    (activation.goal, activation.restart_limit) = (Goal::Boot, Some(Duration::from_secs(9)));
    bed.program("nix/store/new/netlib/boot-once", "#!/bin/sh\necho \"no $1\"\nexit 3\n");
    let error = activate(&bed, &activation).await.unwrap_err().to_string();
    assert!(error.contains("cannot be booted only once: no check; nothing was changed"), "{error}");
    fs::remove_file(format!("{new}/netlib/boot-once")).unwrap();
    let error = activate(&bed, &activation).await.unwrap_err().to_string();
    assert!(error.contains("made without `activation.bootOnce`") && error.contains("nothing was changed"), "{error}");
    assert_eq!(bed.profile_history(), ["old"]);
    // A switch that needs no restart is a switch.
    (activation.goal, activation.nonce) = (Goal::Switch, "2-a".to_owned());
    activate(&bed, &activation).await.unwrap();
    assert_eq!(bed.end("2-a").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn a_boot_on_trial_for_which_the_boot_loader_has_no_entry_changes_nothing() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::BootOnly));
    bed.run_system(&old);
    // As the programs of lib/boot-once.nix where the installer made none.
    let program = "#!/bin/sh\n[ \"$1\" = check ] || { echo \"no entry for $1\"; exit 3; }\n";
    bed.program("nix/store/new/netlib/boot-once", program);
    let mut activation = bed.activation("1-a", &new);
    (activation.goal, activation.restart_limit) = (Goal::Boot, Some(Duration::from_secs(9)));
    activate(&bed, &activation).await.unwrap();
    let status = bed.end("1-a").await;
    assert_eq!(status.phase, Phase::RolledBack, "{}", log(&status));
    assert!(status.message.contains("could not be told to boot the new system once"), "{}", status.message);
    assert!(log(&status).contains(&format!("no entry for {new}")), "{}", log(&status));
    assert_eq!(systems(&status), ["old", "old"]);
    assert!(!bed.path("nix/var/nix/profiles/system-profiles/netlib_trial").exists());
    // The same for what NixOS does not switch to: it is tried by a boot, and never only made the default.
    inhibit(&old, &[("dbus-implementation", "dbus")], false);
    inhibit(&new, &[("dbus-implementation", "broker")], false);
    (activation.goal, activation.nonce) = (Goal::Switch, "2-b".to_owned());
    activate(&bed, &activation).await.unwrap();
    let status = bed.end("2-b").await;
    assert!(status.message.contains("could not be told to boot the new system once"), "{}", status.message);
    assert_eq!((status.due.parts.as_str(), status.reached(Goal::Switch)), ("", Goal::Switch));
    assert_eq!(bed.state_value("2-b", "trial"), "dbus-implementation dbus -> broker");
}

#[tokio::test]
async fn a_boot_loader_without_room_is_told_before_anything_is_changed() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    let room = |status| format!("#!/bin/sh\necho \"no room for $1\"\nexit {status}\n");
    bed.program("nix/store/new/netlib/boot-room", &room(3));
    let error = activate(&bed, &bed.activation("1-a", &new)).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("a bed: no room for {new}; nothing was changed\n")), "{error}");
    assert!(!bed.path("var/lib/netlib/deploys/1-a").exists());
    // What the boot loader has already needs no room, and a test nothing of it.
    let mut test = bed.activation("2-b", &new);
    test.goal = Goal::Test;
    activate(&bed, &test).await.unwrap();
    assert_eq!(bed.end("2-b").await.phase, Phase::Confirmed);
    for (part, system) in [("kernel", &old), ("kernel", &new), ("initrd", &old), ("initrd", &new)] {
        fs::write(bed.path(part), "").unwrap();
        symlink(bed.path(part), format!("{system}/{part}")).unwrap();
    }
    assert_eq!(bed.deploy("3-c", &new).await.phase, Phase::Confirmed);
    // One that cannot say so keeps nobody from deploying.
    for (nonce, status) in [("4-d", 1), ("5-e", 127)] {
        let next = bed.toplevel(nonce, Switch::Works);
        bed.program(&format!("nix/store/{nonce}/netlib/boot-room"), &room(status));
        assert_eq!(bed.deploy(nonce, &next).await.phase, Phase::Confirmed);
    }
}

/// As lib/boot-loader.nix makes it.
fn has_entries(system: &str, entries: &str) {
    let text = include_str!("../../../../../../lib/programs/boot-entry.sh");
    fs::write(format!("{system}/netlib/boot-entry"), format!("entries='{entries}'\n{text}")).unwrap();
}

#[tokio::test]
async fn an_installer_that_made_no_entry_is_noticed() {
    let (bed, status) = reached(Goal::Switch, Switch::Works).await;
    let old = status.current.unwrap();
    let entries = bed.path("boot/loader/entries");
    fs::create_dir_all(&entries).unwrap();
    let write = |name: &str, system: &str| {
        fs::write(entries.join(name), format!("title NixOS\noptions init={system}/init quiet\n")).unwrap();
    };
    let place = format!("{}/*.conf {}/none", entries.display(), entries.display());
    let next = bed.toplevel("next", Switch::Works);
    has_entries(&next, &place);
    write("a.conf", &format!("{next}-another"));
    let status = bed.deploy("2-b", &next).await;
    assert_eq!((status.phase, status.current.as_ref()), (Phase::RolledBack, Some(&old)));
    assert!(status.message.ends_with(&format!("has no entry for the new system in {place}")), "{}", status.message);
    write("b.conf", &next);
    assert_eq!(bed.deploy("3-c", &next).await.phase, Phase::Confirmed);
    let other = bed.toplevel("other", Switch::Works);
    // What that says is in the log, and one of an older netlib is asked by that of the system before.
    fs::write(format!("{other}/netlib/boot-entry"), "echo netlib: not checked\n").unwrap();
    let status = bed.deploy("4-d", &other).await;
    assert!(status.phase == Phase::Confirmed && log(&status).contains("netlib: not checked\n"), "{}", log(&status));
    let older = bed.toplevel("older", Switch::Works);
    let status = bed.deploy("5-e", &older).await;
    assert!(status.phase == Phase::Confirmed && log(&status).contains("netlib: not checked\n"), "{}", log(&status));
}

#[tokio::test]
async fn a_generation_that_the_boot_loader_leaves_out_becomes_the_newest_one() {
    let (bed, status) = reached(Goal::Switch, Switch::Works).await;
    let entries = bed.path("entries").display().to_string();
    let profiles = bed.path("nix/var/nix/profiles").display().to_string();
    // As with `configurationLimit = 2`.
    let install = format!(
        "[ \"$1\" != boot ] || for link in $(ls -dv {profiles}/system-*-link | tail -n 2); do \
         echo \"init=$(readlink -f \"$link\")/init\"; done >{entries}\nexit 0\n"
    );
    let next = bed.toplevel("next", Switch::Works);
    let [old, new] = ["old", "new"].map(|name| bed.path(&format!("nix/store/{name}")).display().to_string());
    assert_eq!(status.current.as_ref(), Some(&new));
    for system in [&old, &new, &next] {
        let path = format!("{system}/bin/switch-to-configuration");
        let text = fs::read_to_string(&path).unwrap().replace("exit 0\n", &install);
        fs::write(&path, text).unwrap();
        has_entries(system, &entries);
    }
    let status = bed.deploy("2-b", &next).await;
    assert_eq!(status.phase, Phase::Confirmed, "{}", log(&status));
    let mut back = bed.activation("3-c", "");
    back.system = System::Generation(1);
    activate(&bed, &back).await.unwrap();
    let status = bed.end("3-c").await;
    assert_eq!((status.phase, status.current), (Phase::Confirmed, Some(old)), "{}", status.message);
    assert_eq!(bed.profile_history(), ["old", "new", "next", "old"]);
}
