use super::NixLog;

/// Reads a recorded log; returns what was shown.
fn read(text: &str) -> (NixLog, Vec<String>) {
    let mut log = NixLog::default();
    let shown = text.lines().filter_map(|line| log.read(line)).collect();
    (log, shown)
}

#[test]
fn nix_2_26_blames_the_dependency_that_failed() {
    let (log, shown) = read(include_str!("dependency-fails-2.26.log"));
    assert_eq!(
        shown,
        [
            "building lib",
            "lib> configuring",
            "lib> lib.c:3: error: no"
        ]
    );
    let drv = log.failed_derivation().unwrap();
    assert_eq!(drv, "/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv");
    assert_eq!(
        log.build_log(&drv).unwrap(),
        "configuring\nlib.c:3: error: no"
    );
    insta::assert_snapshot!(log.headline(&drv).unwrap(), @"builder for '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv' failed with exit code 2");
}

#[test]
fn nix_2_34_says_it_in_other_words() {
    let (log, shown) = read(include_str!("dependency-fails-2.34.log"));
    assert_eq!(
        shown,
        [
            "building lib",
            "lib> configuring",
            "lib> lib.c:3: error: no"
        ]
    );
    let drv = log.failed_derivation().unwrap();
    assert_eq!(drv, "/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv");
    assert_eq!(
        log.build_log(&drv).unwrap(),
        "configuring\nlib.c:3: error: no"
    );
    insta::assert_snapshot!(log.headline(&drv).unwrap(), @"Cannot build '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'. Reason: builder failed with exit code 2.");
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
    let lines = (0..=1000).map(|done| {
        format!(r#"@nix {{"action":"result","fields":[{done},1000,1,0],"id":7,"type":105}}"#)
    });
    let shown: Vec<String> = lines.filter_map(|line| log.read(&line)).collect();
    assert_eq!(shown.len(), 10, "{shown:?}");
    assert_eq!(shown[0], "copied 100 of 1000 paths");
}

#[test]
fn a_failure_without_a_builder_blames_no_derivation() {
    let line = r#"@nix {"action":"msg","level":0,"msg":"error: x","raw_msg":"cannot build missing derivation '/nix/store/a-x.drv'"}"#;
    let (log, shown) = read(&format!(
        "{line}\nssh: connect to host alpha port 22: Connection refused\n@nix not json\n"
    ));
    assert_eq!(
        shown,
        ["ssh: connect to host alpha port 22: Connection refused"]
    );
    assert_eq!(log.failed_derivation(), None);
    assert_eq!(
        log.complaint(),
        "cannot build missing derivation '/nix/store/a-x.drv'\nssh: connect to host alpha port 22: Connection refused"
    );
}
