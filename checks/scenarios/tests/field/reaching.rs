//! Reaching hosts: whatever the user's own configuration says, and wherever they are.

use netlib_scenarios::{GATE, Network, Site, assert_says};

/// What a user's configuration says of every host.
const CARELESS: &str = "Host *\n  ControlMaster yes\n  ControlPath /root/.ssh/mux-%h\n  ControlPersist 10m\n  \
    PermitLocalCommand yes\n  LocalCommand echo hello; touch /root/local-command\n  \
    RemoteCommand touch /root/remote-command\n  RequestTTY force\n  Compression yes\n";

/// Gives a login user a shell that is none of POSIX.
fn other_shell(site: &Site, host: &str, user: &str) {
    let machine = site.bed.host(host);
    machine.write_file("/usr/local/bin/other-shell", include_str!("login-shell.sh")).expect("a shell");
    site.exec_must(
        host,
        &format!("chmod 755 /usr/local/bin/other-shell; usermod -s /usr/local/bin/other-shell {user}"),
    );
}

#[test]
fn number_11_the_users_configuration_decides_only_how_a_host_is_reached() {
    let hosts = ["alpha", "beta", "gate"];
    let site = Site::up(&hosts);
    let nodes = Network::of(&["alpha", "beta"]);
    site.write(&nodes.with("nodes.alpha.target.host = lib.mkForce \"an-alias\";"));
    let (deployer, alpha) = (site.bed.deployer(), site.bed.host("alpha").ipv4().expect("an address"));
    let way = format!("Host an-alias\n  HostName {alpha}\n  HostKeyAlias alpha\n  ProxyJump gate\n");
    // What no jump host can do without.
    let way = format!("{way}Host an-alias beta\n  SessionType none\n  StdinNull yes\n  ForkAfterAuthentication yes\n");
    deployer.write_file("/root/.ssh/config", format!("{way}{CARELESS}")).expect("a configuration");
    // The host is reached through the jump host only.
    let others = deployer.ipv4().expect("an address");
    site.exec_must("alpha", &format!("ip route add blackhole {others}/32"));
    site.must("ssh -F none -f -N -M -S /root/.ssh/mux-beta -o BatchMode=yes beta > /dev/null 2>&1");
    // Whoever used it would wait for it.
    site.must("pkill -STOP -f '[m]ux-beta'");
    site.exec_must("beta", "echo 'echo from a startup file' | tee -a /root/.bashrc /root/.profile /etc/bash.bashrc");
    site.exec_must("beta", "echo Keep out > /etc/banner; echo 'Banner /etc/banner' > /etc/ssh/sshd_config.d/01-banner.conf; systemctl reload ssh");
    other_shell(&site, "alpha", "root");

    let text = site.netlib_must("deploy");
    assert_says(&text, &["2 of 2 nodes active"]);
    for host in ["alpha", "beta"] {
        site.assert_active(host);
        site.exec_must(host, "test ! -e /root/remote-command");
    }
    let odd = r#"exec --on alpha -- printf '<%s>\n' "it's" '!a\b\\c' '$HOME'"#;
    assert_says(&site.netlib_must(odd), &[r"<it's>", r"<!a\b\\c>", "<$HOME>"]);
    site.must("pkill -CONT -f '[m]ux-beta'; ssh -F none -S /root/.ssh/mux-beta -O check beta");
    site.must("test ! -e /root/local-command");
}

#[test]
fn number_16_an_interrupt_is_one_however_often_it_arrives_and_reaches_netlib_alone() {
    let hosts = ["alpha", "beta"];
    let slow = "environment.etc.\"slow\".source = pkgs.runCommand \"slow\" { } \"touch /root/builds; sleep 600\";";
    let network = Network::of(&hosts).configure("alpha", GATE).configure("beta", slow);
    let site = Site::deployed_on(&hosts, &Network::of(&hosts));
    let before = site.systems("beta");
    site.write(&network);
    // Once as from a terminal, and once as `timeout` does it, which tells the process and then its group.
    for on_terminal in [true, false] {
        site.close_gate("alpha");
        site.exec_must("deployer", "rm -f /root/builds");
        let run = if on_terminal { site.start_on_terminal("deploy") } else { site.start("deploy") };
        site.wait_for_gate("alpha");
        site.wait_until("deployer", "the build runs", "test -e /root/builds");
        if on_terminal {
            run.type_line("\u{3}\u{3}\u{3}");
        } else {
            run.signal_if_running("-INT $pid; kill -INT -- -$pid; kill -INT $pid");
        }
        run.wait_for("Interrupted");
        site.wait_until("deployer", "the build is over", "! pgrep -f '[s]leep 600'");
        site.must("pgrep -f '[s]sh -f -N'");
        site.open_gate("alpha");
        let (status, text) = run.wait();
        assert_eq!(status, 130, "{text}");
        assert_says(&text, &["changed", "skipped", "interrupted before it was done"]);
        assert!(!text.contains("failed") && !text.contains("Aborted"), "{text}");
        site.assert_active("alpha");
        assert_eq!(site.systems("beta"), before, "{text}");
        // What did not change would not be started again.
        site.write(&network.clone().configure("alpha", &GATE.replace("touch /run", ":; touch /run")));
    }
}

#[test]
fn number_14_a_node_that_may_be_off_is_said_to_be_offline_and_nothing_fails() {
    let hosts = ["alpha", "beta", "gamma"];
    let network = Network::of(&hosts).with(
        "roles.laptops = { nodes = [ \"beta\" ]; mayBeOffline = true; };
         roles.all = { nodes = [ \"alpha\" \"beta\" ]; };
         nodes.beta.role = \"all\";
         deploy.order.one = { first = [ \"beta\" ]; next = [ \"gamma\" ]; };",
    );
    let site = Site::up(&hosts);
    site.bed.host("beta").cut().expect("a cut");
    site.write(&network);
    let text = site.netlib_must("deploy");
    assert_says(
        &text,
        &["beta: offline", "beta   offline       cannot connect to root@beta", "2 of 3 nodes active, 1 offline"],
    );
    assert!(!site.sh(&format!("test -e {}", site.toplevel("beta"))).success(), "{text}");
    for node in ["alpha", "gamma"] {
        site.assert_active(node);
    }
    // Alone too, where nobody is left to keep a record of its rollout.
    assert_says(&site.netlib_must("deploy --on beta"), &["0 of 1 nodes active, 1 offline"]);
    assert_says(&site.netlib_must("status --no-eval"), &["beta: offline"]);
    // Somebody who names a command for it wants to know.
    assert_eq!(site.netlib("exec --on beta -- true").0, 1);

    site.bed.host("beta").heal().expect("healed");
    site.netlib_must("deploy");
    site.assert_active("beta");
}

#[test]
fn number_15_a_coordinator_that_is_down_keeps_nobody_from_deploying_the_others() {
    let hosts = ["alpha", "beta", "gamma", "delta"];
    let network = Network::of(&hosts)
        .with("roles.web = { nodes = [ \"*\" ]; rollout = { canary = \"alpha\"; minHealthyTime = 1; }; };");
    let site = Site::deployed_on(&hosts, &network);
    site.bed.host("alpha").cut().expect("a cut");
    site.write(&network.configure("delta", "environment.etc.\"new\".text = \"new\";"));
    let text = site.netlib_must("deploy --on delta");
    // Not a selected one: another deployer would name another one.
    assert_says(&text, &["the coordinator `alpha` does not answer; `beta` stands in for it", "rollout web  healthy"]);
    site.assert_active("delta");
}
