//! What a node says while a plan runs: to the program that asks it, and to whoever reads the run.

use netlib_scenarios::{Network, Site, assert_says};

#[test]
fn finding_what_a_node_prints_through_a_program_of_the_deployer_is_no_record() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]).with(
        "plans.look = { description = \"Look\"; requests = [ { deploy = false; } ];
           steps.ask = { kind = \"command\"; on = \"alpha\"; command = \"true\"; before = [ \"fetch\" ]; };
           steps.fetch = { kind = \"command\"; on = \"deployer\"; command = ''ssh -F \"$NETLIB_SSH_CONFIG\" alpha uname''; }; };",
    ));
    // It has learnt what begins the lines of records from what it was asked to run itself.
    let learn = r#"printf '%s' "$SSH_ORIGINAL_COMMAND" | grep -o 'netlib-record-[0-9a-z-]*' >/hostile/mark
        exec sh -c "$SSH_ORIGINAL_COMMAND""#;
    site.hostile("alpha", "learn", "*netlib-record-*", learn);
    let evil = r#"line="$(cat /hostile/mark) {\"problem\":\"the node decides\"}"; echo "$line"; echo "$line" >&2"#;
    site.hostile("alpha", "say", "uname", evil);
    let (status, text) = site.netlib("run look");
    assert!(site.answered("alpha", "learn") > 0 && site.answered("alpha", "say") > 0, "{text}");
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["{\"problem\":\"the node decides\"}"]);
}
