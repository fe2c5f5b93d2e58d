//! What happens to machines, and what a person sees of it.

use netlib_scenarios::{Site, assert_says};

use crate::{desk, network};

fn state_of(machine: &str, state: &str) -> String {
    format!(".machines[] | select(.name == \"{machine}\") | .state == \"{state}\"")
}

pub fn machines_appear(site: &Site) {
    site.write(&network::at(site, "1"));
    site.gather();
    site.netlib_must("deploy");
    desk::introduce(site);
    for machine in ["watch", "web1", "web2"] {
        desk::wait_for(site, &format!("{machine} is healthy"), &state_of(machine, "healthy"));
    }

    let page = desk::see(site, "index.html");
    assert_says(
        &page,
        &["test", "<strong>3<small> of 3</small></strong>", "3 of 3 shown", "class=\"fresh\"", "Anna's desk"],
    );
    let row = desk::row(&page, "web1");
    assert_says(row, &["healthy", "1 of 1 pass", "generation 1", ">web<", "192.0.2."]);
    let page = desk::read(site, "index.html");
    assert_says(&page, &["<div id=\"filters\" role=\"search\" hidden", "as of <time", "http-equiv=\"refresh\""]);
    assert_says(desk::row(&page, "web2"), &["healthy"]);
    assert_says(&desk::see(site, "network.html"), &["lan 192.0.2.0/24", ">web1</text>", "card healthy", "external"]);
    assert_says(
        &desk::see(site, "machines/web1.html"),
        &["GET http://localhost:8080/", "The last day", "confirmed", "first seen here"],
    );

    // What programs read: the same, for a terminal and for Prometheus.
    let text = site.must("nix run .#command -- page-status 2>&1");
    assert_says(&text, &["test: 3 of 3 online, 0 not as planned, 0 unhealthy", "web1", "healthy"]);
    let metrics = site.exec_must("watch", "cat /run/netlib-status-page/metrics/state.prom");
    assert_says(
        &metrics,
        &["netlib_page_machine_online{machine=\"web2\"} 1", "netlib_page_machine_as_planned{machine=\"web1\"} 1"],
    );
}

pub fn a_check_fails_and_passes_again(site: &Site) {
    site.exec_must("web1", "systemctl stop shop");
    desk::wait_for(site, "web1 is unhealthy", &state_of("web1", "unhealthy"));
    let page = desk::see(site, "index.html");
    let reason = "curl: (7) Failed to connect to localhost port 8080";
    assert_says(desk::row(&page, "web1"), &["unhealthy", reason, "0 of 1 pass"]);
    assert_says(&desk::see(site, "machines/web1.html"), &[reason, "class=\"badge unhealthy\""]);
    site.exec_must("web1", "systemctl start shop");
    desk::wait_for(site, "web1 is healthy again", &state_of("web1", "healthy"));
}

pub fn a_machine_is_cut_off_and_comes_back(site: &Site) {
    site.bed.host("web2").cut().unwrap_or_else(|error| panic!("{error}"));
    desk::wait_for(site, "web2 is offline", &state_of("web2", "offline"));
    let page = desk::see(site, "index.html");
    assert_says(&page, &["<strong>2<small> of 3</small></strong>"]);
    assert_says(desk::row(&page, "web2"), &["offline", "seen <time"]);
    assert_says(&desk::see(site, "network.html"), &["card offline"]);
    site.bed.host("web2").heal().unwrap_or_else(|error| panic!("{error}"));
    desk::wait_for(site, "web2 is back", &state_of("web2", "healthy"));
}

pub fn a_rollout_pauses_and_is_approved(site: &Site) {
    site.write(&network::at(site, "2"));
    let run = site.start("deploy");
    run.wait_for("paused after batch");
    desk::wait_for(site, "the rollout is paused", ".rollouts[] | select(.name == \"web\") | .state == \"paused\"");
    let page = desk::see(site, "index.html");
    assert_says(&page, &["role web", "paused", "anybody who may deploy"]);
    let command = page.split_once("<code>netlib approve").and_then(|(_, rest)| rest.split_once("</code>"));
    let (words, _) = command.unwrap_or_else(|| panic!("no command to copy in\n{page}"));
    assert_says(&site.netlib_must(&format!("approve{words}")), &["approved"]);
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    desk::wait_for(site, "the rollout is done", ".rollouts[] | select(.name == \"web\") | .state == \"done\"");
    let second = ".machines[] | select(.name == \"web2\") | .generation == 2";
    desk::wait_for(site, "web2 runs what was deployed", second);
}

pub fn a_page_that_nobody_writes_any_more_says_so(site: &Site) {
    site.exec_must("watch", "systemctl stop netlib-status-page");
    let stale = "curl --silent --insecure https://page:8443/ | grep -q 'class=\"stale\" role=\"alert\"'";
    site.wait_until("desk", "nginx itself says that the page is old", stale);
    assert_says(&desk::read(site, "index.html"), &["This is old: nothing has been written since", "UTC now"]);
    assert_says(&desk::see(site, "machines/web1.html"), &["This is old: nothing is written any more"]);
    site.exec_must("watch", "systemctl start netlib-status-page");
    let fresh = "curl --silent --insecure https://page:8443/ | grep -q 'class=\"fresh\"'";
    site.wait_until("desk", "the page is fresh again", fresh);
}
