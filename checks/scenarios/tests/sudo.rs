//! A login user whose sudo wants a password: asked for once where the user wants that, given in secret, tried once where it
//! is wrong.

use netlib_scenarios::{GATE, Network, Site, assert_says};

const PASSWORD: &str = "correct horse 'battery'";

/// Makes sudo ask the bed's login user for a password each time, and run commands on a terminal of its own; and Nix there trusts nobody but root.
fn wants_password(site: &Site, host: &str) {
    site.bed.host(host).write_file("/root/password", format!("admin:{PASSWORD}\n")).expect("a password");
    site.exec_must(
        host,
        "chpasswd < /root/password && rm /root/password && \
         printf 'Defaults timestamp_timeout=0, use_pty\\nadmin ALL=(ALL:ALL) ALL\\n' > /etc/sudoers.d/admin && \
         sed -i 's/^trusted-users.*/trusted-users = root/' /etc/nix/nix.conf",
    );
}

fn network(hosts: &[&str]) -> Network {
    hosts
        .iter()
        .fold(Network::of(hosts), |network, host| network.with(&format!("nodes.{host}.target.user = \"admin\";")))
}

/// How often somebody gave a wrong password.
fn wrong_attempts(site: &Site, host: &str) -> String {
    site.exec_must(
        host,
        "journalctl -q --no-pager -t sudo | grep -c 'pam_unix(sudo:auth): authentication failure' || true",
    )
}

/// Files anywhere on a host that hold the password, and processes that show it.
fn leaks(site: &Site, host: &str) -> String {
    let line = "grep -rIl 'correct [h]orse' /run /dev/shm /tmp /var /etc /root /home 2>/dev/null; \
         for process in /proc/[0-9]*; do \
           cat $process/cmdline $process/environ 2>/dev/null | grep -a -l 'correct [h]orse' - ; \
         done; true";
    site.exec_must(host, line)
}

#[test]
fn a_password_for_sudo_comes_from_a_file_and_a_wrong_one_is_tried_once() {
    let site = Site::up(&["alpha", "beta", "gamma"]);
    for host in ["alpha", "beta"] {
        wants_password(&site, host);
    }
    site.write(&network(&["alpha", "beta", "gamma"]));

    // Nobody to ask: said, and only the node that needs no password is deployed.
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["there is no terminal to prompt for it", "--sudo-password-file", "1 of 3 nodes active"]);
    site.assert_active("gamma");

    // A wrong one reaches one host, once, and nothing is changed.
    site.must("echo wrong > /root/wrong; chmod 600 /root/wrong");
    let (status, text) = site.netlib("deploy --same-sudo-password --sudo-password-file /root/wrong");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["did not accept the password; it was tried once", "was not tried here"]);
    let attempts = [wrong_attempts(&site, "alpha"), wrong_attempts(&site, "beta")].concat();
    assert!(["01", "10"].contains(&attempts.as_str()), "{attempts}: {text}");
    for host in ["alpha", "beta"] {
        site.exec_must(host, "test ! -e /var/lib/netlib");
        assert_eq!(site.systems(host), (String::new(), String::new()));
    }

    // The right one does everything: the system is copied as root, as Nix there does not trust the user.
    site.must(&format!("umask 077; cat > /root/right <<'END'\n{PASSWORD}\nEND"));
    let events = site.must(
        "setsid --wait netlib deploy --json --log-dir /root/logs --same-sudo-password --sudo-password-file /root/right 2>&1",
    );
    assert_says(&events, &["\"success\":true"]);
    for host in ["alpha", "beta"] {
        site.assert_active(host);
        assert_eq!(leaks(&site, host), "");
        site.exec_must(host, "! ls -d /dev/shm/netlib-* /run/user/*/netlib-* 2>/dev/null");
    }
    assert!(!events.contains("correct horse"), "{events}");
    site.must("! grep -r 'correct horse' /root/logs");

    // And everything else that runs as root there.
    let right = "--same-sudo-password --sudo-password-file /root/right";
    let text = site.netlib_must(&format!("exec {right} --on alpha -- sh -c 'id -u; cat; echo \"$0\"' 'a b'"));
    assert_says(&text, &["alpha | 0\n", "alpha | a b\n"]);
    let text = site.netlib_must(&format!("status -o wide {right}"));
    assert_says(&text, &["alpha: online: up to date", "3 of 3 nodes online"]);
    let first = site.systems("alpha").0;
    site.write(&network(&["alpha", "beta", "gamma"]).configure("alpha", "environment.etc.\"second\".text = \"yes\";"));
    site.netlib_must(&format!("deploy {right} --on alpha"));
    site.assert_active("alpha");
    site.must(&format!("nix-store --delete {first} 2>/dev/null || true"));
    let text = site.netlib_must(&format!("rollback alpha {right}"));
    assert_says(&text, &["generation 1", "1 of 1 nodes active"]);
    assert_eq!(site.systems("alpha"), (first.clone(), first));
    assert_eq!(leaks(&site, "alpha"), "");

    // What netlib cannot use is said in the words of the machine.
    site.exec_must("gamma", "echo Defaults requiretty > /etc/sudoers.d/tty");
    let (status, text) = site.netlib("status --on gamma");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["gamma", "sudo", "tty"]);
    site.exec_must("gamma", "mv /usr/bin/sudo /usr/bin/doas");
    let (status, text) = site.netlib("status --on gamma");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["gamma", "sudo"]);
}

#[test]
fn a_password_for_a_copy_is_in_no_file_of_the_host_or_the_deployer() {
    let site = Site::up(&["alpha"]);
    wants_password(&site, "alpha");
    let large = network(&["alpha"]).configure("alpha", Site::large_copy());
    site.write(&large);
    site.must(&format!("umask 077; cat > /root/right <<'END'\n{PASSWORD}\nEND"));
    site.gate_copies("alpha");
    let run = site.start("deploy --sudo-password-file /root/right");
    site.wait_for_copy("alpha");
    assert_eq!(leaks(&site, "alpha"), "");
    let here = leaks(&site, "deployer");
    assert!(here.lines().all(|file| file == "/root/right"), "{here}");
    run.kill();
    site.ungate_copies("alpha");
    site.netlib_must("deploy --sudo-password-file /root/right");
    site.assert_active("alpha");
}

#[test]
fn one_password_for_two_nodes_is_asked_for_once_on_the_terminal_and_never_shown() {
    let site = Site::up(&["alpha", "beta"]);
    for host in ["alpha", "beta"] {
        wants_password(&site, host);
    }
    site.write(&network(&["alpha", "beta"]).configure("alpha", GATE));
    site.open_gate("alpha");
    // A terminal of its own, on which somebody types when the question is there.
    let typed = |command: &str, keys: &str| {
        site.must(&format!(
            "rm -f keys typed code; mkfifo keys; \
             (script -qefc '{command}' typed < keys > /dev/null; echo $? > code) & \
             exec 3> keys; until grep -q 'sudo password for' typed; do sleep 0.1; done; \
             printf \"{keys}\" >&3; wait; cat typed code"
        ))
    };
    let keys = format!("{PASSWORD}\\n");
    let text = typed("netlib deploy --same-sudo-password", &keys);
    assert_says(&text, &["2 of 2 nodes active"]);
    assert_eq!(text.matches("sudo password for").count(), 1, "{text}");
    assert_says(&text, &["sudo password for admin@alpha and admin@beta: "]);
    assert!(text.ends_with("\n0\n") && !text.contains("correct horse"), "{text}");
    site.assert_active("alpha");
    site.assert_active("beta");

    // An interrupt ends the question, and the terminal shows again what is typed.
    let text = typed("trap : INT; netlib exec -- id; echo ended $?; stty -a", "\\003");
    assert_says(&text, &["ended 130", " echo "]);
    assert_eq!(wrong_attempts(&site, "alpha"), "0");
}
