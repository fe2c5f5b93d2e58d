//! A node of the second batch is not well: what else rolls back is what `autoRevert` says.

use netlib_scenarios::assert_says;

use crate::shop::{self, Shop};

#[test]
fn a_failure_in_the_second_batch_takes_back_the_rollout_the_batch_or_the_node() {
    let deployer = r#""deployer""#;
    let site = shop::open(deployer);
    let cases: [(_, _, &[&str]); 4] = [
        ("2", r#"canary = true; batches = [ "60%" "100%" ]; autoRevert = "rollout";"#, &[]),
        ("3", r#"canary = true; batches = [ "60%" "100%" ]; autoRevert = "batch";"#, &["web1"]),
        ("4", r#"canary = true; batches = [ "60%" "100%" ]; autoRevert = "node";"#, &["web1", "web2"]),
        // Within the budget, only the node that failed rolls back, and the rollout goes on.
        (
            "5",
            r#"canary = true; batches = [ "60%" "100%" ]; autoRevert = "batch"; maxFailures = 1;"#,
            &["web1", "web2", "web4", "web5"],
        ),
    ];
    for (version, rollout, moved) in cases {
        let before = shop::running(&site, &shop::all());
        let shop = Shop { web: version, broken: vec!["web3"], rollout, from: deployer, ..Shop::at("1") };
        site.write(&shop.network());
        let (status, text) = site.netlib("deploy");
        assert_eq!(status, 1, "{rollout}:\n{text}");
        assert_says(
            &text,
            &["answered with status 500", "rollout web: reverted web3: runs ", "web3       rolled back", "rollout web"],
        );
        shop::assert_moved(&site, moved, &before, &text);
    }

    // Mended, it goes through from wherever it stands.
    let before = shop::running(&site, &shop::all());
    site.write(&Shop { web: "6", from: deployer, ..Shop::at("1") }.network());
    let text = site.netlib_must("deploy");
    shop::assert_moved(&site, &shop::WEB, &before, &text);
}
