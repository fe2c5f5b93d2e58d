//! What a hostile node says: its text, its floods, its store paths, its facts.

use netlib_scenarios::{Network, Site};

/// The harness itself: an attacker's answer arrives, and the rest of the host works.
#[test]
fn a_hostile_host_answers_what_its_rules_say() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    site.hostile(
        "alpha",
        "probe",
        "*probe*",
        "eval \"$SSH_ORIGINAL_COMMAND\" | sed 's/^network.id=.*/network.id=elsewhere/'",
    );
    let (_, text) = site.netlib("deploy");
    assert!(site.answered("alpha", "probe") > 0, "{text}");
    site.honest("alpha", "probe");
    site.netlib_must("deploy");
    site.assert_active("alpha");
}
