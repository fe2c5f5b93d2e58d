//! A rollout that pauses: approved from elsewhere, and an approval that a changed plan makes void.

use netlib_scenarios::assert_says;

use crate::shop::{self, Shop, WEB};

const PATIENT: &str = r#"canary = true; batches = [ "100%" ]; pause = { after = "canary"; deadline = 250; };"#;
const PROMOTED: &str =
    r#"canary = true; batches = [ "100%" ]; pause = { after = "canary"; deadline = 2; }; autoPromote = true;"#;
const HASTY: &str = r#"canary = true; batches = [ "100%" ]; pause = { after = "canary"; deadline = 2; };"#;

#[test]
fn a_pause_is_approved_from_elsewhere_and_an_approval_is_void_when_the_plan_changes() {
    let site = shop::open(r#""self""#);
    let web = |version, rollout| Shop { web: version, rollout, ..Shop::at("1") };

    let before = shop::running(&site, &shop::all());
    site.write(&web("2", PATIENT).network());
    let run = site.start("deploy");
    run.wait_for("paused");
    shop::assert_moved(&site, &["web1"], &before, &run.text());
    let text = site.netlib_must("approve web");
    assert_says(&text, &["approved"]);
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    shop::assert_moved(&site, &WEB, &before, &text);

    // Nobody approves in time: it stays as it is, and says so with a status of its own.
    let before = shop::running(&site, &shop::all());
    site.write(&web("3", HASTY).network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 3, "{text}");
    assert_says(&text, &["rollout web", "paused", "netlib approve"]);
    shop::assert_moved(&site, &["web1"], &before, &text);

    // Approved, and then changed: the approval was of something else, so the canary is asked about again.
    site.netlib_must("approve web");
    site.write(&web("4", HASTY).network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 3, "{text}");
    shop::assert_moved(&site, &["web1"], &before, &text);

    // The approval of this very plan lets the next deployment go on where it stands.
    site.netlib_must("approve web");
    let text = site.netlib_must("deploy");
    shop::assert_moved(&site, &WEB, &before, &text);

    // Nobody says anything, and nothing failed: it goes on by itself.
    let before = shop::running(&site, &shop::all());
    site.write(&web("5", PROMOTED).network());
    let text = site.netlib_must("deploy");
    assert_says(&text, &["rollout web: goes on: nobody objected within 2 s"]);
    shop::assert_moved(&site, &WEB, &before, &text);
}
