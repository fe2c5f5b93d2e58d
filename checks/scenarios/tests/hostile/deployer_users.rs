//! What other local users of the deployer can do to who deploys from it.

use netlib_scenarios::{Network, Site};

#[test]
fn attack_02_checks_from_the_deployer_do_not_work_in_a_folder_that_others_share() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]).with(
        "nodes.alpha.checks.slow = { exec.script = \"sleep 2; pwd\"; from = \"deployer\"; period = 1; };",
    ));
    site.exec_must("deployer", "useradd --create-home --shell /bin/sh mallory");
    // Whatever appears in /tmp while the check runs gets a neighbour and is written to, as fast as one can.
    site.bed
        .host("deployer")
        .write_file(
            "/home/mallory/plant",
            "#!/bin/sh\nprintf '#!/bin/sh\\ntouch /tmp/owned-$(id -un)\\n' >/tmp/evil; chmod 755 /tmp/evil\n\
             while [ ! -e /tmp/stop ]; do for place in /tmp/*; do case $place in *.checks | /tmp/evil) continue ;; esac\n\
             { printf '/tmp/evil 0 0 5 1 1 evil\\n' >$place.checks; printf '/tmp/evil 0 0 5 1 1 evil\\n' >$place/checks; \
             printf '/tmp/evil 0 0 5 1 1 evil\\n' >$place/work; } 2>/dev/null; ls -la $place >>/tmp/seen 2>&1; done; done\n",
        )
        .unwrap_or_else(|error| panic!("{error}"));
    site.exec_must(
        "deployer",
        "chmod 755 /home/mallory/plant; (setsid su mallory -c /home/mallory/plant >/dev/null 2>&1 &)",
    );
    let mut said = String::new();
    for _ in 0..3 {
        said = site.netlib("check").1;
    }
    let seen = site.exec_must("deployer", "touch /tmp/stop; ls /tmp; cat /tmp/seen");
    assert!(
        seen.contains("netlib-"),
        "mallory saw nothing of the runs: {seen}\n{said}"
    );
    let owned = site.exec("deployer", "ls /tmp/owned-*");
    assert!(!owned.success(), "{}\n{said}", owned.stdout);
    assert!(said.contains("slow"), "{said}");
}

#[test]
fn attack_18_a_live_lock_of_another_user_is_not_taken_over_where_proc_is_hidden() {
    let site = Site::up(&["alpha", "beta"]);
    site.write(&Network::of(&["alpha", "beta"]).with(
        r#"
        roles.web = {
          nodes = [ "alpha" "beta" ];
          rollout = { minHealthyTime = 1; canary = true; batches = [ "100%" ]; pause = { after = "canary"; deadline = 250; }; };
        };
        "#,
    ));
    site.exec_must(
        "deployer",
        "useradd --create-home --shell /bin/sh ben && cp -r /root/.ssh /root/network /home/ben/ && chown -R ben: /home/ben && \
         mount -o remount,hidepid=2 /proc && (setsid nix-daemon >/dev/null 2>&1 &)",
    );
    let socket = "/nix/var/nix/daemon-socket/socket";
    site.wait_until(
        "deployer",
        "the Nix daemon listens",
        &format!("test -S {socket}"),
    );
    site.exec_must(
        "deployer",
        &format!(
            "chmod 755 /nix /nix/var /nix/var/nix /nix/var/nix/daemon-socket && chmod 666 {socket}"
        ),
    );
    let as_ben = |line: &str| site.exec("deployer", &format!("su - ben -c '{line}'"));
    assert!(!as_ben("test -e /proc/1").success(), "/proc is not hidden");

    let run = site.start("deploy");
    run.wait_for("paused");
    let other = as_ben("cd network && NIX_REMOTE=daemon netlib deploy 2>&1");
    assert_ne!(other.code(), 0, "{}", other.stdout);
    assert!(
        other.stdout.contains("root@deployer has been"),
        "{}",
        other.stdout
    );
    site.netlib_must("approve web");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
}
