//! Tests of saved plans.

use insta::assert_snapshot;
use serde_json::json;

use super::*;

fn saved() -> SavedPlan {
    let plan = json!({ "version": 1, "nodes": { "alpha": {} }, "steps": { "build:alpha": { "after": [] } } });
    SavedPlan {
        selection: ["alpha".to_owned()].into(),
        systems: [("alpha".to_owned(), "/nix/store/1-a".to_owned())].into(),
        ..SavedPlan::new(".#default".to_owned(), Some("f1".to_owned()), plan)
    }
}

#[test]
fn a_plan_that_was_saved_is_the_same_when_nothing_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    saved().write(&path).unwrap();
    let read = SavedPlan::read(&path).unwrap();
    assert_eq!(read, saved());
    read.require(&path, &saved()).unwrap();
    // A Nix that has no fingerprints compares all the rest.
    let without = SavedPlan { fingerprint: None, ..saved() };
    read.require(&path, &without).unwrap();
}

#[test]
fn whatever_differs_is_named() {
    let mut now = saved();
    now.selection.insert("beta".to_owned());
    now.systems.insert("alpha".to_owned(), "/nix/store/2-a".to_owned());
    now.programs.insert("beta".to_owned(), "/nix/store/3-b".to_owned());
    now.programs.insert("the deployer".to_owned(), "/nix/store/4-d".to_owned());
    now.fingerprint = Some("f2".to_owned());
    now.plan["steps"]["build:alpha"]["after"] = json!(["build:beta"]);
    now.plan["version"] = json!(2);
    assert_snapshot!(saved().require(Path::new("plan.json"), &now).unwrap_err(), @r"
    plan.json is not what would be deployed now; nothing was changed:
      the selection: saved alpha; now alpha, beta
      the system of alpha: saved /nix/store/1-a; now /nix/store/2-a
      the programs of beta: saved none; now /nix/store/3-b
      the programs of the deployer: saved none; now /nix/store/4-d
      the plan at steps.build:alpha
      the plan at version
      the flake or one of its inputs (its fingerprint is another one)
    Review the present plan and save it: netlib plan --out plan.json
    ");
}

#[test]
fn finding_a_plan_that_somebody_else_wrote_says_nothing_to_a_terminal() {
    let mut theirs = saved();
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J/nix/store/1-a";
    theirs.systems.insert("alpha".to_owned(), evil.to_owned());
    let error = theirs.require(Path::new("plan.json"), &saved());
    let text = error.unwrap_err().to_string();
    assert!(text.contains("saved /nix/store/1-a"), "{text:?}");
    assert!(crate::text::is_clean(&text), "{text:?}");
}

#[test]
fn other_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let error = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let error = SavedPlan::read(&path).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "plan.json")
    };
    assert_snapshot!(error("{}"), @"plan.json is no plan that netlib plan --out wrote: missing field `savedPlan`");
    assert_snapshot!(error(r#"{"savedPlan": 7}"#), @r"
    plan.json is a saved plan of version 7, and this netlib reads version 3.
    Save it again with this netlib: netlib plan --out plan.json
    ");
    assert!(error("no").contains("is no plan that netlib plan --out wrote"));
    assert!(SavedPlan::read(Path::new("/nowhere")).is_err());
}
