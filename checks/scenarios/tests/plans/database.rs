//! A module of a user's own that moves a database between two activations.

use netlib_scenarios::Site;

use super::{HOSTS, network, site};

fn database(site: &Site, host: &str) -> String {
    site.exec_must(host, "sha256sum </var/lib/database 2>/dev/null || true")
}

#[test]
fn the_database_moves_between_two_activations() {
    let site = site();
    let moving = "move = { from = \"alpha\"; to = \"beta\"; };";
    site.write(&network("A database that moves between two activations").with(moving));
    // More than any buffer, and no text.
    site.exec_must("alpha", "head -c 3000000 /dev/urandom >/var/lib/database");
    let text = site.netlib_must("run --json move-database");
    let ended = |step: &str| {
        let line = format!("\"step\":\"{step}\"");
        text.lines().position(|event| {
            event.contains("\"event\":\"stepFinished\"")
                && event.contains(&line)
                && event.contains("\"result\":\"done\"")
        })
    };
    let order = ["activate:alpha", "dump", "load", "activate:beta"].map(ended);
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}: {text}");
    assert_eq!(database(&site, "alpha"), database(&site, "beta"));
    for host in HOSTS {
        site.assert_active(host);
    }
}
