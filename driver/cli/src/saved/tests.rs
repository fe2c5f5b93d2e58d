//! Tests of saved plans.

use insta::assert_snapshot;
use serde_json::json;

use super::*;

fn saved() -> SavedPlan {
    SavedPlan::new(json!({
        "flake": ".#default",
        "fingerprint": "f1",
        "selection": ["alpha"],
        "systems": { "alpha": "/nix/store/1-a" },
        "programs": {},
        "plan": { "version": 1, "nodes": { "alpha": {} }, "steps": { "build:alpha": { "after": [] } } },
    }))
}

#[test]
fn a_plan_that_was_saved_is_read_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    saved().write(&path).unwrap();
    let read = SavedPlan::read(&path).unwrap();
    assert_eq!(read, saved());
    assert_eq!(read.selection(), ["alpha"]);
}

#[test]
fn finding_a_plan_that_somebody_else_wrote_says_nothing_to_a_terminal() {
    let theirs = "\n  systems.alpha: saved \u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J/nix/store/1-a; now /nix/store/2-a";
    assert_snapshot!(refused(Path::new("plan.json"), theirs), @r"
    plan.json is not what would be deployed now; nothing was changed:
      systems.alpha: saved /nix/store/1-a; now /nix/store/2-a
    help: review the present plan and save it: netlib plan --out plan.json
    ");
}

#[test]
fn other_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let error = |text: &str| {
        std::fs::write(&path, text).unwrap();
        SavedPlan::read(&path).unwrap_err().replace(&path.display().to_string(), "plan.json")
    };
    assert_snapshot!(error("{}"), @"plan.json is not a saved plan: netlib plan --out did not write it");
    assert_snapshot!(error(r#"{"savedPlan": 7}"#), @r"
    plan.json is a saved plan of version 7, and this netlib reads version 3.
    help: save it again with this netlib: netlib plan --out plan.json
    ");
    assert!(error("no").contains("is not a saved plan"));
    assert!(SavedPlan::read(Path::new("/nowhere")).is_err());
}
