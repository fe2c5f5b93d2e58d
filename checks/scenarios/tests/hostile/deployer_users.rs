//! What other local users of the deployer can do to who deploys from it.

use netlib_scenarios::{Network, Site};

/// Whatever appears in /tmp gets a neighbour with a line of checks, and such files in it, faster than its maker goes on.
const PLANT: &str = r##"
import os
evil = "/tmp/evil"
with open(evil, "w") as program:
    program.write("#!/bin/sh\ntouch /tmp/owned-$(id -un)\n")
os.chmod(evil, 0o755)
line = evil + " 0 0 5 1 1 evil\n"
known = set(os.listdir("/tmp"))
while not os.path.exists("/tmp/stop"):
    for name in set(os.listdir("/tmp")) - known:
        known.update([name, name + ".checks"])
        place = "/tmp/" + name
        for _ in range(200):
            for planted in [place + ".checks", place + "/checks", place + "/work/checks"]:
                try:
                    with open(planted, "w") as file:
                        file.write(line)
                except OSError:
                    pass
        with open("/tmp/seen", "a") as seen:
            seen.write(name + "\n")
            known.add("seen")
"##;

#[test]
fn attack_02_checks_from_the_deployer_do_not_work_in_a_folder_that_others_share() {
    let site = Site::up(&["alpha"]);
    site.write(
        &Network::of(&["alpha"])
            .with("nodes.alpha.checks.outside = { exec.script = \"sleep 1\"; from = \"deployer\"; period = 1; };"),
    );
    site.exec_must("deployer", "useradd --create-home --shell /bin/sh mallory");
    site.bed.host("deployer").write_file("/home/mallory/plant.py", PLANT).unwrap_or_else(|error| panic!("{error}"));
    site.exec_must(
        "deployer",
        "chmod 644 /home/mallory/plant.py; (setsid su mallory -c \"python3 /home/mallory/plant.py\" >/dev/null 2>&1 &)",
    );
    site.wait_until("deployer", "mallory waits", "test -x /tmp/evil");
    let said: String = (0..5).map(|_| site.netlib("check").1).collect();
    let seen = site.exec_must("deployer", "touch /tmp/stop; cat /tmp/seen");
    assert!(!seen.is_empty(), "mallory saw nothing of the runs:\n{said}");
    // The race is not won each time; a place for it is seen each time.
    assert!(!seen.lines().any(|name| name.starts_with("tmp.")), "{seen}\n{said}");
    let owned = site.exec("deployer", "ls /tmp/owned-*");
    assert!(!owned.success(), "{}\n{said}", owned.stdout);
    assert!(said.contains("outside"), "{said}");
}

#[test]
fn attack_18_a_live_lock_of_another_user_is_not_taken_over_where_proc_is_hidden() {
    let site = Site::up(&["alpha", "beta"]);
    site.write(&Network::of(&["alpha", "beta"]).with(
        r#"
        roles.web = {
          nodes = [ "alpha" "beta" ];
          rollout = { timing.minHealthyTime = 1; canary = true; batches = [ "100%" ]; pause = { after = "canary"; deadline = 250; }; };
        };
        "#,
    ));
    site.exec_must(
        "deployer",
        "useradd --create-home --shell /bin/sh ben && cp -r /root/.ssh /root/network /home/ben/ && chown -R ben: /home/ben && \
         mount -o remount,hidepid=2 /proc && (setsid nix-daemon >/dev/null 2>&1 &)",
    );
    let socket = "/nix/var/nix/daemon-socket/socket";
    site.wait_until("deployer", "the Nix daemon listens", &format!("test -S {socket}"));
    site.exec_must(
        "deployer",
        &format!("chmod 755 /nix /nix/var /nix/var/nix /nix/var/nix/daemon-socket && chmod 666 {socket}"),
    );
    let as_ben = |line: &str| site.exec("deployer", &format!("su - ben -c '{line}'"));
    assert!(!as_ben("test -e /proc/1").success(), "/proc is not hidden");

    let run = site.start("deploy");
    run.wait_for("paused");
    let other = as_ben("cd network && NIX_REMOTE=daemon netlib deploy 2>&1");
    assert_ne!(other.code(), 0, "{}", other.stdout);
    assert!(other.stdout.contains("root@deployer has been"), "{}", other.stdout);
    site.netlib_must("approve web");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
}

/// Swaps what the evaluation of two nodes yielded.
const POISON: &str = r#"
import json, glob
for path in glob.glob("/home/mallory/netlib/evaluation/*.json"):
    content = json.load(open(path))
    known, both = content["derivations"], ["toplevels.alpha", "toplevels.beta"]
    if set(both) <= set(known):
        known[both[0]], known[both[1]] = known[both[1]], known[both[0]]
        open("/home/mallory/poisoned", "w").close()
    json.dump(content, open(path, "w"))
"#;

/// As after `su` without `-`: the folders that netlib is told of belong to somebody who may put anything there.
#[test]
fn finding_what_another_user_can_change_is_not_used() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha", "beta"]).configure("beta", "environment.etc.x.text = \"b\";"));
    site.netlib_must("deploy --goal build");
    let deployer = site.bed.host("deployer");
    deployer.write_file("/root/poison.py", POISON).unwrap_or_else(|error| panic!("{error}"));
    site.exec_must(
        "deployer",
        "useradd --create-home --shell /bin/sh mallory && cd /home/mallory && mkdir -p netlib tmp logs/nodes && \
         cp -r /root/.cache/netlib/evaluation netlib/ && python3 /root/poison.py && test -e poisoned && \
         echo mine >/root/kept && ln -s /root/kept logs/nodes/alpha.log && \
         chown -hR mallory: . && chmod 755 .",
    );

    let with_mallorys = "XDG_CACHE_HOME=/home/mallory TMPDIR=/home/mallory/tmp setsid --wait netlib";
    let deployed = site.sh(&format!("{with_mallorys} deploy --on alpha 2>&1"));
    site.assert_active("alpha");
    assert!(deployed.success(), "{}", deployed.stdout);
    // Who can rename the folder of a run chooses which checks run as root.
    let run = "d=$(mktemp -d) && printf '#!/bin/sh\\nls /home/mallory/tmp >>/root/seen\\nexec /usr/bin/env -i PATH=\"${PATH#*:}\" HOME=/root ssh \"$@\"\\n' >$d/ssh && chmod +x $d/ssh && PATH=$d:$PATH";
    let looked = site.sh(&format!("{run} {with_mallorys} status --no-eval --on alpha 2>&1"));
    assert!(looked.success(), "{}", looked.stdout);
    assert_eq!(site.exec_must("deployer", "cat /root/seen"), "", "{}", looked.stdout);

    let (_, said) = site.netlib("deploy --on alpha --log-dir /home/mallory/logs");
    assert_eq!(site.exec_must("deployer", "cat /root/kept"), "mine", "{said}");
    let link = "rm /home/mallory/logs/events.jsonl; ln -s /root/kept /home/mallory/logs/events.jsonl";
    site.exec_must("deployer", link);
    let (status, said) = site.netlib("deploy --on alpha --log-dir /home/mallory/logs");
    assert_ne!(status, 0, "{said}");
    assert!(said.contains("cannot write logs to"), "{said}");
}
