//! Restarting a host: netlib waits for a new boot and looks at what it brought.

use netlib_scenarios::{Network, Site};
use std::time::Duration;

/// Puts the profile back to its first generation while the host shuts down, as a broken boot loader would.
const BACK_AT_SHUTDOWN: &str = "printf '%s\n' '[Service]' Type=oneshot RemainAfterExit=yes ExecStart=/bin/true \
     'ExecStop=/bin/ln -sfn system-1-link /nix/var/nix/profiles/system' > /etc/systemd/system/back.service && \
     systemctl daemon-reload && systemctl start back.service";

/// A host of the bed that restarts goes off; this is the hand that switches it on again.
fn switch_on_after_restart(site: &Site) {
    let alpha = site.bed.host("alpha");
    alpha
        .wait_until("it is off", Duration::from_secs(60), |host| {
            Ok(!host.is_running()?)
        })
        .expect("off");
    alpha.boot().expect("boot");
}

#[test]
fn a_host_that_restarts_is_waited_for_and_runs_the_new_system() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    let before = site.deployed(&network, "alpha");
    site.write(&network.configure("alpha", "environment.etc.\"new\".text = \"new\";"));
    let run = site.start("deploy --goal boot --reboot");
    switch_on_after_restart(&site);
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("restarting the host"), "{text}");
    assert_ne!(site.systems("alpha").0, before, "{text}");
    site.assert_active("alpha");
    assert_eq!(site.exec("alpha", "cat /etc/new").stdout, "new");
}

#[test]
fn a_host_that_comes_back_on_the_old_system_is_a_failure_that_says_so() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    let before = site.deployed(&network, "alpha");
    site.write(&network.configure("alpha", "environment.etc.\"new\".text = \"new\";"));
    let prepared = site.exec("alpha", BACK_AT_SHUTDOWN);
    assert!(prepared.success(), "{}", prepared.stderr);
    let run = site.start("deploy --goal boot --reboot");
    switch_on_after_restart(&site);
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert!(text.contains(&before), "{text}");
    assert_eq!(site.systems("alpha"), (before.clone(), before), "{text}");
    assert!(!site.exec("alpha", "test -e /etc/new").success());
}
