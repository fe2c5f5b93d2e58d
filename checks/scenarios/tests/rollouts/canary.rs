//! The canary is not well: nothing else is touched.

use netlib_scenarios::assert_says;

use crate::shop::{self, Shop};

#[test]
fn a_canary_that_fails_its_http_check_goes_back_and_nothing_else_moves() {
    let site = shop::open(r#""self""#);
    let before = shop::running(&site, &shop::all());

    // Seen by the node itself, before the confirmation: it rolls back on its own.
    let shop = Shop { web: "2", broken: vec!["web1"], ..Shop::at("1") };
    site.write(&shop.network());
    let new = site.toplevel("web1");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["web1", "answered with status 500", "rollout web  rolledBack"]);
    shop::assert_moved(&site, &[], &before, &text);
    assert_eq!(site.phases("web1", &new), ["rolledBack"], "{text}");
    for host in &shop::WEB[1..] {
        assert_eq!(site.records(host).len(), 1, "{host} was touched:\n{text}");
    }
    let text = site.netlib_must("check");
    assert_says(&text, &["7 of 7 checks healthy"]);

    // Seen by the deployer only, after the confirmation: the rollout takes it back.
    site.write(&Shop { from: r#""deployer""#, ..shop }.network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["web1", "answered with status 500", "reverted: web1"]);
    shop::assert_moved(&site, &[], &before, &text);
    for host in &shop::WEB[1..] {
        assert_eq!(site.records(host).len(), 1, "{host} was touched:\n{text}");
    }
}
