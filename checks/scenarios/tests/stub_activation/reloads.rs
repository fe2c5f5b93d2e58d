//! Reloads that fail.

use netlib_testbed::BedOptions;

use crate::lab::Lab;

fn reloading(word: &str) -> String {
    format!(
        r#"{{ systemd.services.stubborn = {{
          wantedBy = [ "multi-user.target" ];
          reloadTriggers = [ "{word}" ];
          reload = "echo not in this mood >&2; exit 1";
          serviceConfig.ExecStart = "/bin/sleep infinity";
        }}; }}"#
    )
}

#[test]
fn a_reload_that_fails_fails_the_switch_though_the_unit_goes_on() {
    let lab = Lab::up(BedOptions::new(["alpha"]));
    let first = lab.build("alpha", &reloading("first"));
    lab.switch_must("alpha", &first, "test");
    let second = lab.build("alpha", &reloading("second"));
    let (status, text) = lab.switch("alpha", &second, "test");
    assert_eq!(status, 4, "{text}");
    assert!(text.contains("Failed to reload stubborn.service"), "{text}");
    lab.must("alpha", "systemctl is-active stubborn");
}
