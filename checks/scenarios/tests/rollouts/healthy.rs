//! All goes well.

use netlib_scenarios::assert_says;

use crate::shop::{self, DATABASES, Shop, WEB};

#[test]
fn a_healthy_rollout_takes_databases_canary_and_batches_one_after_the_other() {
    let site = shop::open(r#""self""#);
    let before = shop::running(&site, &shop::all());

    site.write(&Shop::at("2").network());
    let tree = site.netlib_must("plan --tree");
    assert_says(&tree, &["web", "canary", "web1", "http"]);
    let text = site.netlib_must("deploy");
    assert_says(&text, &["7 of 7 nodes active", "rollout web", "healthy"]);
    shop::assert_moved(&site, &shop::all(), &before, &text);

    // Stamps are written by the activation: what comes later was not touched before what comes first was done.
    let stamps = |hosts: &[&str]| -> Vec<f64> { hosts.iter().map(|host| shop::stamp(&site, host)).collect() };
    let waves = [&DATABASES[..], &WEB[..1], &WEB[1..3], &WEB[3..]].map(stamps);
    for (earlier, later) in waves.iter().zip(&waves[1..]) {
        let end = earlier.iter().copied().fold(f64::MIN, f64::max);
        let start = later.iter().copied().fold(f64::MAX, f64::min);
        assert!(end < start, "waves overlap: {waves:?}");
    }

    // The same once more changes nothing, and the checks of all hosts can be asked for.
    let text = site.netlib_must("deploy");
    let summary = text.lines().take(7);
    assert_eq!(summary.filter(|line| line.ends_with("up to date")).count(), 7, "{text}");
    let text = site.netlib_must("check");
    assert_says(&text, &["7 of 7 checks healthy"]);
}
