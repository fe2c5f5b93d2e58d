//! What a host boots after its power was lost.

use netlib_testbed::BedOptions;

use crate::lab::Lab;

#[test]
fn power_loss_brings_back_what_was_committed() {
    let lab = Lab::up(BedOptions::new(["alpha"]));
    let motd = lab.must("alpha", "cat /etc/motd");
    let system = |word: &str| {
        let module = format!(
            r#"{{ environment.etc.motd.text = "{word}\n"; users.users.only-{word}.isNormalUser = true;
                 systemd.services.{word} = {{ wantedBy = [ "multi-user.target" ]; script = "exec sleep infinity"; }}; }}"#
        );
        lab.build("alpha", &module)
    };
    let (one, two) = (system("one"), system("two"));
    let commit = |system: &str| {
        lab.must("alpha", &format!("nix-env -p /nix/var/nix/profiles/system --set {system}"));
        lab.switch_must("alpha", system, "boot");
    };

    // Never committed: the host is plain Debian again.
    lab.switch_must("alpha", &one, "test");
    lab.lose_power("alpha");
    assert_eq!(lab.current("alpha"), "");
    assert_eq!(lab.must("alpha", "cat /etc/motd"), motd);
    lab.must("alpha", "! getent passwd only-one && ! systemctl cat one.service 2>/dev/null");

    // Committed: it comes back by itself, with its units.
    lab.switch_must("alpha", &one, "test");
    commit(&one);
    lab.lose_power("alpha");
    assert_eq!(lab.current("alpha"), one);
    assert_eq!(lab.must("alpha", "readlink /run/booted-system"), one);
    lab.must("alpha", "systemctl is-active one.service");

    // In the middle of the next: the old one boots, and nothing of the new one is left.
    lab.switch_must("alpha", &two, "test");
    assert_eq!(lab.must("alpha", "cat /etc/motd"), "two");
    lab.lose_power("alpha");
    assert_eq!(lab.current("alpha"), one);
    assert_eq!(lab.must("alpha", "cat /etc/motd"), "one");
    lab.must(
        "alpha",
        "systemctl is-active one.service && ! systemctl cat two.service 2>/dev/null && ! getent passwd only-two",
    );

    // `boot` alone changes nothing until the host boots.
    commit(&two);
    assert_eq!(lab.current("alpha"), one);
    lab.lose_power("alpha");
    assert_eq!(lab.current("alpha"), two);
    lab.must("alpha", "systemctl is-active two.service && ! systemctl cat one.service 2>/dev/null");
}
