//! Units that fail: what this deployment made fail counts, and nothing else does.

use std::fs;

use super::super::*;
use super::bed::{Bed, Switch};

/// A host that runs `old`: its `systemctl` prints the file `units`.
fn bed_with_systemd(failed: &str) -> (Bed, String) {
    let bed = Bed::new();
    let tool = |name: &str, body: &str| bed.program(&format!("nix/var/nix/profiles/default/bin/{name}"), body);
    tool("systemctl", &format!("#!/bin/sh\ncat {}\n", bed.path("units").display()));
    tool("journalctl", "#!/bin/sh\nprintf 'Nov 29 alpha fails[7]: the \\033[31mreason\\033[0m of %s\\n' \"$*\"\n");
    fs::write(bed.path("units"), failed).unwrap();
    let old = bed.toplevel("old", Switch::Works);
    bed.run_system(&old);
    (bed, old)
}

fn unit(bed: &Bed, toplevel: &str, name: &str, text: &str) {
    let path = bed.path(&format!("nix/store/{}/etc/systemd/system/{name}", toplevel.rsplit('/').next().unwrap()));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const DEP: &str = "dep.service loaded failed failed Something with warning: words\n";

#[tokio::test]
async fn what_failed_before_and_is_the_same_does_not_count() {
    let (bed, old) = bed_with_systemd(DEP);
    let new = bed.toplevel("new", Switch::Units("warning: the following units failed: dep.service"));
    unit(&bed, &old, "dep.service", "[Service]");
    unit(&bed, &new, "dep.service", "[Service]");
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::Confirmed, "{}", status.message);
    // With what the unit wrote last, without control characters.
    let words =
        "units that failed before or may fail: dep.service (the last words: Nov 29 alpha fails[7]: the [31mreason";
    assert!(status.message.starts_with(words) && status.message.contains("_SYSTEMD_UNIT=dep.service"), "{status:?}");
    assert_eq!(bed.left(), "");
}

#[tokio::test]
async fn what_failed_before_and_was_changed_counts_and_so_does_what_else_went_wrong() {
    for (text, said) in [
        ("[Service]\nx", "warning: the following units failed: dep.service"),
        ("[Service]", "Failed to run activate script\nwarning: the following units failed: dep.service"),
        ("[Service]", "Failed to reload other.service: no\nwarning: the following units failed: dep.service"),
        ("[Service]", "warning: the following units failed: dep.service, new@1.service"),
        ("[Service]", "warning: user activation for ann failed\nwarning: the following units failed: dep.service"),
        ("[Service]", "Failed to mount\t/dev/sdb1"),
        ("[Service]", "nothing that anybody knows"),
        // Others may say the same words.
        ("[Service]", "Could not acquire lock on /var/lib/db"),
    ] {
        let (bed, old) = bed_with_systemd(DEP);
        let new = bed.toplevel("new", Switch::Units(said));
        unit(&bed, &old, "dep.service", "[Service]");
        unit(&bed, &new, "dep.service", text);
        let status = bed.deploy("1-a", &new).await;
        assert_eq!(status.phase, Phase::RolledBack, "{said}: {}", status.message);
        assert_eq!(status.current.as_ref(), Some(&old), "{said}");
    }
}

/// As for somebody whose last connection has just ended.
#[tokio::test]
async fn a_user_without_a_service_manager_does_not_count_and_another_does() {
    for (active, phase) in [(3, Phase::Confirmed), (0, Phase::RolledBack)] {
        let (bed, _) = bed_with_systemd("");
        let body = format!("#!/bin/sh\ncase $1 in is-active) exit {active} ;; esac\n");
        bed.program("nix/var/nix/profiles/default/bin/systemctl", &body);
        let new = bed.toplevel("new", Switch::Units("warning: user activation for root failed"));
        let status = bed.deploy("1-a", &new).await;
        assert_eq!(status.phase, phase, "{}", status.message);
        assert!(status.message.contains(if active == 0 { "user activation" } else { "may fail: user@0.service" }));
    }
}

#[tokio::test]
async fn the_template_and_the_additions_of_an_instance_are_part_of_it() {
    for (file, phase) in [("dep@.service", Phase::RolledBack), ("dep@one.service.d/more.conf", Phase::RolledBack)] {
        let (bed, old) = bed_with_systemd("dep@one.service loaded failed failed\n");
        let new = bed.toplevel("new", Switch::Units("warning: the following units failed: dep@one.service"));
        unit(&bed, &old, file, "[Service]");
        unit(&bed, &new, file, "[Service]\nx");
        assert_eq!(bed.deploy("1-a", &new).await.phase, phase, "{file}");
    }
}

#[tokio::test]
async fn what_may_fail_and_what_is_of_nobodys_system_does_not_count() {
    let (bed, _) = bed_with_systemd("");
    let said = r"warning: the following units failed: backup-a\x2db.service, run-u7.service";
    let new = bed.toplevel("new", Switch::Units(said));
    let files = [
        ("nix/store/new/etc/netlib/may-fail", "nothing.service\nbackup-*.service\n"),
        ("run/systemd/transient/run-u7.service", ""),
    ];
    for (path, text) in files {
        fs::create_dir_all(bed.path(path).parent().unwrap()).unwrap();
        fs::write(bed.path(path), text).unwrap();
    }
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::Confirmed, "{}", status.message);
    let words = r"units that failed before or may fail: backup-a\x2db.service run-u7.service (the last words: ";
    assert!(status.message.starts_with(words), "{}", status.message);
}

#[tokio::test]
async fn a_unit_that_fails_newly_is_named_with_the_end_of_its_log() {
    let (bed, _) = bed_with_systemd("");
    let new = bed.toplevel(
        "new",
        Switch::Units("Failed to start broken.service\nwarning: the following units failed: broken.service"),
    );
    let status = bed.deploy("1-a", &new).await;
    assert_eq!(status.phase, Phase::RolledBack);
    assert_eq!(status.message, "switch-to-configuration test exited with status 4: broken.service");
    let log = String::from_utf8(status.log).unwrap();
    let end = log.split_once("The log of what failed:\n").unwrap().1;
    assert!(end.starts_with("Nov 29 alpha fails[7]: the [31mreason[0m of --quiet"), "{log}");
    assert!(end.contains("-u broken.service\nnetlib: rolled back"), "{log}");
    // Not what it said in the deployment before.
    assert!(end.contains(" --since=@1"), "{log}");
}

/// The rollback is forced, and what failed before the deployment may fail on it, changed or not.
#[tokio::test]
async fn the_way_back_is_well_when_nothing_fails_that_did_not_before() {
    for (said, phase) in [("dep.service", Phase::RolledBack), ("dep.service, other.service", Phase::RollbackFailed)] {
        let (bed, old) = bed_with_systemd(DEP);
        let said = format!("warning: the following units failed: {said}").leak();
        bed.change(&old, Switch::Units(said));
        unit(&bed, &old, "dep.service", "other than in the new one");
        let new = bed.toplevel("new", Switch::Fails(1));
        let status = bed.deploy("1-a", &new).await;
        assert_eq!((status.phase, status.current.as_ref()), (phase, Some(&old)), "{}", status.message);
        let log = String::from_utf8(status.log).unwrap();
        assert!(log.contains("switch test old\nforced\n"), "{log}");
    }
}

#[tokio::test]
async fn hundreds_of_units_are_judged_and_five_are_named() {
    let name = |number| format!("unit-{number}.service");
    let lines: String = (0..500).map(|number| format!("{} loaded failed failed\n", name(number))).collect();
    for (names, phase, message) in [
        (
            0..500,
            Phase::Confirmed,
            "units that failed before or may fail: unit-0.service unit-1.service unit-2.service unit-3.service unit-4.service and 495 more",
        ),
        (
            300..800,
            Phase::RolledBack,
            "switch-to-configuration test exited with status 4: unit-500.service unit-501.service unit-502.service unit-503.service unit-504.service and 295 more",
        ),
    ] {
        let (bed, _) = bed_with_systemd(&lines);
        let names: Vec<String> = names.map(name).collect();
        let said = format!("warning: the following units failed: {}", names.join(", ")).leak();
        let new = bed.toplevel("new", Switch::Units(said));
        let status = bed.deploy("1-a", &new).await;
        let named = status.message.split(" (the last words: ").next();
        assert_eq!((status.phase, named), (phase, Some(message)));
    }
}
