//! Twenty hosts, some of them in a bad way.

use std::time::Duration;

use netlib_scenarios::{Network, Site, assert_says};

/// Fault 14.
#[test]
fn one_of_twenty_hosts_is_offline_and_one_is_slow() {
    let names: Vec<String> = (1..=20).map(|number| format!("n{number:02}")).collect();
    let hosts: Vec<&str> = names.iter().map(String::as_str).collect();
    let (offline, slow) = ("n07", "n13");
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts));
    site.bed.host(offline).cut().expect("cut");
    // Half a second for each question and its answer.
    let delay = Duration::from_millis(250);
    site.bed.host(slow).delay(delay).expect("delay");

    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["19 of 20 nodes active", "offline"]);
    for host in &hosts {
        let systems = site.systems(host);
        if *host == offline {
            assert_eq!(systems, (String::new(), String::new()), "{text}");
        } else {
            assert!(!systems.0.is_empty(), "{host}\n{text}");
            assert_eq!(systems.0, systems.1, "{host}");
        }
    }
    site.assert_active(slow);
    site.assert_boots(slow, &site.systems(slow).0);
    // Nothing was evaluated or built for the one that cannot get it.
    assert!(!text.contains(&format!("{offline}: evaluated")), "{text}");
    let toplevel = site.toplevel(offline);
    assert!(!site.sh(&format!("test -e {toplevel}")).success());

    site.bed.host(offline).heal().expect("heal");
    let text = site.netlib_must(&format!("deploy --on {offline} --on {slow}"));
    assert_says(&text, &["2 of 2 nodes active", "up to date"]);
    site.assert_active(offline);
}
