//! A host loses its power while its new system is checked.

use netlib_scenarios::assert_says;

use crate::trio::{self, Trio};

const PATIENT: &str = r#"canary = true; batches = [ "100%" ]; autoRevert = "rollout"; timing.healthyDeadline = 300;"#;

#[test]
fn a_host_that_loses_power_while_checking_boots_the_system_before() {
    let at = |version| Trio { rollout: PATIENT, from: r#""self""#, ..Trio::at(version) };
    let site = trio::open(at("1"));
    let before = site.systems("alpha").0;
    trio::break_on(&site, "alpha", "alpha");
    site.write(&at("2").network());
    let new = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_phase("alpha", &new, "checking");
    assert_eq!(site.systems("alpha"), (new.clone(), before.clone()));
    site.bed.host("alpha").crash().expect("crash");
    site.assert_boots("alpha", &before);

    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    let running = format!("now running: {before} (the system from before)");
    assert_says(
        &text,
        &[
            "the host was restarted in the middle of the activation",
            running.as_str(),
            "1 node failed (alpha), 0 allowed",
            "rollout web  aborted",
        ],
    );
    trio::assert_versions(&site, ["1", "1", "1", "2"], &text);

    // Well again, it is checked from the beginning, and the others follow.
    trio::mend_on(&site, "alpha", "alpha");
    let text = site.netlib_must("deploy");
    assert_says(&text, &["was stopped in the middle", "rollout web  healthy"]);
    trio::assert_versions(&site, ["2"; 4], &text);
    let mut phases = site.phases("alpha", &new);
    phases.sort();
    assert_eq!(phases, ["confirmed", "interrupted"], "{text}");
}
