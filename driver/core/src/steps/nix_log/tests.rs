use std::os::unix::process::ExitStatusExt;

use proptest::prelude::*;

use super::*;
use crate::fuzz;

/// Reads a log; returns what was shown.
fn read(text: &str) -> (NixLog, Vec<String>) {
    let mut log = NixLog::default();
    let shown = text.lines().filter_map(|line| log.read(line)).collect();
    (log, shown)
}

/// What people read of it when Nix ends with an error.
fn failure(log: &NixLog) -> String {
    let argv = ["nix", "build", "/nix/store/x.drv^out"].map(str::to_owned).to_vec();
    let status = std::process::ExitStatus::from_raw(256);
    log.failure("building /nix/store/x.drv", ProcessError { argv, end: End::Status(status), stderr: String::new() })
        .to_string()
}

/// What each version says before the errors.
const BEGINNING: &str = "\
warning: you don't have Internet access; disabling some network-dependent features
these 2 derivations will be built:
  /nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv
  /nix/store/mssd4lx3x7f1yzlsis5m5mblnk64ibb9-top.drv
building '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'...
lib> configuring
lib> lib.c:3: error: no
";

const SHOWN: [&str; 4] = [
    "these 2 derivations will be built:",
    "building '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'...",
    "lib> configuring",
    "lib> lib.c:3: error: no",
];

#[test]
fn nix_2_26_names_the_dependency_that_failed() {
    let said = "\
error: builder for '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv' failed with exit code 2
error: 1 dependencies of derivation '/nix/store/mssd4lx3x7f1yzlsis5m5mblnk64ibb9-top.drv' failed to build
";
    let (log, shown) = read(&format!("{BEGINNING}{said}"));
    assert_eq!(shown, SHOWN);
    insta::assert_snapshot!(failure(&log), @r"
    building /nix/store/x.drv failed: builder for '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv' failed with exit code 2
        these 2 derivations will be built:
        building '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'...
        lib> configuring
        lib> lib.c:3: error: no
        error: builder for '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv' failed with exit code 2
        error: 1 dependencies of derivation '/nix/store/mssd4lx3x7f1yzlsis5m5mblnk64ibb9-top.drv' failed to build
      command: nix build /nix/store/x.drv'^out' (exit status: 1)
      the whole log: nix log, with the derivation that failed
    ");
}

#[test]
fn nix_2_34_says_it_in_other_words() {
    let said = "\
error: Cannot build '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'.
       Reason: builder failed with exit code 2.
       Output paths:
         /nix/store/9r3bqhk2c4l0hb857jrpd02and6v9mlv-lib
error: Cannot build '/nix/store/mssd4lx3x7f1yzlsis5m5mblnk64ibb9-top.drv'.
       Reason: 1 dependency failed.
       Output paths:
         /nix/store/mnfg1nrmbj9h4r07b8qb6dpc5jp2igig-top
";
    let (log, shown) = read(&format!("{BEGINNING}{said}"));
    assert_eq!(shown, SHOWN);
    insta::assert_snapshot!(failure(&log), @r"
    building /nix/store/x.drv failed: Cannot build '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'.
        these 2 derivations will be built:
        building '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'...
        lib> configuring
        lib> lib.c:3: error: no
        error: Cannot build '/nix/store/vwgnyf2avsifxmfcxb940x79h1bdhxbw-lib.drv'.
               Reason: builder failed with exit code 2.
               Output paths:
                 /nix/store/9r3bqhk2c4l0hb857jrpd02and6v9mlv-lib
        error: Cannot build '/nix/store/mssd4lx3x7f1yzlsis5m5mblnk64ibb9-top.drv'.
               Reason: 1 dependency failed.
               Output paths:
                 /nix/store/mnfg1nrmbj9h4r07b8qb6dpc5jp2igig-top
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
    let missing = NixLog::default()
        .failure("building", ProcessError { argv: vec!["nix".to_owned()], end: End::NotFound, stderr: String::new() });
    assert!(matches!(missing, StepFailure::Because(_)), "{missing}");
}

#[test]
fn a_system_that_this_machine_cannot_build() {
    let old = "error: a 'sparc-linux' with features {} is required to build '/nix/store/x.drv', but I am a 'x86_64-linux' with features {}";
    let new = "error: Cannot build '/nix/store/x.drv'.\n       Reason: platform mismatch\n       Required system: 'sparc-linux'";
    for said in [old, new] {
        let shown = failure(&read(said).0);
        assert!(shown.contains("help: this machine cannot build for that system"), "{shown}");
    }
}

#[test]
fn copies_to_a_host_are_counted_and_told_in_tenths() {
    let path = |number| format!("copying path '/nix/store/{number}-x' to 'ssh-ng://alpha'...\n");
    let paths: String = (0..1000).map(path).collect();
    let (log, shown) = read(&format!("copying 1000 paths...\n{paths}"));
    assert_eq!(log.copied_paths, 1000);
    assert_eq!(shown.len(), 11, "{shown:?}");
    assert_eq!(shown[..2], ["copying 1000 paths...", "copying path 100 of 1000"]);
    // What a build fetches is not told one by one.
    assert_eq!(read(&paths).1, Vec::<String>::new());
}

#[test]
fn what_others_say_is_kept_too() {
    let said = "error: cannot open connection\nssh: connect to host alpha port 22: Connection refused";
    let (log, shown) = read(said);
    assert_eq!(shown, ["ssh: connect to host alpha port 22: Connection refused"]);
    assert_eq!(log.complaint(), said);
}

proptest! {
    #![proptest_config(fuzz::config())]

    #[test]
    fn fuzz_whatever_a_host_has_nix_say_is_read(
        heads in prop::collection::vec(prop::sample::select(vec!["error: ", "copying path '", "copying ", "  ", ""]), 0..12),
        rubbish in fuzz::bytes(),
    ) {
        let mut log = NixLog::default();
        for head in heads {
            if let Some(shown) = log.read(&format!("{head}{}", crate::text::unchanged(&rubbish))) {
                prop_assert!(crate::text::is_clean(&shown), "{shown:?}");
            }
        }
        log.read(&format!("copying {} paths...", usize::MAX));
        log.read("copying path '");
        let _ = failure(&log);
    }
}

#[test]
fn fuzz_a_flood_of_errors_is_held_in_little_memory() {
    let mut log = NixLog::default();
    let long = format!("error: {}", "x".repeat(60_000));
    for _ in 0..4_000 {
        log.read(&long);
    }
    assert!(log.error.len() <= LONGEST_ERROR && log.complaint().len() < long.len());
    fuzz::print_peak("log of Nix");
}
