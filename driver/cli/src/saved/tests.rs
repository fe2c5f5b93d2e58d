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
fn a_plan_that_was_saved_is_the_same_when_nothing_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    saved().write(&path).unwrap();
    let read = SavedPlan::read(&path).unwrap();
    assert_eq!(read, saved());
    assert_eq!(read.selection(), ["alpha"]);
    read.require(&path, &saved()).unwrap();
    // A Nix that has no fingerprints compares all the rest, however the flake was named.
    let mut without = saved();
    without.0["fingerprint"] = Value::Null;
    without.0["flake"] = json!("path:/home/me/net");
    read.require(&path, &without).unwrap();
}

#[test]
fn whatever_differs_is_named() {
    let mut now = saved();
    now.0["selection"] = json!(["alpha", "beta"]);
    now.0["systems"]["alpha"] = json!("/nix/store/2-a");
    now.0["programs"] = json!({ "beta": "/nix/store/3-b", "the deployer": "/nix/store/4-d" });
    now.0["fingerprint"] = json!("f2");
    now.0["plan"]["steps"]["build:alpha"]["after"] = json!(["build:beta"]);
    now.0["plan"]["version"] = json!(2);
    assert_snapshot!(saved().require(Path::new("plan.json"), &now).unwrap_err(), @r#"
    plan.json is not what would be deployed now; nothing was changed:
      the flake or an input has changed since
      selection: saved ["alpha"]; now ["alpha","beta"]
      systems.alpha: saved /nix/store/1-a; now /nix/store/2-a
      programs.beta: saved none; now /nix/store/3-b
      programs.the deployer: saved none; now /nix/store/4-d
      plan.version: saved 1; now 2
      plan.steps.build:alpha
    help: review the present plan and save it: netlib plan --out plan.json
    "#);
}

#[test]
fn finding_a_plan_that_somebody_else_wrote_says_nothing_to_a_terminal() {
    let mut theirs = saved();
    theirs.0["systems"]["alpha"] = json!("\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J/nix/store/1-a");
    let text = theirs.require(Path::new("plan.json"), &saved()).unwrap_err();
    assert!(text.contains("saved /nix/store/1-a"), "{text:?}");
    assert!(netlib_core::text::is_clean(&text), "{text:?}");
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
