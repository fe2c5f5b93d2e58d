//! Files and accounts.

use netlib_testbed::BedOptions;

use crate::lab::Lab;

#[test]
fn files_and_accounts_come_and_go_by_difference() {
    let lab = Lab::up(BedOptions::new(["alpha"]));
    let motd = lab.must("alpha", "cat /etc/motd");
    let hosts = lab.must("alpha", "cat /etc/hosts");
    let nix_conf = lab.must("alpha", "cat /etc/nix/nix.conf");
    let snapshot =
        "find /etc /run/systemd/system /var/lib -not -path '*/systemd/*' | sort; getent passwd; getent group";
    let before = lab.must("alpha", snapshot);

    let rich = lab.build(
        "alpha",
        r#"{ pkgs, ... }: {
          environment.etc."new/deep/file".text = "one\n";
          environment.etc.motd.text = "of the configuration\n";
          environment.etc."secret" = { text = "secret"; mode = "0600"; user = "alice"; group = "team"; };
          environment.systemPackages = [ pkgs.hello ];
          networking.hosts."192.0.2.99" = [ "extra.example" ];
          nix.settings.cores = 3;
          users.users.alice = { isNormalUser = true; extraGroups = [ "team" ]; openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAAKEY alice" ]; };
          users.users.admin = { isNormalUser = true; extraGroups = [ "team" ]; };
          users.groups.team = { };
          services.openssh = { enable = true; settings.MaxAuthTries = 4; knownHosts.beta.publicKey = "ssh-ed25519 AAAABETA"; };
          boot.kernel.sysctl."net.ipv4.ip_forward" = 1;
          systemd.tmpfiles.rules = [ "d /var/lib/made 0711 root root -" ];
          system.activationScripts.mine = { deps = [ "etc" "users" ]; text = "id -u alice > /run/mine"; };
        }"#,
    );
    let text = lab.switch_must("alpha", &rich, "dry-activate");
    assert!(text.contains("would place /etc/new/deep/file"), "{text}");
    assert!(text.contains("would change the block in /etc/hosts"), "{text}");
    assert!(text.contains("would run useradd"), "{text}");
    assert_eq!(lab.must("alpha", snapshot), before, "a rehearsal changed the host");
    assert_eq!(lab.must("alpha", "cat /etc/hosts"), hosts);

    lab.switch_must("alpha", &rich, "test");
    assert_eq!(lab.current("alpha"), rich);
    assert_eq!(lab.must("alpha", "cat /etc/new/deep/file"), "one");
    assert_eq!(lab.must("alpha", "cat /etc/motd"), "of the configuration");
    assert_eq!(lab.must("alpha", "stat -c '%a %U %G' /etc/secret"), "600 alice team");
    assert_eq!(lab.must("alpha", "cat /etc/ssh/authorized_keys.d/alice"), "ssh-ed25519 AAAAKEY alice");
    assert_eq!(lab.must("alpha", "cat /etc/ssh/ssh_known_hosts"), "beta ssh-ed25519 AAAABETA");
    assert_eq!(lab.must("alpha", "getent hosts extra.example").split_whitespace().next(), Some("192.0.2.99"));
    assert!(lab.must("alpha", "cat /etc/hosts").starts_with(&hosts), "the host's own lines changed");
    lab.must("alpha", "id -nG admin | grep -w team && id -nG alice | grep -w team");
    lab.must("alpha", "nix show-config --extra-experimental-features nix-command | grep -x 'cores = 3'");
    lab.must("alpha", "/run/current-system/sw/bin/hello");
    assert_eq!(lab.must("alpha", "cat /proc/sys/net/ipv4/ip_forward"), "1");
    assert_eq!(lab.must("alpha", "stat -c %a /var/lib/made"), "711");
    assert_eq!(lab.must("alpha", "cat /run/mine"), lab.must("alpha", "id -u alice"));
    lab.must("alpha", "sshd -T | grep -x 'maxauthtries 4'");
    lab.must("deployer", "ssh alpha true");

    // Again: nothing is started, stopped or kept aside.
    let text = lab.switch_must("alpha", &rich, "test");
    // NixOS' own program speaks of two things that it always does.
    let said = text
        .lines()
        .filter(|line| !line.starts_with("reloading user units") && !line.starts_with("restarting sysinit"));
    assert_eq!(said.collect::<Vec<_>>(), ["activating the configuration..."]);

    // Back to less: all of it goes, and what was in the way comes back.
    let poor = lab.build("alpha", r#"{ environment.etc."new/other".text = "two\n"; }"#);
    lab.switch_must("alpha", &poor, "test");
    assert_eq!(lab.must("alpha", "cat /etc/new/other"), "two");
    lab.must("alpha", "test ! -e /etc/new/deep && test ! -e /etc/secret && test ! -e /etc/ssh/ssh_known_hosts");
    assert_eq!(lab.must("alpha", "cat /etc/motd"), motd);
    assert_eq!(lab.must("alpha", "cat /etc/nix/nix.conf"), nix_conf);
    lab.must("alpha", "! getent passwd alice && ! getent group team && getent passwd admin");
    lab.must("alpha", "! grep -q extra.example /etc/hosts");
    lab.must("deployer", "ssh alpha true");
}
