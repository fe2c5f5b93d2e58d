//! Units, checks and failures.

use netlib_testbed::BedOptions;

use crate::lab::Lab;

#[test]
fn units_follow_the_difference_and_failures_are_told() {
    let lab = Lab::up(BedOptions::new(["alpha"]));
    let service =
        |extra: &str| format!("wantedBy = [ \"multi-user.target\" ]; script = \"exec sleep infinity\"; {extra}");
    let system = |word: &str, more: &str| {
        let module = format!(
            r#"{{ lib, ... }}: {{
              systemd.services.same = {{ {same} }};
              systemd.services.changed = {{ {same} environment.WORD = "{word}"; }};
              systemd.services.kept = {{ {same} environment.WORD = "{word}"; restartIfChanged = false; }};
              systemd.services.restarted = {{ {same} environment.WORD = "{word}"; stopIfChanged = false; }};
              systemd.services.reloaded = {{ {same} reloadTriggers = [ "{word}" ]; reload = "touch /run/reloaded"; }};
              {more}
            }}"#,
            same = service("")
        );
        lab.build("alpha", &module)
    };
    let pid = |unit: &str| lab.must("alpha", &format!("systemctl show --property=MainPID --value {unit}"));
    let pids = || ["same", "changed", "kept", "restarted", "reloaded"].map(pid);

    let one = system(
        "one",
        &format!(
            "systemd.services.dropped = {{ {} }}; systemd.timers.tick = {{ wantedBy = [ \"timers.target\" ]; timerConfig.OnCalendar = \"yearly\"; }}; systemd.services.tick.script = \"true\";",
            service("")
        ),
    );
    lab.switch_must("alpha", &one, "test");
    lab.must("alpha", "systemctl is-active same changed kept restarted reloaded dropped tick.timer");
    let first = pids();

    let two = system("two", &format!("systemd.services.added = {{ {} }};", service("")));
    let text = lab.switch_must("alpha", &two, "dry-activate");
    assert!(text.contains("would stop the following units: changed.service, dropped.service, tick.timer"), "{text}");
    assert!(text.contains("would reload the following units: reloaded.service"), "{text}");
    assert_eq!(pids(), first, "a rehearsal touched a unit");
    lab.switch_must("alpha", &two, "test");
    let second = pids();
    assert_eq!(first[0], second[0], "an unchanged service was restarted");
    assert_ne!(first[1], second[1], "a changed service was not restarted");
    assert_eq!(first[2], second[2], "restartIfChanged = false was not heeded");
    assert_ne!(first[3], second[3], "stopIfChanged = false kept a service");
    assert_eq!(first[4], second[4], "a reload was a restart");
    lab.must("alpha", "test -e /run/reloaded && systemctl is-active added");
    lab.must(
        "alpha",
        "! systemctl cat dropped.service tick.timer 2>/dev/null && ! systemctl is-active dropped.service tick.timer",
    );

    // A unit that fails: named with the end of its log, and gone without a trace afterwards.
    let broken = system(
        "two",
        "systemd.services.broken = { wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; script = \"echo this one breaks; exit 3\"; };",
    );
    let (status, text) = lab.switch("alpha", &broken, "test");
    assert_eq!(status, 4, "{text}");
    assert!(text.contains("the following units failed: broken.service"), "{text}");
    assert!(text.contains("this one breaks"), "{text}");
    lab.switch_must("alpha", &two, "test");
    assert_eq!(lab.current("alpha"), two);
    assert_eq!(lab.must("alpha", "systemctl is-system-running"), "running");

    // One that dies a moment after it was started.
    let dying = system(
        "two",
        "systemd.services.dying = { wantedBy = [ \"multi-user.target\" ]; script = \"sleep 0.1; exit 1\"; serviceConfig.Restart = \"always\"; serviceConfig.RestartSec = 60; };",
    );
    let (status, text) = lab.switch("alpha", &dying, "test");
    assert_eq!(status, 4, "{text}");
    assert!(text.contains("dying.service"), "{text}");

    // A snippet that fails does not keep the rest from happening, and is told.
    let snippet =
        system("two", "system.activationScripts.mine = \"false\"; environment.etc.\"placed\".text = \"yes\";");
    let (status, text) = lab.switch("alpha", &snippet, "test");
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("the snippet 'mine' failed"), "{text}");
    assert_eq!(lab.must("alpha", "cat /etc/placed"), "yes");

    // A check that refuses leaves everything as it was.
    let refused = system(
        "two",
        "system.preSwitchChecks.mine = \"echo no >&2; false; true\"; environment.etc.\"refused\".text = \"yes\";",
    );
    let (status, text) = lab.switch("alpha", &refused, "switch");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("Pre-switch check mine failed"), "{text}");
    assert_eq!(lab.current("alpha"), snippet);
    lab.must("alpha", "test ! -e /etc/refused");

    // A unit of Debian's own gets a drop-in, and loses it.
    let dropin = system(
        "two",
        "systemd.services.cron-like = { enable = false; script = \"true\"; }; systemd.services.dbus.environment.MARK = \"set\";",
    );
    lab.switch_must("alpha", &dropin, "test");
    lab.must(
        "alpha",
        "systemctl cat dbus.service | grep -q MARK=set && systemctl cat dbus.service | grep -q '^ExecStart=.*/usr/bin/dbus-daemon'",
    );
    assert_eq!(lab.must("alpha", "systemctl is-enabled cron-like.service || true"), "masked-runtime");
    lab.switch_must("alpha", &two, "test");
    lab.must("alpha", "! systemctl cat dbus.service | grep -q MARK=set");
}
