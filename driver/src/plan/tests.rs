//! Tests of reading plans, and the example plan of other modules' tests.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

/// Three nodes; `beta` is activated after `alpha`, and `gamma` after `beta`.
pub(crate) fn example() -> Plan {
    Plan::parse(document().to_string().as_bytes()).unwrap()
}

fn document() -> Value {
    let node = |name: &str, tags: &[&str]| {
        let target = json!({ "host": format!("{name}.example.org"), "user": "root", "port": null, "sshOptions": [], "local": false });
        let activation = json!({ "goal": "switch", "timeout": 600, "confirmTimeout": 60, "reboot": "never", "rebootTimeout": 600 });
        json!({ "target": target, "system": "x86_64-linux", "tags": tags, "facts": {}, "activation": activation })
    };
    let mut steps = serde_json::Map::new();
    for (name, first) in [
        ("alpha", None),
        ("beta", Some("alpha")),
        ("gamma", Some("beta")),
    ] {
        let mut activate_after = vec![format!("copy:{name}")];
        activate_after.extend(first.map(|first| format!("activate:{first}")));
        let step =
            |kind: &str, after: Vec<String>| json!({ "kind": kind, "node": name, "after": after });
        steps.insert(format!("build:{name}"), step("build", vec![]));
        steps.insert(
            format!("copy:{name}"),
            step("copy", vec![format!("build:{name}")]),
        );
        steps.insert(format!("activate:{name}"), step("activate", activate_after));
    }
    json!({
        "version": 1,
        "network": { "name": "home", "id": "home-1" },
        "warnings": [],
        "nodes": { "alpha": node("alpha", &["edge"]), "beta": node("beta", &["inner", "db"]), "gamma": node("gamma", &["inner"]) },
        "steps": steps,
    })
}

fn error_of(document: &Value) -> String {
    Plan::parse(document.to_string().as_bytes())
        .unwrap_err()
        .to_string()
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut document = document();
    change(&mut document);
    error_of(&document)
}

#[test]
fn a_plan_survives_a_round_trip() {
    let plan = example();
    let again = Plan::parse(serde_json::to_string(&plan).unwrap().as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(again).unwrap(), document());
}

#[test]
fn the_version_is_checked_before_anything_else() {
    assert_snapshot!(error_of(&json!({ "version": 2, "nodes": "of another shape" })), @r"
    the plan has schema version 2, and this netlib understands version 1.
    Update the netlib command: it is older than the netlib library that the flake uses.
    ");
    assert_snapshot!(error_of(&json!({ "version": 0 })), @r"
    the plan has schema version 0, and this netlib understands version 1.
    Update the netlib input of the flake: it is older than the netlib command.
    ");
    assert_snapshot!(error_of(&json!({ "nodes": {} })), @"the plan has no schema version; a flake made by netlib.lib.mkFlake has one. Is `netlibConfigurations` made by it?");
    assert_eq!(error_of(&json!([])), error_of(&json!({ "version": "1" })));
}

#[test]
fn what_is_not_json_is_said_to_be_so() {
    let error = Plan::parse(b"{ \"version\": 1,").unwrap_err().to_string();
    assert_snapshot!(error, @r"
    the plan is not JSON: EOF while parsing a value at line 1 column 15
    This is a fault of netlib's Nix library or of the evaluator; please report it.
    ");
}

#[test]
fn an_unknown_kind_of_step_names_the_known_ones() {
    assert_snapshot!(changed(|plan| plan["steps"]["build:beta"]["kind"] = json!("reboot")), @r"
    step `build:beta` of the plan has the unknown kind `reboot`; kinds of schema version 1: build, copy, activate, check, gate, command.
    Correct it in deploy.steps, or update the driver if a newer netlib library wrote this plan.
    ");
}

#[test]
fn a_wrong_shape_names_the_place() {
    assert_snapshot!(changed(|plan| plan["nodes"]["beta"]["target"]["port"] = json!("ssh")), @r#"
    the plan does not have the shape of schema version 1: at `nodes.beta.target.port`: invalid type: string "ssh", expected u16
    If deploy.steps is not the cause, update the netlib library and the driver to the same release.
    "#);
}

#[test]
fn every_reference_exists() {
    assert_snapshot!(changed(|plan| plan["steps"]["copy:beta"]["after"] = json!(["build:delta"])), @r"
    step `copy:beta` of the plan refers to the step `build:delta`, which the plan does not have.
    Correct the step in deploy.steps or deploy.order.
    ");
    assert_snapshot!(changed(|plan| plan["steps"]["copy:beta"]["node"] = json!("delta")), @r"
    step `copy:beta` of the plan refers to the node `delta`, which the plan does not have.
    Correct the step in deploy.steps or deploy.order.
    ");
    assert_snapshot!(changed(|plan| plan["steps"]["copy:beta"]["node"] = json!(null)), @r"
    step `copy:beta` of the plan is of kind `copy` and names no node.
    Set it in deploy.steps.
    ");
}

#[test]
fn a_restricted_plan_is_a_plan() {
    let plan = example();
    let nodes: BTreeSet<String> = ["alpha", "gamma"].map(str::to_owned).into();
    let graph = Graph::from_plan(&plan)
        .unwrap()
        .restrict(&plan.steps_of(&nodes));
    let text = serde_json::to_string(&plan.restricted(&nodes, &graph)).unwrap();
    let restricted = Plan::parse(text.as_bytes()).unwrap();
    assert_eq!(restricted.nodes.len(), 2);
    assert_eq!(
        restricted.steps["activate:gamma"].after,
        ["activate:alpha", "copy:gamma"]
    );
}
