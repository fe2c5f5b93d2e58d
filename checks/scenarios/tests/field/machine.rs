//! The machine itself: whose it is, what it cannot do without a restart, and what it has no room for.

use std::time::Duration;

use netlib_scenarios::{NETWORK, Network, Site, assert_says};

const RECORD: &str = "/var/lib/netlib/network";

/// Refused before anything is built, and nothing is changed anywhere.
fn refuses(site: &Site, arguments: &str, node: &str, words: &[&str]) {
    let before = ["alpha", "beta"].map(|host| site.systems(host));
    let (status, text) = site.netlib(arguments);
    assert_eq!(status, 1, "{text}");
    assert_says(&text, words);
    assert_eq!(["alpha", "beta"].map(|host| site.systems(host)), before, "{text}");
    let toplevel = site.toplevel(node);
    assert!(!site.sh(&format!("test -e {toplevel}")).success(), "{text}");
}

#[test]
fn number_01_the_machine_of_another_node_is_refused() {
    let network = Network::of(&["alpha", "beta"]);
    let site = Site::deployed_on(&["alpha", "beta"], &network);
    let new = |network: Network, name: &str| network.configure(name, "environment.etc.\"new\".text = \"yes\";");
    let of_alpha = ["this host is the machine of the node `alpha`, not of `beta`", "formerNames = [ \"alpha\" ]"];

    // A mistake in a target, with or without the node whose machine it is.
    let mistaken = network.clone().with("nodes.beta.target.host = lib.mkForce \"alpha.bed\";");
    site.write(&new(mistaken, "beta"));
    refuses(&site, "deploy --on beta", "beta", &of_alpha);
    refuses(&site, "deploy --on beta --adopt", "beta", &of_alpha);
    refuses(&site, "deploy", "beta", &of_alpha);
    refuses(&site, "rollback beta", "beta", &of_alpha);
    assert_says(&site.netlib("status").1, &["node        alpha, by its record"]);

    // Machines that were swapped, where each answers under the name of the other.
    let swapped = network
        .clone()
        .with("nodes.alpha.target.host = lib.mkForce \"beta\"; nodes.beta.target.host = lib.mkForce \"alpha\";");
    site.write(&new(new(swapped.clone(), "alpha"), "beta"));
    refuses(&site, "deploy", "alpha", &[of_alpha[0], "machine of the node `beta`, not of `alpha`"]);
    // That is meant.
    site.write(&swapped.with("nodes.alpha.formerNames = [ \"beta\" ]; nodes.beta.formerNames = [ \"alpha\" ];"));
    let text = site.netlib_must("deploy");
    assert_eq!(site.systems("alpha").0, site.toplevel("beta"), "{text}");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=beta"));

    // A record from before there was a node in it.
    site.exec_must("alpha", &format!("sed -i /^node=/d {RECORD}"));
    site.netlib_must("deploy");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=beta"));

    // A node that was renamed, and one that is gone.
    let renamed = Network::of(&["gamma"]).with("nodes.gamma.target.host = lib.mkForce \"alpha\";");
    site.write(&renamed);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["machine of the node `beta`, not of `gamma`", "`beta` (alpha) is no longer in the network"]);
    site.write(&renamed.with("nodes.gamma.formerNames = [ \"beta\" ];"));
    let text = site.netlib_must("deploy");
    assert!(!text.contains("no longer in the network"), "{text}");
    assert!(site.exec_must("alpha", &format!("cat {RECORD}")).ends_with("\nnode=gamma"));
}

/// Runs a command during which the host restarts; on the bed somebody has to switch it on again.
fn restarts(site: &Site, arguments: &str, words: &[&str]) {
    let run = site.start(arguments);
    let alpha = site.bed.host("alpha");
    alpha.wait_until("it is off", Duration::from_secs(240), |host| Ok(!host.is_running()?)).expect("off");
    alpha.boot().expect("boot");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, words);
}

#[test]
fn number_05_what_cannot_be_switched_to_is_booted() {
    let inhibited = |with| {
        let lines = format!("system.switch.inhibitors.dbus-implementation = \"{with}\";");
        Network::of(&["alpha"]).configure("alpha", &lines)
    };
    let site = Site::deployed_on(&["alpha"], &inhibited("dbus"));
    let (old, _) = site.systems("alpha");
    site.write(&inhibited("broker"));
    let new = site.toplevel("alpha");
    let due = "dbus-implementation dbus -> broker";

    let (status, text) = site.netlib("deploy --goal test");
    assert_eq!((status, site.systems("alpha")), (1, (old.clone(), old.clone())), "{text}");
    assert_says(&text, &[&format!("without a restart ({due})"), "nothing was changed"]);
    // No failure, and nothing to roll back from.
    let text = site.netlib_must("deploy");
    assert_says(&text, &[&format!("needs a restart: {due}"), "the one that boots"]);
    assert_eq!(site.systems("alpha"), (old.clone(), new.clone()), "{text}");
    for arguments in ["deploy --dry-run", "deploy --goal dry-activate"] {
        assert_says(&site.netlib_must(arguments), &[&format!("needs a restart: {due}")]);
    }

    restarts(&site, "deploy --reboot", &[&format!("restarted for {due}")]);
    assert_eq!(site.systems("alpha"), (new.clone(), new.clone()));
    assert!(!site.netlib_must("deploy --reboot").contains("restart"));

    // The same rollback.
    site.write(&inhibited("broker").with("nodes.alpha.activation.reboot = \"when-needed\";"));
    restarts(&site, "rollback alpha", &["restarted for dbus-implementation broker -> dbus"]);
    assert_eq!(site.systems("alpha"), (old.clone(), old));

    // A unit that needs what only the new kernel has.
    let unit = "boot.kernelPackages = pkgs.linuxPackages_latest; systemd.services.dep = { \
        wantedBy = [ \"multi-user.target\" ]; serviceConfig.Type = \"oneshot\"; \
        script = \"test /run/booted-system/kernel-modules -ef /run/current-system/kernel-modules\"; };";
    site.write(&inhibited("dbus").configure("alpha", unit));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["dep.service", "needs a module of the new kernel (kernel, initrd, kernel-modules)"]);
    restarts(
        &site,
        "deploy --goal boot --reboot",
        &["restarted for kernel, initrd, kernel-modules, the system itself"],
    );
    site.assert_active("alpha");
}

/// Fails, and leaves the host as it was.
fn fails(site: &Site, words: &[&str]) {
    let before = site.systems("alpha");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, words);
    assert_eq!(site.systems("alpha"), before, "{text}");
}

#[test]
fn number_08_what_the_boot_loader_has_no_room_or_no_entry_for_is_told() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let kernel = "boot.loader.systemd-boot.enable = true; boot.kernelPackages = pkgs.linuxPackagesFor \
        (pkgs.runCommand \"linux-large\" { } \"mkdir $out && head -c 2000000 /dev/zero > $out/bzImage\");";
    site.write(&network.clone().configure("alpha", kernel));
    site.exec_must("alpha", "mount -t tmpfs -o size=1m tmpfs /boot && mkdir -p /boot/loader/entries /boot/EFI/nixos");
    fails(
        &site,
        &["/boot has no room for the kernel and initrd", "they need 2 MiB, and 1 MiB are free; nothing was changed"],
    );

    // What is there already needs no room; and the installer says nothing of the entry that it did not make.
    site.exec_must("alpha", "mount -o remount,size=4m /boot");
    fails(&site, &["has no entry for the new system in /boot/loader/entries/*.conf", "(the system from before)"]);
    let new = site.toplevel("alpha");
    let copied = "cp $(readlink -f KERNEL) /boot/EFI/nixos/$(readlink -f KERNEL | cut -d / -f 4-5 | tr / -).efi";
    site.exec_must("alpha", &copied.replace("KERNEL", &format!("{new}/kernel")));
    let entry = format!("options init={new}/init quiet");
    site.exec_must(
        "alpha",
        &format!("echo '{entry}' > /boot/loader/entries/nixos.conf && mount -o remount,size=2m /boot"),
    );
    site.netlib_must("deploy");
    site.assert_active("alpha");
}

#[test]
fn number_08_what_nobody_here_can_build_is_told_before_a_build() {
    let network = Network::of(&["alpha", "beta"]);
    let site = Site::deployed_on(&["alpha", "beta"], &network);
    let new = network.configure("alpha", "environment.etc.\"new\".text = \"yes\";");
    // What the plan says of a check names a program of the node.
    let names = "inputs.nixpkgs.legacyPackages.aarch64-linux.hello";
    let check =
        format!("nodes.alpha.checks.hello = {{ exec.script = \"true\"; description = \"like ${{{names}}}\"; }};");
    site.write(&new.with(&format!("nodes.alpha.system = \"aarch64-linux\"; {check}")));
    let says =
        ["nothing here builds for aarch64-linux: this machine is x86_64-linux", "`builders`", "nothing was built"];
    fails(&site, &says);
    let toplevel = site.toplevel("alpha");
    assert!(!site.sh(&format!("test -e {toplevel}")).success());
    site.must(&format!("cd {NETWORK} && nix flake check"));
    // A builder for it, by a file as usual; it is not there, which Nix says itself.
    site.must("printf '# none\\nssh://nobody i686-linux,aarch64-linux - 1\\n' > /etc/nix/machines");
    site.must("mkdir -p /etc/nix && echo 'builders = @/etc/nix/machines' >> /etc/nix/nix.conf");
    let (_, text) = site.netlib("deploy --on alpha");
    assert!(!text.contains("nothing here builds"), "{text}");
    // This machine's own programs do for the stub's builds.
    site.must("echo 'extra-platforms = aarch64-linux' >> /etc/nix/nix.conf");
    site.netlib_must("deploy");
    site.assert_active("alpha");
}

#[test]
fn number_08_a_key_that_is_lost_is_told_before_the_build() {
    let network = Network::of(&["alpha"]).with("activation.confirmTimeout = 5;");
    let site = Site::deployed_on(&["alpha"], &network);
    let own = site.must("cat ~/.ssh/*.pub | head -n 1");
    let lets_in = |key: &str, more: &str| {
        let keys = format!("users.users.root.openssh.authorizedKeys.keys = [ \"{key}\" ];");
        site.write(&network.clone().configure("alpha", &format!("{keys} {more}")));
    };
    let other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl somebody";
    let warning = "none of your SSH keys is in `users.users.root.openssh.authorizedKeys` of the new system";
    let lost = "services.openssh.authorizedKeysInHomedir = false;";

    // What the home folder lets in stays.
    lets_in(other, "");
    let text = site.netlib_must("deploy");
    assert!(!text.contains(warning), "{text}");
    lets_in(other, lost);
    fails(&site, &[warning, "nobody confirmed the new system"]);
    assert_says(&site.netlib("deploy --goal boot").1, &[warning]);
    lets_in(&own, lost);
    let text = site.netlib_must("deploy");
    assert!(!text.contains(warning), "{text}");
    site.assert_active("alpha");
}
