//! Tests of reading plans, and the example plan of other modules' tests.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;

impl Step {
    /// A step of a node without any order.
    #[must_use]
    pub fn of_node(kind: StepKind, node: &str) -> Self {
        Self { node: Some(node.to_owned()), ..Self::bare(kind) }
    }

    /// A step of no node without any order.
    #[must_use]
    pub fn bare(kind: StepKind) -> Self {
        Self { kind, ..Self::default() }
    }
}

impl StepKind {
    /// All kinds, in the order in which a node goes through them.
    pub const ALL: [Self; 8] =
        [Self::Build, Self::Copy, Self::Activate, Self::Check, Self::Gate, Self::Command, Self::Reboot, Self::Barrier];
}

/// Three nodes, `beta` after `alpha` and `gamma` after `beta`, in one rollout of three batches; `alpha` is looked at from the deployer and from itself, and a command of
/// the deployer comes before `gamma`.
pub fn rolled_out() -> Plan {
    Plan::parse(rollout_document().to_string().as_bytes()).unwrap()
}

fn rollout_document() -> Value {
    let mut plan = document();
    let check = |from: Value| {
        json!({ "description": "GET http://localhost", "from": from, "program": "check-alpha-http", "settle": "0 2 5 1 3",
                "glance": "0 2 5 1 3", "longest": 38 })
    };
    let alpha = &mut plan["nodes"]["alpha"];
    alpha["role"] = json!("web");
    alpha["roles"] = json!(["base", "web"]);
    alpha["checks"] = json!({ "http": check(json!(["self"])), "outside": check(json!(["deployer", "node:beta"])) });
    alpha["health"] = json!({ "minHealthyTime": 5, "healthyDeadline": 60 });
    plan["programs"] = json!({ "node:alpha": { "attribute": "programs", "node": "alpha" } });
    plan["roles"] = json!({ "web": { "nodes": ["alpha", "beta", "gamma"], "extends": ["base"] } });
    plan["rollouts"] = json!({ "web": {
        "role": "web", "nodes": ["alpha", "beta", "gamma"],
        "batches": [
            { "nodes": ["alpha"], "canary": true, "pause": 1800 }, { "nodes": ["beta"], "pause": null }, { "nodes": ["gamma"] }
        ],
        "maxParallel": 2, "maxUnavailable": 1, "minHealthyTime": 5, "healthyDeadline": 60, "progressDeadline": 600,
        "maxFailures": 0, "pause": { "after": "canary", "deadline": 1800 }, "autoPromote": false, "autoRevert": "batch",
        "onUnreachable": "skip", "irreversible": false, "coordinator": "alpha"
    } });
    let gate = |batch: usize, after: Value, after_completion: Value| json!({ "kind": "gate", "rollout": "web", "batch": batch, "after": after, "afterCompletion": after_completion });
    let steps = &mut plan["steps"];
    steps["check:alpha"] = json!({ "kind": "check", "node": "alpha", "after": ["activate:alpha"] });
    steps["gate:web:0"] = gate(0, json!([]), json!(["copy:alpha", "copy:beta", "copy:gamma"]));
    steps["gate:web:1"] = gate(1, json!(["gate:web:0"]), json!(["activate:alpha", "check:alpha"]));
    steps["gate:web:2"] = gate(2, json!(["gate:web:1"]), json!(["activate:beta"]));
    steps["gate:web:3"] = gate(3, json!(["gate:web:2"]), json!(["activate:gamma"]));
    steps["activate:alpha"]["after"] = json!(["copy:alpha", "gate:web:0"]);
    steps["activate:beta"]["after"] = json!(["copy:beta", "gate:web:1"]);
    steps["activate:gamma"]["after"] = json!(["copy:gamma", "gate:web:2", "migrate"]);
    steps["migrate"] = json!({ "kind": "command", "on": "deployer", "program": "step-migrate", "timeout": 60, "after": ["gate:web:2"] });
    plan
}

fn document() -> Value {
    serde_json::from_str(include_str!("tests/example.json")).unwrap()
}

fn error_of(document: &Value) -> String {
    Plan::parse(document.to_string().as_bytes()).unwrap_err().to_string()
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut document = document();
    change(&mut document);
    error_of(&document)
}

#[test]
fn the_version_is_checked_before_anything_else() {
    assert_snapshot!(error_of(&json!({ "version": 4, "nodes": "of another shape" })), @r"
    the plan has schema version 4, and this netlib understands version 3.
    Update the netlib command if that is the older one, and the netlib input of the flake otherwise.
    ");
    assert_snapshot!(error_of(&json!({ "version": 0 })), @r"
    the plan has schema version 0, and this netlib understands version 3.
    Update the netlib command if that is the older one, and the netlib input of the flake otherwise.
    ");
    for none in [json!({ "nodes": {} }), json!([])] {
        assert!(error_of(&none).starts_with("the plan has schema version null,"));
    }
}

#[test]
fn what_is_not_json_is_said_to_be_so() {
    let error = Plan::parse(b"{ \"version\": 2,").unwrap_err().to_string();
    assert_snapshot!(error, @r"
    the plan is not JSON: EOF while parsing a value at line 1 column 15
    This is a fault of netlib's Nix library or of the evaluator; please report it.
    ");
}

#[test]
fn a_wrong_shape_names_the_place() {
    assert_snapshot!(changed(|plan| plan["nodes"]["beta"]["target"]["port"] = json!("ssh")), @r#"
    the plan does not have the shape of schema version 3: at `nodes.beta.target.port`: invalid type: string "ssh", expected u16
    If deploy.steps is not the cause, update the netlib library and the driver to the same release.
    "#);
}

#[test]
fn a_plan_with_rollouts_is_read() {
    let plan = rolled_out();
    let alpha = &plan.nodes["alpha"];
    assert_eq!(alpha.checks_from(&RunsOn::Subject).map(|(name, _)| name).collect::<Vec<_>>(), ["http"]);
    assert_eq!(plan.steps["migrate"].on, Some(RunsOn::Deployer));
    let pauses: Vec<Option<u64>> = plan.rollouts["web"].batches.iter().map(|batch| batch.pause).collect();
    assert_eq!(pauses, [Some(1800), None, None]);
}

#[test]
fn what_is_wrong_with_a_request_is_an_error_in_the_librarys_words() {
    let text = changed(|plan| plan["problems"] = json!(["there is no node \"x\".", "there is no tag \"y\"."]));
    assert_eq!(text, "there is no node \"x\".\nthere is no tag \"y\".");
}

#[test]
fn a_barrier_is_a_step_of_no_node() {
    let mut document = document();
    document["steps"]["barrier:x"] = json!({ "kind": "barrier", "after": ["build:alpha"] });
    let plan = Plan::parse(document.to_string().as_bytes()).unwrap();
    assert_eq!(plan.steps["barrier:x"].kind, StepKind::Barrier);
    assert_eq!(plan.steps["barrier:x"].node, None);
}
