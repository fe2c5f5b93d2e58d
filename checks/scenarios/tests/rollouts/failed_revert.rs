//! The rollback fails too: nothing more is done, and all of it is said.

use netlib_scenarios::assert_says;

use crate::trio::{self, Trio};

/// A unit of the old system that does not start a second time.
const NO_WAY_BACK: &str = r#"
  systemd.services.fragile = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig = { Type = "oneshot"; RemainAfterExit = true; };
    script = "if [ -e /root/no-rollback ]; then echo 'there is no rollback' >&2; exit 7; fi";
  };
"#;

/// Keeps the node outside of the rollout waiting until the scenario lets it go on.
const HOLD: &str = r#"
  deploy.steps.hold = {
    kind = "command";
    on = "deployer";
    command = "until [ -e /root/go ]; do sleep 0.1; done";
    before = [ "delta" ];
    timeout = 200;
  };
"#;

#[test]
fn a_revert_that_fails_stops_everything_and_is_not_tried_again() {
    let site = trio::open(Trio { configuration: NO_WAY_BACK, ..Trio::at("1") });
    let old = trio::WEB.map(|host| site.systems(host).0);
    site.exec_must("beta", "touch /root/no-rollback");
    trio::break_on(&site, "deployer", "gamma");
    let new = Trio { lines: HOLD, ..Trio::at("2") };
    site.write(&new.network());
    let run = site.start("deploy");
    run.wait_for("reverting beta failed");
    // From now on this node could begin, and must not.
    site.exec_must("deployer", "touch /root/go");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");

    // The last one first: gamma rolled back, beta could not, alpha was not tried any more, delta was not begun.
    trio::assert_versions(&site, ["2", "2", "1", "1"], &text);
    let running = format!("now running: {}", site.systems("beta").0);
    assert_says(
        &text,
        &[
            "gamma is broken",
            "there is no rollback",
            running.as_str(),
            "reverted: gamma",
            "not reverted: beta, alpha",
            "gamma  rolled back",
            "delta  skipped       not started after the failure of gate:web:2",
            "rollout web  aborted",
        ],
    );
    assert_eq!(site.phases("alpha", &old[0]), ["confirmed"], "{text}");
    let mut phases = site.phases("beta", &old[1]);
    phases.sort();
    assert_eq!(phases, ["confirmed", "rolledBack"], "{text}");

    // Nothing is reverted later on either: the next deploy goes forward.
    trio::mend_on(&site, "deployer", "gamma");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["rollout web  healthy"]);
    trio::assert_versions(&site, ["2"; 4], &text);

    // A canary that is not well and cannot roll back on its own ends everything, too.
    site.exec_must("beta", "rm /root/no-rollback");
    let fragile = Trio { configuration: NO_WAY_BACK, ..Trio::at("3") };
    site.write(&fragile.network());
    site.netlib_must("deploy");
    site.exec_must("alpha", "touch /root/no-rollback");
    trio::break_on(&site, "alpha", "alpha");
    site.exec_must("deployer", "rm /root/go");
    let new = Trio { from: r#""self""#, lines: HOLD, ..Trio::at("4") };
    site.write(&new.network());
    let run = site.start("deploy");
    run.wait_for("rolling back to the system before failed as well");
    site.exec_must("deployer", "touch /root/go");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "beta   skipped       not started after the failure of activate:alpha",
            "delta  skipped       as beta",
            "rollout web  aborted",
            "alpha could not roll back on its own",
        ],
    );
    trio::assert_versions(&site, ["3"; 4], &text);
}
