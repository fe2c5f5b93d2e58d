//! A member of a role does not answer.

use netlib_scenarios::assert_says;

use crate::shop::{self, Shop};

/// A command that the web servers wait for.
const PREPARE: &str = r#"
  deploy.steps.prepare = { kind = "command"; on = "web4"; command = "true"; before = [ "role:web" ]; };
"#;

#[test]
fn an_unreachable_member_is_skipped_or_fails_the_rollout() {
    let site = shop::open(r#""self""#);
    site.bed.host("web4").cut().expect("cut");
    let web = |version, rollout| Shop { web: version, rollout, ..Shop::at("1") };
    let others: Vec<&str> = shop::WEB.into_iter().filter(|host| *host != "web4").collect();

    let before = shop::running(&site, &shop::all());
    site.write(&web("2", r#"canary = true; onUnreachable = "fail";"#).network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["web4", "offline", "rollout web", "aborted"]);
    shop::assert_moved(&site, &[], &before, &text);

    // Whatever may be left out: what waits for a command there does not begin.
    let skip = web("2", r#"canary = true; onUnreachable = "skip";"#);
    let prepared = Shop { lines: PREPARE, ..skip.clone() };
    site.write(&prepared.network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["rollout web  aborted  0 of 5 nodes healthy", "gate:web:0 was blocked by prepare"]);
    shop::assert_moved(&site, &[], &before, &text);

    site.write(&skip.network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["web4", "offline", "rollout web", "degraded"]);
    shop::assert_moved(&site, &others, &before, &text);

    // It uses up its part of what may be unavailable: here, all of it.
    let before = shop::running(&site, &shop::all());
    site.write(&web("3", r#"canary = true; onUnreachable = "skip"; maxUnavailable = 1;"#).network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["web4", "unavailable"]);
    shop::assert_moved(&site, &[], &before, &text);

    site.bed.host("web4").heal().expect("heal");
    let text = site.netlib_must("deploy");
    shop::assert_moved(&site, &shop::WEB, &before, &text);
}
