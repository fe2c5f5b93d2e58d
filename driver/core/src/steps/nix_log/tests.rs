use std::os::unix::process::ExitStatusExt;

use proptest::prelude::*;

use super::*;
use crate::fuzz;

/// Reads a recorded log; returns what was shown.
fn read(text: &str) -> (NixLog, Vec<String>) {
    let mut log = NixLog::default();
    let shown = text.lines().filter_map(|line| log.read(line)).collect();
    (log, shown)
}

/// What people read of it when Nix ends with an error.
fn failure(log: &NixLog) -> String {
    let argv = ["nix", "build", "/nix/store/x.drv^out"].map(str::to_owned).to_vec();
    let status = std::process::ExitStatus::from_raw(256);
    log.failure("building /nix/store/x.drv", ProcessError::Failed { argv, status, stderr_tail: String::new() })
        .to_string()
}

#[test]
fn nix_2_26_names_the_dependency_that_failed() {
    let (log, shown) = read(include_str!("dependency-fails-2.26.log"));
    assert_eq!(shown, ["building lib", "lib> configuring", "lib> lib.c:3: error: no"]);
    insta::assert_snapshot!(failure(&log), @r"
    building /nix/store/x.drv failed: builder for '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv' failed with exit code 2
        builder for '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv' failed with exit code 2
        1 dependencies of derivation '/nix/store/mssd4lx3x7f1yzlsis5m5mblnk64ibb9-top.drv' failed to build
        lib> configuring
        lib> lib.c:3: error: no
      command: nix build /nix/store/x.drv'^out' (exit status: 1)
      the whole log: nix log, with the derivation that failed
    ");
}

#[test]
fn nix_2_34_says_it_in_other_words() {
    let (log, shown) = read(include_str!("dependency-fails-2.34.log"));
    assert_eq!(shown, ["building lib", "lib> configuring", "lib> lib.c:3: error: no"]);
    insta::assert_snapshot!(failure(&log), @r"
    building /nix/store/x.drv failed: Cannot build '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'.
        Cannot build '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'.
        Reason: builder failed with exit code 2.
        Output paths:
          /nix/store/9r3bqhk2c4l0hb857jrpd02and6v9mlv-lib
        Cannot build '/nix/store/mssd4lx3x7f1yzlsis5m5mblnk64ibb9-top.drv'.
        Reason: 1 dependency failed.
        Output paths:
          /nix/store/mnfg1nrmbj9h4r07b8qb6dpc5jp2igig-top
        lib> configuring
        lib> lib.c:3: error: no
      command: nix build /nix/store/x.drv'^out' (exit status: 1)
      the whole log: nix log, with the derivation that failed
    ");
}

#[test]
fn nix_that_failed_without_a_word() {
    insta::assert_snapshot!(failure(&NixLog::default()), @r"
    building /nix/store/x.drv failed
        (nothing)
      command: nix build /nix/store/x.drv'^out' (exit status: 1)
    ");
    let missing = NixLog::default().failure("building", ProcessError::not_found("nix"));
    assert!(matches!(missing, StepFailure::Process(_)), "{missing}");
}

#[test]
fn a_system_that_this_machine_cannot_build() {
    let old = "a 'sparc-linux' with features {} is required to build '/nix/store/x.drv', but I am a 'x86_64-linux' with features {}";
    let new = "Cannot build '/nix/store/x.drv'.\nReason: platform mismatch\nRequired system: 'sparc-linux'";
    for said in [old, new] {
        let line = serde_json::json!({ "action": "msg", "level": 0, "msg": said });
        let shown = failure(&read(&format!("@nix {line}")).0);
        assert!(shown.contains("what to do: this machine cannot build for that system"), "{shown}");
    }
}

#[test]
fn copies_are_counted_and_their_progress_shown_sparsely() {
    let (log, shown) = read(include_str!("copy-2.26.log"));
    assert_eq!(log.copied_paths(), 3);
    // Nix says nothing more after the last one; the step's own result does.
    assert_eq!(shown, ["copied 1 of 3 paths", "copied 2 of 3 paths"]);
    assert_eq!(log.complaint(), "");
}

#[test]
fn a_long_copy_is_told_in_tenths() {
    let mut log = NixLog::default();
    let start = r#"@nix {"action":"start","id":7,"level":0,"parent":0,"text":"","type":103}"#;
    assert_eq!(log.read(start), None);
    let lines =
        (0..=1000).map(|done| format!(r#"@nix {{"action":"result","fields":[{done},1000,1,0],"id":7,"type":105}}"#));
    let shown: Vec<String> = lines.filter_map(|line| log.read(&line)).collect();
    assert_eq!(shown.len(), 10, "{shown:?}");
    assert_eq!(shown[0], "copied 100 of 1000 paths");
}

#[test]
fn what_is_no_record_is_kept_too() {
    let line = r#"@nix {"action":"msg","level":0,"msg":"error: x","raw_msg":"cannot build missing derivation '/nix/store/a-x.drv'"}"#;
    let (log, shown) =
        read(&format!("{line}\nssh: connect to host alpha port 22: Connection refused\n@nix not json\n"));
    assert_eq!(shown, ["ssh: connect to host alpha port 22: Connection refused"]);
    assert_eq!(
        log.complaint(),
        "cannot build missing derivation '/nix/store/a-x.drv'\nssh: connect to host alpha port 22: Connection refused"
    );
}

/// A record of the log with odd fields.
fn record() -> impl Strategy<Value = String> {
    let text = fuzz::bytes().prop_map(|bytes| crate::text::unchanged(&bytes));
    let action = prop::sample::select(vec!["start", "stop", "result", "msg", "odd"]);
    let kind = prop::sample::select(vec![100_u64, 101, 103, 105, 107, u64::MAX]);
    let number = prop_oneof![0..4_u64, Just(u64::MAX)];
    (action, kind, number.clone(), number.clone(), number, text).prop_map(|(action, kind, id, one, two, text)| {
        let fields = match one {
            0 => serde_json::json!([text, two]),
            1 => serde_json::json!([one, two, 0, 0]),
            2 => serde_json::json!([]),
            _ => serde_json::json!([one, text]),
        };
        let record = serde_json::json!({
            "action": action, "type": kind, "id": id, "level": two, "fields": fields, "raw_msg": text,
        });
        format!("@nix {record}")
    })
}

proptest! {
    #![proptest_config(fuzz::config())]

    #[test]
    fn fuzz_whatever_a_host_has_nix_say_is_read(
        records in prop::collection::vec(record(), 0..12),
        rubbish in fuzz::bytes(),
    ) {
        let mut log = NixLog::default();
        for line in &records {
            if let Some(shown) = log.read(line) {
                prop_assert!(crate::text::is_clean(&shown), "{shown:?}");
            }
        }
        log.read(&crate::text::unchanged(&rubbish));
        log.read(&format!("@nix {}", crate::text::unchanged(&rubbish)));
        prop_assert!(log.errors.len() <= MOST_ERRORS && log.builds.len() <= MOST);
        let _ = failure(&log);
    }
}

#[test]
fn fuzz_a_flood_of_builds_and_errors_is_held_in_little_memory() {
    let mut log = NixLog::default();
    let long = "x".repeat(60_000);
    for id in 0..2_000 {
        log.read(&format!(r#"@nix {{"action":"start","type":105,"id":{id},"fields":["/nix/store/{id}-a.drv"]}}"#));
        log.read(&format!(r#"@nix {{"action":"msg","level":0,"msg":"{long}"}}"#));
    }
    assert_eq!((log.builds.len(), log.errors.len()), (MOST, MOST_ERRORS));
    fuzz::print_peak("log of Nix");
}
