//! A rollout that cannot be reverted: whatever fails, it waits for a person where it is.

use netlib_scenarios::assert_says;

use crate::trio::{self, Trio};

const IRREVERSIBLE: &str = r#"canary = true; batches = [ "100%" ]; autoRevert = "rollout"; irreversible = true;"#;

#[test]
fn an_irreversible_rollout_pauses_and_never_reverts() {
    let at = |version, from| Trio { rollout: IRREVERSIBLE, from, ..Trio::at(version) };
    let site = trio::open(at("1", r#""self""#));

    // The node itself sees that it is not healthy: it stays where it is, and nothing follows it.
    trio::break_on(&site, "alpha", "alpha");
    site.write(&at("2", r#""self""#).network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    let said = "it is irreversible, so nothing was reverted";
    assert_says(&text, &["alpha is broken", said, "rollout web  paused"]);
    trio::assert_versions(&site, ["2", "1", "1", "2"], &text);
    assert_eq!(site.phases("alpha", &site.systems("alpha").0), ["confirmed"], "{text}");

    // Not mended, it does not go on either.
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["alpha is broken", "rollout web  paused"]);
    trio::assert_versions(&site, ["2", "1", "1", "2"], &text);

    // Mended, it goes on from there.
    trio::mend_on(&site, "alpha", "alpha");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["rollout web  healthy"]);
    trio::assert_versions(&site, ["2"; 4], &text);

    // Somebody else sees that the last batch is not: all of it stays.
    trio::break_on(&site, "deployer", "gamma");
    site.write(&at("3", r#""deployer""#).network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["gamma is broken", said, "rollout web  paused"]);
    trio::assert_versions(&site, ["3"; 4], &text);
}
