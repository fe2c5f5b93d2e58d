//! Boots on trial of which nobody hears: without a root file system, and without sshd.

use netlib_scenarios::{Network, Site, assert_says};

use super::{booted, booted_site, settled_entry, wait};

/// Deploys what does not come up, and asserts that the host is back at what it ran.
fn assert_comes_back(site: &Site, network: &Network, lines: &str, words: &[&str]) {
    let before = booted(site);
    site.write(&network.clone().configure("alpha", lines));
    let (status, text) = site.netlib("deploy");
    assert_ne!(status, 0, "{text}");
    assert_says(&text, words);
    wait(site, "the system from before", &format!("test \"$(readlink -f /run/current-system)\" = {before}"));
    assert_eq!((booted(site), settled_entry(site)), (before.clone(), before), "{text}");
    site.write(network);
    site.netlib_must("deploy");
}

#[test]
fn a_root_that_cannot_be_mounted_and_an_sshd_that_does_not_start_bring_back_the_system_before() {
    let (site, network, _) = booted_site();
    let rootless = "boot.kernelParams = [ \"root=/dev/nowhere\" ];";
    assert_comes_back(&site, &network, rootless, &["the new system did not come up"]);
    let closed = "boot.kernelParams = [ \"closed\" ]; systemd.services.closed = { wantedBy = [ \"multi-user.target\" ]; \
                  before = [ \"ssh.service\" ]; serviceConfig.ExecStart = \"/bin/systemctl mask --runtime --now ssh.service ssh.socket\"; };";
    assert_comes_back(&site, &network, closed, &["alpha"]);
}
