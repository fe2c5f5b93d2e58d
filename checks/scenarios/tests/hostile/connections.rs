//! What a connection gives away: passwords, agents, forwardings; what ssh is made to do.

use netlib_scenarios::{GATE, Network, Site, assert_says};

const PASSWORD: &str = "correct horse";

/// Makes sudo ask the bed's login user for a password.
fn wants_password(site: &Site, host: &str, password: &str) {
    let line = format!("echo 'admin:{password}' | chpasswd && echo 'admin ALL=(ALL:ALL) ALL' > /etc/sudoers.d/admin");
    site.exec_must(host, &line);
}

/// A host that says that sudo wants a password, and keeps what it gets.
fn steals_passwords(site: &Site, host: &str) {
    site.exec_must(host, "touch /stolen && chmod 666 /stolen");
    site.hostile(host, "1-id", "*id\\ -u*", "echo 1000");
    site.hostile(host, "2-given", "*sudo*-S*", "cat >> /stolen");
    site.hostile(host, "3-wants", "*sudo*", "echo 'sudo: a password is required' >&2; exit 1");
}

/// Runs netlib and says how much memory it had at most, in MiB, before its exit status and what it printed.
fn measured(site: &Site, arguments: &str) -> (u64, i32, String) {
    let output = site.sh(&format!(
        "rm -f /root/said; setsid netlib {arguments} > /root/said 2>&1 & pid=$!; peak=0; \
         while now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$pid/status 2>/dev/null) && [ -n \"$now\" ]; do \
           peak=$now; sleep 0.05; done; \
         wait $pid; status=$?; echo $((peak / 1024)); exit $status"
    ));
    let peak = output.stdout.trim().parse().expect("a number of MiB");
    let text = site.exec_must("deployer", "tail -c 20000 /root/said");
    println!("{arguments}: at most {peak} MiB");
    (peak, output.code(), text)
}

#[test]
fn attack_07_a_node_whose_user_is_root_gets_no_password() {
    let site = Site::up(&["alpha", "beta"]);
    wants_password(&site, "beta", PASSWORD);
    let users = "nodes.alpha.target.user = \"root\"; nodes.beta.target.user = \"admin\";";
    site.write(&Network::of(&["alpha", "beta"]).with(users));
    steals_passwords(&site, "alpha");
    site.must(&format!("umask 077; echo '{PASSWORD}' > /root/right"));
    let (_, text) = site.netlib("status --sudo-password-file /root/right");
    assert_eq!(site.exec_must("alpha", "cat /stolen"), "", "{text}");
    assert_says(&text, &["beta   no NixOS"]);
}

#[test]
fn attack_07_a_node_gets_only_the_password_that_was_given_for_it() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    wants_password(&site, "beta", PASSWORD);
    steals_passwords(&site, "alpha");
    let users = "nodes.alpha.target.user = \"admin\"; nodes.beta.target.user = \"admin\";";
    site.write(&Network::of(&hosts).with(users));
    site.must("umask 077; echo 'correct horse' > /root/right; echo guess > /root/guess");

    // One password for two nodes is given to neither, unless somebody says so.
    let (status, text) = site.netlib("status --sudo-password-file /root/right");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["--same-sudo-password", "admin@alpha", "admin@beta"]);
    assert_eq!(site.exec_must("alpha", "cat /stolen"), "", "{text}");

    // A program is asked for each by its name.
    let program = "#!/bin/sh\\ncase $1 in *admin@beta:*) cat /root/right ;; *admin@alpha:*) cat /root/guess ;; esac\\n";
    site.must(&format!("printf '{program}' > /root/askpass; chmod 700 /root/askpass"));
    let text = site.must("SUDO_ASKPASS=/root/askpass setsid --wait netlib status 2>&1 || true");
    assert_says(&text, &["beta   no NixOS"]);
    let stolen = site.exec_must("alpha", "cat /stolen");
    assert!(stolen.contains("guess"), "{stolen}: {text}");
    assert!(!stolen.contains(PASSWORD), "{text}");

    // Whoever wants one password for all is told which nodes get it.
    let (_, text) = site.netlib("status --same-sudo-password --sudo-password-file /root/right");
    assert_says(&text, &["beta   no NixOS"]);
    let stolen = site.exec_must("alpha", "cat /stolen");
    assert!(stolen.contains(PASSWORD), "{text}");
}

/// What a careless user's configuration says of every host.
const CARELESS: &str = "Host *\n  ForwardAgent yes\n  ForwardX11 yes\n  ForwardX11Trusted yes\n  Tunnel yes\n  \
    RemoteForward 2222 localhost:22\n  LocalForward 2223 localhost:22\n  ControlMaster yes\n  \
    ControlPath /root/.ssh/mux-%h\n  ControlPersist yes\n  PermitLocalCommand yes\n  \
    LocalCommand touch /root/local-command\n  RemoteCommand touch /root/remote-command\n  RequestTTY force\n  \
    LogLevel QUIET\n  BatchMode no\n";

/// Starts an agent with the deployer's key, and writes the user's configuration.
fn careless(site: &Site) {
    site.bed.host("deployer").write_file("/root/.ssh/config", CARELESS).expect("a configuration");
    site.exec_must(
        "deployer",
        "ssh-agent -a /run/agent > /dev/null; SSH_AUTH_SOCK=/run/agent ssh-add -q /root/.ssh/id_ed25519",
    );
}

#[test]
fn attack_08_no_agent_forwarding_or_command_of_the_users_configuration_reaches_a_node() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    careless(&site);
    site.write(&Network::of(&hosts));
    for host in hosts {
        site.hostile(
            host,
            "agent",
            "*",
            "echo \"${SSH_AUTH_SOCK:-}${DISPLAY:-}${SSH_TTY:-}\" >> /hostile/agents; \
             ss -Hltn 'sport = 2222' >> /hostile/agents; eval \"$SSH_ORIGINAL_COMMAND\"",
        );
    }
    let text = site.must("SSH_AUTH_SOCK=/run/agent setsid --wait netlib deploy 2>&1");
    assert_says(&text, &["2 of 2 nodes active"]);
    for host in hosts {
        assert!(site.answered(host, "agent") > 0, "{text}");
        let found = site.exec_must(host, "sort -u /hostile/agents");
        assert_eq!(found, "", "{host}");
        site.exec_must(host, "test ! -e /root/remote-command");
        site.assert_active(host);
    }
    site.must("test ! -e /root/local-command && ! ls /root/.ssh/mux-*");

    // Where a node's options ask for it, its agent is there: the agent itself works.
    site.write(&Network::of(&hosts).with("nodes.alpha.target.sshOptions = [ \"-o\" \"ForwardAgent=yes\" ];"));
    let asks = "exec -- sh -c 'echo agent=${SSH_AUTH_SOCK:+yes}'";
    let text = site.must(&format!("SSH_AUTH_SOCK=/run/agent setsid --wait netlib {asks} 2>&1"));
    assert_says(&text, &["alpha | agent=yes", "beta  | agent=\n"]);
}

#[test]
fn attack_11_an_answer_without_end_fails_its_node_only() {
    let site = Site::up(&["alpha", "beta"]);
    site.write(&Network::of(&["alpha", "beta"]));
    for (name, program) in [
        ("stdout", "head -c 1500000000 /dev/zero | tr '\\0' x"),
        ("stderr", "head -c 1500000000 /dev/zero | tr '\\0' x >&2"),
        ("lines", "yes a=b | head -c 1500000000"),
    ] {
        site.hostile("alpha", "flood", "*probe*", program);
        let (peak, status, text) = measured(&site, "status");
        assert!(site.answered("alpha", "flood") > 0, "{text}");
        assert_eq!(status, 1, "{name}: {text}");
        assert_says(&text, &["alpha", "beta   no NixOS"]);
        assert!(peak < 300, "{name}: {peak} MiB");
    }
    assert_says(&site.netlib("status -o wide").1, &["it printed more than 1 MiB", "beta: online"]);
}

#[test]
fn attack_12_a_log_without_end_does_not_hold_the_deploy() {
    let site = Site::up(&["alpha", "beta"]);
    site.write(&Network::of(&["alpha", "beta"]));
    for (rule, pattern) in [("begin", "*activate*"), ("log", "*status*[0-9]")] {
        site.hostile("alpha", rule, pattern, "printf 'phase=confirmed\\nrunning=no\\n\\n'; yes log | head -c 65536");
    }
    let (peak, _, text) = measured(&site, "deploy");
    assert!(site.answered("alpha", "log") > 0, "{text}");
    site.assert_active("beta");
    assert_says(&text, &["the rest of this log is not shown"]);
    assert!(peak < 500, "{peak} MiB");
}

#[test]
fn finding_an_honest_flood_of_a_log_is_cut_with_a_note() {
    let site = Site::up(&["alpha"]);
    let loud = "system.activationScripts.loud.text = \"yes 'a line of the log' | head -c 200000000\";";
    site.write(&Network::of(&["alpha"]).configure("alpha", loud));
    let (peak, status, text) = measured(&site, "deploy");
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["the rest of this log is not shown"]);
    assert!(peak < 500, "{peak} MiB");
    site.assert_active("alpha");
}

#[test]
fn finding_output_of_a_command_flows_through_in_little_memory() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    // Whoever reads it is slower than the host.
    let command = "exec -- sh -c 'yes 0123456789abcdef | head -n 2000000'";
    let output = site.sh(&format!(
        "mkfifo /root/slow; (sleep 3; cat /root/slow | wc -l > /root/count) & \
         setsid netlib {command} > /root/slow & pid=$!; peak=0; \
         while now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$pid/status 2>/dev/null) && [ -n \"$now\" ]; do \
           peak=$now; sleep 0.05; done; wait; echo $((peak / 1024)) $(cat /root/count)"
    ));
    println!("{}", output.stdout);
    let (peak, count) = output.stdout.trim().split_once(' ').expect("two numbers");
    assert_eq!(count, "2000000", "every line arrives");
    assert!(peak.parse::<u64>().expect("MiB") < 150, "{peak} MiB");
}

#[test]
fn attack_14_a_blank_in_tmpdir_is_no_word_of_ssh() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    site.must("mkdir -p '/root/t touch /root/pwned'");
    let text = site.must("TMPDIR='/root/t touch /root/pwned' setsid --wait netlib deploy 2>&1");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    for host in ["alpha", "deployer"] {
        site.exec_must(host, "test ! -e /root/pwned");
    }
}

#[test]
fn attack_15_a_percent_sign_or_a_quote_in_tmpdir_is_expanded_by_nobody() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    for folder in ["/root/%h", "/root/a\"b", "/root/$HOME"] {
        site.must(&format!("mkdir -p '{folder}'"));
        let text = site.must(&format!("TMPDIR='{folder}' setsid --wait netlib deploy 2>&1"));
        assert_says(&text, &["1 of 1 nodes active"]);
        site.must(&format!("test -z \"$(ls -A '{folder}')\""));
    }
    site.assert_active("alpha");
}

#[test]
fn attack_16_what_a_login_prints_is_no_part_of_an_answer() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    site.exec_must(
        "alpha",
        "printf '%s\\n' 'echo Welcome' 'echo' 'echo refused=busy' 'printf unended' | cat - /root/.bashrc > /root/new || true; \
         mv /root/new /root/.bashrc; printf 'Banner\\nConnection refused\\n' > /etc/banner; \
         echo 'Banner /etc/banner' > /etc/ssh/sshd_config.d/00-banner.conf; systemctl restart ssh",
    );
    let text = site.netlib_must("deploy");
    assert_says(&text, &["1 of 1 nodes active"]);
    site.assert_active("alpha");
    let text = site.netlib_must("exec -- echo only this");
    assert_eq!(text.matches("only this").count(), 1, "{text}");
    assert!(!text.contains("Welcome"), "{text}");
}

/// What a run keeps on the deployer while it lasts.
fn leftovers(site: &Site) -> String {
    site.exec_must(
        "deployer",
        "ls -d /tmp/netlib-* /run/user/*/netlib-* 2>/dev/null; pgrep -a ssh | grep -v -e sshd -e ssh-agent; true",
    )
}

#[test]
fn attack_23_a_closed_terminal_ends_a_run_as_an_interrupt_does() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]).configure("alpha", GATE));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    run.hang_up();
    run.wait_for("Interrupted");
    site.open_gate("alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 130, "{text}");
    assert_eq!(site.systems("alpha"), (toplevel.clone(), toplevel));
    assert_eq!(leftovers(&site), "");
}

#[test]
fn attack_23_what_a_killed_run_left_is_gone_after_the_next_one() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]).configure("alpha", GATE));
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    run.kill();
    let left = leftovers(&site);
    assert!(left.contains("/netlib-"), "{left}");
    site.open_gate("alpha");
    site.netlib_must("deploy");
    assert_eq!(leftovers(&site), "");
    // Nix forgets roots whose links are gone.
    let roots = site.must("nix-store --gc --print-roots | grep /netlib- || true");
    assert_eq!(roots, "");
}

/// The login that holds the connection dies in the middle of an answer.
#[test]
fn finding_a_question_whose_connection_breaks_is_asked_again() {
    let site = Site::deployed_on(&["alpha"], &Network::of(&["alpha"]));
    site.hostile(
        "alpha",
        "breaks",
        "*probe*",
        "if mkdir /hostile/broken 2>/dev/null; then kill -KILL $PPID; sleep 60; fi; eval \"$SSH_ORIGINAL_COMMAND\"",
    );
    site.exec_must("alpha", "chmod 777 /hostile");
    let text = site.netlib_must("status");
    assert!(site.answered("alpha", "breaks") > 1, "{text}");
    site.exec_must("alpha", "test -d /hostile/broken");
    assert_says(&text, &["alpha  up to date"]);
}

/// ssh takes further keys that a host shows for its own, unless it is told not to: whoever broke in once could be that
/// host for ever.
#[test]
fn finding_a_host_adds_no_keys_to_known_hosts() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    site.exec_must(
        "alpha",
        "ssh-keygen -q -t ecdsa -N '' -f /etc/ssh/ssh_host_evil_key && \
         printf 'HostKey /etc/ssh/ssh_host_%s_key\\n' ed25519 evil >/etc/ssh/sshd_config.d/00-keys.conf && \
         systemctl reset-failed ssh && systemctl restart ssh",
    );
    // ssh adds nothing to a line with several names.
    site.must("sed -i 's/^alpha,[^ ]* /alpha /' ~/.ssh/known_hosts");
    let known = || site.must("cat ~/.ssh/known_hosts");
    let before = known();
    site.netlib_must("status");
    assert_eq!(known(), before);
    // The user's own ssh would have.
    site.must("ssh -o UpdateHostKeys=yes alpha sleep 1");
    assert_ne!(known(), before);
}

#[test]
fn finding_the_daemon_of_a_host_is_not_told_the_settings_of_who_deploys() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]));
    // Whatever is said to a daemon there, by either way to it, is kept.
    let keeps = "#!/bin/sh\ntee -a /told | /usr/bin/nix-daemon \"$@\"\n";
    site.bed.host("alpha").write_file("/usr/local/bin/nix-daemon", keeps).unwrap_or_else(|error| panic!("{error}"));
    site.exec_must(
        "alpha",
        "chmod +x /usr/local/bin/nix-daemon && cd /run/systemd/system && mkdir nix-daemon.socket.d && \
         printf '[Socket]\\nAccept=yes\\n' >nix-daemon.socket.d/keeps.conf && \
         printf '[Service]\\nExecStart=-/usr/local/bin/nix-daemon --stdio\\nStandardInput=socket\\n' >nix-daemon@.service && \
         systemctl daemon-reload && systemctl stop nix-daemon.service && systemctl restart nix-daemon.socket",
    );
    let settings = "substituters = https://anna:SECRET@cache.example.org";
    let config = format!("mkdir -p ~/.config/nix && printf '{settings}/%s\\n' a > ~/.config/nix/nix.conf");
    let text = site.must(&format!("{config}; NIX_CONFIG='netrc-file = /root/SECRET' netlib deploy 2>&1"));
    site.assert_active("alpha");
    assert_eq!(site.exec_must("alpha", "grep -a -c SECRET /told || :"), "0", "{text}");
    assert_ne!(site.exec_must("alpha", "grep -c -a /nix/store /told"), "0", "{text}");
}
