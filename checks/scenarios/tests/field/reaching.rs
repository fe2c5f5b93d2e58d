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
        let bad = text.replace("0 failed", "");
        assert!(!bad.contains("failed") && !bad.contains("Aborted"), "{text}");
        site.assert_active("alpha");
        assert_eq!(site.systems("beta"), before, "{text}");
        // What did not change would not be started again.
        site.write(&network.clone().configure("alpha", &GATE.replace("touch /run", ":; touch /run")));
    }
}

#[test]
fn number_16_a_run_that_is_killed_takes_with_it_what_it_runs_here() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["alpha"]).with(
        "plans.wait = { description = \"Wait\"; requests = [ { deploy = false; } ];
           steps.wait = { kind = \"command\"; on = \"deployer\"; command = \"touch /root/waits; sleep 600 | cat\"; }; };",
    ));
    let run = site.start("run wait");
    site.wait_until("deployer", "the step runs", "test -e /root/waits");
    run.kill();
    site.wait_until("deployer", "the step ends", "! pgrep -f '[s]leep 600'");
}

#[test]
fn number_14_a_node_that_may_be_off_is_said_to_be_offline_and_nothing_fails() {
    let hosts = ["alpha", "beta", "gamma"];
    let network = Network::of(&hosts).with(
        "roles.laptops = { nodes = [ \"beta\" ]; mayBeOffline = true; };
         roles.all = { nodes = [ \"alpha\" \"beta\" ]; };
         nodes.beta.role = \"all\";
         deploy.order.one = { nodes = [ \"gamma\" ]; after = [ \"beta\" ]; };",
    );
    let site = Site::up(&hosts);
    site.bed.host("beta").cut().expect("a cut");
    site.write(&network);
    let text = site.netlib_must("deploy");
    assert_says(
        &text,
        &[
            "beta: offline",
            "beta   offline       cannot connect to root@beta",
            "2 of 3 nodes active: ",
            "0 failed, 1 offline",
        ],
    );
    assert!(!site.sh(&format!("test -e {}", site.toplevel("beta"))).success(), "{text}");
    for node in ["alpha", "gamma"] {
        site.assert_active(node);
    }
    // Alone too, where nobody is left to keep a record of its rollout.
    assert_says(&site.netlib_must("deploy --on beta"), &["0 of 1 nodes active: 0 failed, 1 offline"]);
    assert_says(&site.netlib_must("status --no-eval"), &["beta   offline"]);
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
        .with("rollouts.web = { nodes = [ \"*\" ]; canary = \"alpha\"; timing.minHealthyTime = \"1s\"; };");
    let site = Site::deployed_on(&hosts, &network);
    site.bed.host("alpha").cut().expect("a cut");
    site.write(&network.configure("delta", "environment.etc.\"new\".text = \"new\";"));
    let text = site.netlib_must("deploy --on delta");
    // Not a selected one: another deployer would name another one.
    assert_says(&text, &["the coordinator `alpha` does not answer; its fallback is `beta`", "rollout web  healthy"]);
    site.assert_active("delta");
}

#[test]
fn number_02_a_node_may_be_called_localhost() {
    let site = Site::up(&["alpha"]);
    site.write(&Network::of(&["localhost"]).with("nodes.localhost.target.host = lib.mkForce \"alpha\";"));
    let text = site.netlib_must("deploy");
    let toplevel = site.toplevel("localhost");
    assert_eq!(site.systems("alpha"), (toplevel.clone(), toplevel), "{text}");
}

#[test]
fn number_13_many_hosts_behind_one_jump_host_are_all_deployed() {
    let hosts: Vec<String> = (1..=12).map(|number| format!("h{number:02}")).collect();
    let nodes: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let everybody = [&["gate"], nodes.as_slice()].concat();
    let site = Site::up(&everybody);
    let (deployer, gate) = (site.bed.deployer().ipv4().expect("an address"), "/etc/ssh/sshd_config.d/few.conf");
    // Of this setting the last one counts.
    site.exec_must("gate", &format!("echo 'MaxStartups 2:100:2' > {gate} && systemctl restart ssh"));
    let logins = "for login in $(seq 12); do ssh -o BatchMode=yes gate true 2>/dev/null || echo refused & done; wait";
    assert_says(&site.exec_must("deployer", logins), &["refused"]);
    for node in &nodes {
        site.exec_must(node, &format!("ip route add blackhole {deployer}/32"));
    }
    site.exec_must("deployer", "printf 'Host h*\\n  ProxyJump gate\\n' > /root/.ssh/config");
    site.write(&Network::of(&everybody));
    let text = site.netlib_must("deploy");
    assert_says(&text, &["13 of 13 nodes active"]);
    for node in &everybody {
        site.assert_active(node);
    }
}

#[test]
fn number_12_a_host_is_reached_where_it_is_and_confirmed_where_it_will_be() {
    let hosts = ["alpha", "beta", "gamma"];
    let network = Network::of(&hosts);
    let site = Site::deployed_on(&hosts, &network);
    let before = ["alpha", "beta"].map(|host| site.systems(host));
    let old = site.bed.host("gamma").ipv4().expect("an address");
    let readdress = format!(
        r#"systemd.services.readdress = {{
             wantedBy = [ "multi-user.target" ];
             serviceConfig = {{ Type = "oneshot"; RemainAfterExit = true; }};
             path = [ "/usr" ];
             script = "ip address del {old}/24 dev eth0; ip address add 192.0.2.200/24 dev eth0";
           }};"#
    );
    let known = |node: &str| {
        format!("nodes.{node}.target.sshOptions = [ \"-o\" \"HostKeyAlias={node}\" \"-o\" \"ServerAliveInterval=1\" ];")
    };
    let network = network
        .with(&hosts.map(known).concat())
        .with("nodes.alpha.target = { port = 2222; user = \"admin\"; previous = { port = 22; user = \"root\"; }; };")
        .configure("alpha", "services.openssh = { ports = [ 2222 ]; settings.PermitRootLogin = \"no\"; };")
        // Somebody mistyped it in one of two places.
        .with("nodes.beta = { target = { port = 2222; previous.port = 22; }; activation.confirmTimeout = 15; };")
        .configure("beta", "services.openssh.ports = [ 2223 ];")
        .with(&format!("nodes.gamma.target = {{ host = lib.mkForce \"192.0.2.200\"; previous.host = \"{old}\"; }};"))
        .configure("gamma", &readdress);
    site.write(&network);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the host does not take a new connection", "Connection refused", "2 of 3 nodes active"]);
    site.assert_active("alpha");
    site.assert_active("gamma");
    assert_eq!(site.systems("beta"), before[1], "{text}");

    // From now on they are found there, and what was before is not needed.
    let gone = |node: &str| format!("nodes.{node}.target.previous = lib.mkOverride 1 null;");
    site.write(&network.clone().with(&(gone("alpha") + &gone("gamma"))));
    assert_says(&site.netlib_must("exec --on alpha --on gamma -- true"), &[]);

    // The rollback leads to where it was.
    site.write(&network);
    let text = site.netlib_must("rollback alpha");
    assert_eq!(site.systems("alpha"), before[0], "{text}");
}

/// Reports of IPv6 addresses as targets.
#[test]
fn finding_ipv6_addresses_with_and_without_a_zone_are_targets() {
    let hosts = ["alpha", "beta"];
    let site = Site::up(&hosts);
    let alpha = site.bed.host("alpha").ipv6().expect("an address");
    let link = "ip -6 -o address show dev eth0 scope link | sed 's/.*inet6 \\([^/ ]*\\).*/\\1/'";
    let beta = site.exec_must("beta", link);
    let known = |node: &str| format!("nodes.{node}.target.sshOptions = [ \"-o\" \"HostKeyAlias={node}\" ];");
    let targets = format!(
        "nodes.alpha.target.host = lib.mkForce \"{alpha}\"; nodes.beta.target.host = lib.mkForce \"{beta}%eth0\";"
    );
    let network = Network::of(&hosts).with(&hosts.map(known).concat()).with("nodes.alpha.target.port = 22;");
    site.write(&network.clone().with(&targets));
    site.netlib_must("deploy");
    hosts.iter().for_each(|host| site.assert_active(host));
    site.write(&network.with(&targets.replace(&alpha.to_string(), &format!("[{alpha}]"))));
    assert_says(&site.netlib("plan").1, &["nodes.alpha.target.host", "an IPv6 address without brackets"]);
}

#[test]
fn finding_a_copy_finds_another_way_where_the_hosts_own_daemon_is_none() {
    let hosts = ["alpha", "beta", "gamma"];
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts));
    let forbid = "echo AllowStreamLocalForwarding no >/etc/ssh/sshd_config.d/01-forward.conf; systemctl reload ssh";
    site.exec_must("alpha", forbid);
    site.exec_must("beta", "systemctl stop nix-daemon.socket nix-daemon.service; rm -rf /nix/var/nix/daemon-socket");
    // It takes from root only what somebody signed whom it knows.
    site.exec_must("gamma", "sed -i 's/^trusted-users.*/trusted-users =/' /etc/nix/nix.conf");
    assert_says(&site.netlib_must("deploy"), &["3 of 3 nodes active"]);
    hosts.iter().for_each(|host| site.assert_active(host));
}
