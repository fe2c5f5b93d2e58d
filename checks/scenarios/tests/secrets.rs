//! Secrets with real age: made on the deployer, decrypted on hosts, and nowhere else.

use std::time::Duration;

use netlib_scenarios::{Network, Site, assert_says};

/// The command of the network as it is now, built once: `nix run` would evaluate the flake anew each time.
fn built(site: &Site) -> String {
    let derivation = "nix eval --raw .#apps.$(uname -m)-linux.command.program --apply 'p: builtins.head (builtins.attrNames (builtins.getContext p))'";
    format!("{} secrets", site.must(&format!("nix-store -r $({derivation}) 2>/dev/null")).trim())
}

/// beta is a cache and builds for alpha, besides having secrets of its own.
const SHARED: &str = r#"
    nodes.beta.target.port = 22;
    nix-cache.main = { servers.beta = { }; uploaders = [ "alpha" ]; };
    remote-builders.main = { builders.beta.supportedFeatures = [ "only-beta" ]; clients = [ "alpha" ]; };
"#;
/// Debian lets only a group talk to the daemon; on NixOS everybody may.
const SERVER: &str = r#"
  nix.settings.system-features = [ "only-beta" ];
  users.users.nix-builder-main.extraGroups = [ "nix-users" ];
  users.users.nix-cache-main.extraGroups = [ "nix-users" ];
"#;

/// alpha has a shop that reads three secrets and writes down what it started with; beta shares one of them, and has its users made by
/// systemd-sysusers, with a password from a secret, as NixOS does it. It is also a cache and builds for alpha. Values have markers in them, which
/// were made in memory: no command line of this test has one.
fn network(site: &Site) -> Network {
    let key = site.exec_must("deployer", "cat /root/.ssh/id_ed25519.pub");
    let shop = "systemd.services.shop = {
           wantedBy = [ \"multi-user.target\" ];
           serviceConfig.LoadCredential = \"db-password\";
           script = ''
             cmp ${config.netlib.secrets.db-password.path} \"$CREDENTIALS_DIRECTORY/db-password\"
             cat \"$CREDENTIALS_DIRECTORY/db-password\" ${config.netlib.secrets.blob.path} | sha256sum >>/var/lib/shop.log
             exec sleep infinity
           '';
         };
         users.users.guest = { isNormalUser = true; hashedPasswordFile = config.netlib.secrets.guest-password.path; };";
    let sysusers = "options.systemd.sysusers.enable = lib.mkOption { type = lib.types.bool; default = true; example = true; description = \"As NixOS has it.\"; };
         config.environment.etc.\"sysusers.d/00-nixos.conf\".text = \"u shopper - Shopper /var/empty /bin/sh\\n\";
         config.systemd.services.systemd-sysusers = {
           wantedBy = [ \"sysinit.target\" ];
           unitConfig.ConditionNeedsUpdate = [ \"\" ];
           serviceConfig.LoadCredential = \"passwd.hashed-password.shopper:${config.netlib.secrets.guest-password.path}\";
         };";
    Network::of(&["alpha", "beta"]).importing("secrets").importing("nix-cache").importing("remote-builders").configure("beta", SERVER).with(SHARED).with(&format!(
        "secrets = {{
           admins.anna = \"{key}\";
           db-password = {{ for = [ \"*\" ]; generator = _: \"printf '%s-%s' \\\"$(cat /dev/shm/own/made)\\\" \\\"$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')\\\"\"; restart = [ \"shop.service\" ]; }};
           blob = {{ for = [ \"alpha\" ]; owner = \"nobody\"; mode = \"0440\"; restart = [ \"shop.service\" ]; }};
           pair = {{ for = [ \"alpha\" ]; dependsOn = [ \"db-password\" ]; restart = [ \"shop.service\" ];
             generator = {{ pkgs, ... }}: ''cat $secrets/db-password; printf public-half >\"$public\"''; }};
           guest-password = {{ for = [ \"*\" ]; neededFor = \"users\"; prompt = \"Hash of a password\"; }};
           user = {{ for = [ \"alpha\" ]; neededFor = \"users\"; }};
           sent = {{ for = [ \"alpha\" ]; volatile = true; from = \"cat /dev/shm/own/sent\"; restart = [ \"till.service\" ]; }};
         }};
         configure.alpha = {{ config, ... }}: {{ {shop} systemd.services.till.script = \"exec sleep infinity\"; }};
         imports = [ ({{ config, netlib, ... }}: {{
           configure.beta = {{ config, lib, ... }}: {{
           {sysusers}
           config.environment.etc.pair.text = netlib.getFact {{ node = \"alpha\"; name = \"secret-pair\"; neededBy = \"beta\"; }}; }}; }}) ];"
    ))
}

fn starts(site: &Site) -> usize {
    site.exec_must("alpha", "wc -l </var/lib/shop.log").trim().parse().expect("a number")
}

#[test]
fn secrets_are_where_they_belong_and_nowhere_else_and_consumers_restart_for_values_alone() {
    let site = Site::up(&["alpha", "beta"]);
    mark(&site);
    let network = network(&site);
    // Hosts of the bed do without it, and their own units start before those of NixOS.
    site.exec_must(
        "beta",
        "rm /etc/systemd/system/systemd-sysusers.service && touch /etc/.updated && systemctl daemon-reload",
    );
    site.write(&network);
    site.gather();

    // What is missing is said with the command that makes it.
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["secrets generate db-password", "secrets edit blob", "secrets generate guest-password"]);
    let secrets = built(&site);
    site.must(&format!("{secrets} edit blob </dev/shm/own/blob && {secrets} edit user </dev/shm/own/user"));
    // Somebody is asked for what nothing generates.
    let (status, text) = both(&site, &format!("{secrets} generate </dev/null"));
    assert_ne!(status, 0, "{text}");
    assert_says(&text, &["`guest-password` is asked for, and there is no terminal"]);
    let text = site.must(&format!("openssl passwd -6 -salt ab open | script -qec '{secrets} generate' /dev/null"));
    assert_says(
        &text,
        &["Hash of a password (guest-password): ", "made db-password", "made guest-password", "made pair"],
    );
    site.must("nix run .#command -- secrets check && git commit -qam 'Secrets'");
    site.netlib_must("plan --json >/root/plan.json");
    site.netlib_must("deploy --json --log-dir /root/logs >/root/events.json 2>/root/said");

    let password = site.must(&format!("{secrets} show db-password"));
    site.exec_must("alpha", "systemctl is-active till");
    passes_a_builder_and_a_cache(&site);
    assert_eq!(site.must(&format!("{secrets} show pair; cat secrets/pair/public")), password.clone() + "public-half");
    for host in ["alpha", "beta"] {
        assert_eq!(site.exec_must(host, "cat /run/netlib-secrets/services/db-password"), password);
    }
    site.exec_must("beta", "test ! -e /run/netlib-secrets/services/blob && test \"$(cat /etc/pair)\" = public-half");
    assert_eq!(
        site.exec_must("alpha", "stat -L -c '%a %U' /run/netlib-secrets/services/blob /run/netlib-secrets/services/pair; stat -f -c %T /run/netlib-secrets/services/"),
        "440 nobody\n400 root\nramfs"
    );
    let sum = site.must("sha256sum </dev/shm/own/blob");
    assert_eq!(site.exec_must("alpha", "sha256sum </run/netlib-secrets/services/blob") + "\n", sum);
    site.exec_must("alpha", "getent shadow guest | grep -F '$6$ab$'");
    site.exec_must("beta", "getent shadow shopper | grep -F '$6$ab$'");
    assert_eq!(starts(&site), 1);

    // Another value: one restart of who reads three of them. Another admin, or the same value for other keys: none.
    site.must(&format!("{secrets} rotate db-password && {secrets} rotate pair && git commit -qam Rotated"));
    site.netlib_must("deploy -v --log-dir /root/logs >/root/said-again 2>&1");
    assert_eq!(starts(&site), 2);
    let rotated = site.must(&format!("{secrets} show db-password"));
    assert_ne!(rotated, password);
    assert_eq!(
        site.exec_must("alpha", "cat /run/credstore/db-password /run/netlib-secrets/services/pair"),
        rotated.repeat(2)
    );
    let own = site.must("cd /root && age-keygen -o ben 2>/dev/null && age-keygen -y ben");
    site.write(&network.clone().with(&format!("secrets.admins.ben = \"{}\";", own.trim())));
    let with_ben = built(&site);
    let (status, text) = both(&site, &format!("{with_ben} check"));
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["blob is not encrypted for ben: secrets rekey"]);
    assert_says(&site.must(&format!("{with_ben} rekey && {with_ben} check")), &["blob is now also for admin ben"]);
    assert_eq!(site.must(&format!("NETLIB_SECRETS_IDENTITY=/root/ben {with_ben} show db-password")), rotated);
    site.netlib_must("deploy");
    assert_eq!(starts(&site), 2);

    // Who goes could read what has not been rotated.
    site.write(&network);
    let text = site.must(&format!("{secrets} rekey"));
    assert_says(&text, &["rotate db-password: admin ben could read it"]);
    assert_ne!(site.sh(&format!("NETLIB_SECRETS_IDENTITY=/root/ben {secrets} show db-password")).code(), 0);
    site.must(&format!("{secrets} rotate db-password && ! {secrets} who db-password | grep ben"));

    markers_are_nowhere_else(&site);

    // Files that were exchanged are no values of each other, nor is one from before: what runs goes on with what it has.
    let files = "f=$(systemctl show -p ExecStart --value netlib-secrets | sed 's/.*path=\\([^ ]*\\) .*/\\1/'); t=$(sed -n 's/^ *table=//p' $f)";
    for (change, name) in [
        (
            "awk -F '\t' -v OFS='\t' 'NR == FNR { file[$1] = $3; next } $1 == \"blob\" { $3 = file[\"pair\"] } 1' $t $t",
            "blob",
        ),
        ("sed 's/^\\(pair\t[0-9]*\\)/\\11/' $t", "pair"),
    ] {
        let text = site.exec_must(
            "alpha",
            &format!("{files}; {change} >/run/t; sed \"s#table=$t#table=/run/t#\" $f >/run/f; ! bash /run/f 2>&1; sha256sum </run/netlib-secrets/services/blob"),
        );
        assert_says(&text, &[&format!("cannot take {name}"), "secrets check", sum.trim()]);
    }

    // A boot that nobody planned, without a deployer. Users are made with their passwords.
    site.exec_must("beta", "userdel shopper");
    for host in ["alpha", "beta"] {
        site.bed.host(host).crash().expect("crash");
        site.bed.host(host).boot().expect("boot");
    }
    site.wait_until("alpha", "the shop runs again", "test $(wc -l </var/lib/shop.log) = 3");
    assert_eq!(site.exec_must("alpha", "cat /run/netlib-secrets/services/db-password"), rotated);
    site.wait_until("beta", "the user is there", "getent shadow shopper | grep -F '$6$ab$'");

    // A key that changed is noticed before anything is built, and mended with one command.
    site.exec_must(
        "beta",
        "rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
    );
    site.gather();
    let (status, text) = site.netlib("deploy --on alpha");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["`beta` cannot read `db-password`", "secrets rekey"]);
    let text = site.must("nix run .#command -- secrets host-key beta");
    assert_says(&text, &["db-password is now also for node beta", "rotate db-password: node beta could read it"]);
    site.netlib_must("plan --on alpha");
}

/// alpha gets thirty secrets that are nowhere but in memory, and its shop wants three; the deployer has some in files.
fn volatile() -> Network {
    Network::of(&["alpha"]).importing("secrets").with(
        "secrets = lib.genAttrs (map (n: \"other-${toString n}\") (lib.range 1 27)) (name: {
             for = [ \"alpha\" ]; volatile = true; from = \"echo value-of-${name}\"; }) // {
           third = { for = [ \"alpha\" ]; volatile = true; from = \"printf '\\\\000\\\\n\\\\n'\"; restart = [ \"shop.service\" ]; };
           token = { for = [ \"alpha\" ]; volatile = true; from = \"cat \\\"\\${PLACE-/root}/token\\\"\"; restart = [ \"shop.service\" ]; owner = \"shop\"; };
           second = { for = [ \"alpha\" ]; volatile = true; from = \"cat \\\"\\${PLACE-/root}/second\\\"\"; restart = [ \"shop.service\" ]; };
         };
         configure.alpha = { config, ... }: {
           users.groups.shop = { };
           users.users.shop = { isSystemUser = true; group = \"shop\"; };
           systemd.services.shop = {
             wantedBy = [ \"multi-user.target\" ];
             script = ''
               cat ${config.netlib.secrets.token.path} >>/var/lib/shop.log
               exec sleep infinity
             '';
           };
         };",
    )
}

#[test]
fn volatile_secrets_arrive_restart_once_go_back_and_are_awaited_after_a_boot() {
    let site = Site::up(&["alpha"]);
    let network = volatile();
    let with =
        |version: &str| network.clone().configure("alpha", &format!("environment.etc.version.text = \"{version}\";"));
    let log = || site.exec_must("alpha", "cat /var/lib/shop.log");
    let token = || site.exec_must("alpha", "cat /run/netlib-secrets/volatile/token");
    let runs = || site.wait_until("alpha", "the shop runs", "systemctl is-active shop.service");
    let send = |token: &str| site.must(&format!("umask 077; printf '{token}\\n' >/root/token"));
    send("one");
    site.exec_must("deployer", "head -c 10000000 /dev/zero >/root/second");
    site.write(&with("1"));
    site.netlib_must("deploy");
    runs();
    assert_eq!(log(), "one");
    // Its owner came with the same system.
    assert_eq!(site.exec_must("alpha", "stat -L -c '%a %U' /run/netlib-secrets/volatile/token"), "400 shop");
    // Each byte as it is: none of a text, zeros, breaks of lines at the end.
    assert_eq!(
        site.exec_must(
            "alpha",
            "cd /run/netlib-secrets/volatile && stat -c %s second; od -An -tx1 third; cat other-27"
        ),
        "10000000\n 00 0a 0a\nvalue-of-other-27"
    );
    assert_says(&site.netlib_must("status"), &["secrets", "all there"]);

    // Nothing has changed: nothing is sent, nothing restarts. One has changed, and the system too: one restart.
    assert_says(&site.netlib_must("run secrets"), &["all secrets are there"]);
    // What a node says it has can only make more be sent.
    site.must("echo x >/root/second");
    site.exec_must("alpha", "printf '#!/bin/sh\\nhead -c 3000000 /dev/urandom\\n' >/usr/local/sbin/sha256sum; chmod 755 /usr/local/sbin/sha256sum");
    assert_says(&site.netlib_must("run secrets"), &["30 of 30 secrets sent"]);
    site.exec_must("alpha", "rm /usr/local/sbin/sha256sum");
    assert_eq!(log(), "one\none");
    send("two");
    site.write(&with("2"));
    assert_says(&site.netlib_must("deploy"), &["1 of 30 secrets sent"]);
    runs();
    assert_eq!(log(), "one\none\ntwo");
    site.exec_must("alpha", "! systemctl is-active netlib-forget-secrets.timer");
    streams_do_not_mix(&site);

    // A system that rolls back brings back what it ran with, for ten minutes.
    send("three");
    let bad = with("3")
        .with("checks.alpha.never.exec.script = \"test -e /run/later; exit 1\"; rollout.timing.healthyDeadline = 3;");
    site.write(&bad);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_eq!(token(), "two");
    runs();
    assert!(log().ends_with("three\ntwo"), "{}", log());
    site.exec_must("alpha", "test $(ls -d /run/netlib-secrets/.volatile.* | wc -l) = 1");
    site.write(&bad.with("rollout.timing.healthyDeadline = lib.mkForce 20;"));
    let run = site.start("deploy");
    site.wait_until(
        "alpha",
        "what was before is forgotten, as it is after ten minutes",
        "test -e /run/netlib-secrets/volatile.previous/token && systemctl is-active netlib-forget-secrets.timer && systemctl start netlib-forget-secrets.service",
    );
    site.exec_must("alpha", "! test -e /run/netlib-secrets/volatile.previous/token");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["awaitingSecrets"]);

    // What a system brought is wiped with the confirmation of the next: who rolls back later waits for secrets.
    site.write(&with("2"));
    send("four");
    assert_says(&site.netlib_must("run secrets"), &["30 of 30 secrets sent"]);
    runs();
    assert_eq!(token(), "four");
    let waits = "! ls /run/netlib-secrets/volatile && ! systemctl is-active shop.service && test -z \"$(systemctl --failed --no-legend)\"";
    let newest = site.systems("alpha").0;
    assert_says(&site.netlib_must("rollback alpha"), &["awaitingSecrets"]);
    assert_says(&site.netlib_must("status"), &["awaitingSecrets"]);
    site.exec_must("alpha", waits);
    // By hand, as nixos-rebuild does.
    site.exec_must("alpha", &format!("{newest}/bin/switch-to-configuration test"));
    site.exec_must("alpha", waits);

    // A power loss after they were sent and before the system was switched leaves the old one, which awaits them.
    let slow = with("5")
        .with("plans.deploy.hooks.beforeActivate.first = { script = \"touch /run/sent; sleep 60\"; timeout = 90; };");
    site.write(&slow);
    let run = site.start("deploy");
    site.wait_until("alpha", "the secrets are sent", "test -e /run/sent");
    site.exec_must("alpha", "test $(ls /run/netlib-secrets/.volatile.*/token | wc -l) = 1");
    site.bed.host("alpha").crash().expect("crash");
    site.bed.host("alpha").boot().expect("boot");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");

    // Nobody planned this boot, into an older generation: nothing fails, somebody is awaited. Two people send at once.
    assert_says(&site.netlib_must("status"), &["awaitingSecrets"]);
    site.exec_must("alpha", waits);
    let before = log();
    site.must("for who in anna ben; do mkdir -p /root/$who; echo $who | tee /root/$who/token >/root/$who/second; done; echo all >>.gitignore; git commit -qam Same || true");
    let text = site.must(
        "for who in anna ben; do (PLACE=/root/$who setsid --wait netlib run secrets >/root/$who/said 2>&1; echo \"ended with $?\" >>/root/$who/said) & done; wait; cat /root/*/said",
    );
    assert_says(&text, &["30 of 30 secrets sent", "ended with 0"]);
    runs();
    let pair = site.exec_must("alpha", "cd /run/netlib-secrets/volatile && cat token second");
    assert!(["anna\nanna", "ben\nben"].contains(&pair.as_str()), "{pair}");
    let who = pair.lines().next().unwrap_or_default();
    site.wait_until("alpha", "it runs with that", &format!("tail -n 1 /var/lib/shop.log | grep -x {who}"));
    assert!(log().starts_with(&before), "{}", log());

    // A restart that belongs to a deployment does not lose them: they come again, and the checks wait for them.
    for (version, goal) in [("6", ""), ("7", "--goal boot")] {
        send(version);
        site.write(&with(version).configure("alpha", &format!("boot.kernelParams = [ \"quiet={version}\" ];")));
        let run = site.start(&format!("deploy {goal} --reboot"));
        let alpha = site.bed.host("alpha");
        alpha.wait_until("it is off", Duration::from_secs(240), |host| Ok(!host.is_running()?)).expect("off");
        alpha.boot().expect("boot");
        let (status, text) = run.wait();
        assert_eq!(status, 0, "{text}");
        assert_says(&text, &["restarting the host"]);
        site.wait_until("alpha", "they came", &format!("grep -x {version} /run/netlib-secrets/volatile/token"));
        runs();
        site.wait_until("deployer", "nobody sends any more", "! pgrep -f '[s]ecrets-send-alpha'");
    }

    // What the deployer cannot make is not sent, and changes nothing.
    for (break_it, words) in
        [(": >/root/token", "secrets.token.from printed nothing"), ("rm /root/token", "secrets.token.from failed")]
    {
        site.must(break_it);
        let (status, text) = site.netlib("run secrets");
        assert_eq!(status, 1, "{text}");
        assert_says(&text, &[words]);
        assert_eq!(token(), "7");
    }
}

/// What the program on the node takes, and what other users of it can do.
fn streams_do_not_mix(site: &Site) {
    let stream = |from: &str, end: &str| {
        format!(
            "{{ echo from {from}; for name in third second $(seq -f other-%g 27); do echo keep $name; done; printf 'set token 8\\naGFsZgo='; {end}; }} | \
             /etc/netlib/receive-secrets 2>&1"
        )
    };
    let refused = |from: &str, end: &str, words: &str| {
        let output = site.exec("alpha", &stream(from, end));
        assert!(!output.success(), "{}", output.stdout);
        assert_says(&output.stdout, &[words]);
    };
    let now = "$(readlink /run/netlib-secrets/volatile)";
    refused(".volatile.000000", "echo end", "somebody else has sent other secrets meanwhile");
    refused(now, "true", "what arrived is not whole");
    refused(now, "echo set ../token 4; printf YQ==; echo end", "../token is not of this node");
    site.exec_must(
        "alpha",
        "cd /run/netlib-secrets && grep -x two volatile/token && test $(ls -d .volatile.* | wc -l) = 1 &&
         for line in 'ls /run/netlib-secrets' 'cat /run/netlib-secrets/volatile/token' 'ls /run/credstore' 'flock -n /run/netlib-secrets.lock true'; do
           ! setpriv --reuid nobody --regid nogroup --clear-groups sh -c \"$line\" || exit 1
         done",
    );
}

/// A secret that is generated, one made from it, and one of nobody's; the host's key is made up.
fn alone(site: &Site, generator: &str) -> Network {
    let key = site.exec_must("deployer", "cat /root/.ssh/id_ed25519.pub");
    let host = site.exec_must(
        "deployer",
        "cd /root; test -e host || ssh-keygen -q -t ed25519 -N '' -C '' -f host; cut -d ' ' -f 1,2 host.pub",
    );
    Network::of(&["alpha"]).importing("secrets").with(&format!(
        "nodes.alpha.facts.ssh-host-key = \"{host}\";
         secrets = {{
           admins.anna = \"{key}\";
           ca = {{ generator = _: ''{generator}''; }};
           leaf = {{ for = [ \"alpha\" ]; dependsOn = [ \"ca\" ]; generator = _: ''printf 'of %s' \"$(cat $secrets/ca)\"''; }};
           blob.for = [ \"alpha\" ];
         }};"
    ))
}

/// A command that must fail, say this, and leave nothing.
fn refused(site: &Site, line: &str, words: &[&str]) {
    let (status, text) = both(site, line);
    assert_ne!(status, 0, "{text}");
    assert_says(&text, words);
    assert_eq!(
        site.must(
            "ls -d .?* *.new /dev/shm/netlib-secrets.* 2>/dev/null | grep -v -e '^[.]git$' -e '^[.][.]$' || true"
        ),
        ""
    );
}

fn files(site: &Site) -> String {
    site.must("find secrets -type f | sort | xargs -r sha256sum")
}

#[test]
fn a_change_of_secrets_is_whole_or_nothing() {
    let site = Site::up(&[]);
    for (generator, words) in
        [("exit 3", "the generator of `ca` failed"), ("true", "the generator of `ca` printed nothing")]
    {
        site.write(&alone(&site, generator));
        refused(&site, &format!("{} generate", built(&site)), &[words]);
        site.must("test ! -e secrets");
    }
    site.write(&alone(&site, "echo word"));
    let secrets = built(&site);
    assert_says(&site.must(&format!("{secrets} generate")), &["made ca", "made leaf", "secrets edit blob"]);
    assert_eq!(site.must(&format!("{secrets} show leaf")), "of word");
    site.must("test -e secrets/ca/ADMINS.age && test -e secrets/leaf/alpha.age && test ! -e secrets/leaf/ADMINS.age");

    // Values are what they are, up to their last byte; none at all is a mistake.
    for value in ["head -c 10000000 /dev/urandom", "printf 'x\\n\\n'", "printf '\\000'", "printf x"] {
        site.must(&format!(
            "{value} >/root/value && {secrets} edit blob </root/value && {secrets} show blob | cmp - /root/value"
        ));
    }
    refused(&site, &format!("{secrets} edit blob </dev/null"), &["`blob` would be empty"]);
    refused(
        &site,
        &format!("{secrets} edit nothing </dev/null"),
        &["there is no secret `nothing`. Secrets are: blob ca leaf"],
    );
    refused(
        &site,
        &format!("NETLIB_SECRETS_IDENTITY=/root/host.pub {secrets} show ca"),
        &["cannot be decrypted with your keys"],
    );

    // An editor has a file of its user alone, in memory.
    let edit = |editor: &str| {
        site.must(&format!("script -qec \"EDITOR='{editor}' {secrets} edit blob\" /dev/null </dev/null"))
    };
    assert_says(&edit("stat -f -c %T . && stat -c %a . "), &["tmpfs", "700", "600", "blob is as it was"]);
    assert_says(&edit("cp /etc/hostname"), &["blob has another value"]);
    assert_eq!(site.must(&format!("{secrets} show blob")), "deployer\n");
    let before = files(&site);

    // Ended in the middle, twice at once, or without age: as before.
    site.must("mv /usr/bin/age /usr/bin/age.real");
    refused(&site, &format!("{secrets} rekey"), &["install age"]);
    site.must(
        "printf '%s\\n' '#!/bin/sh' 'echo >>/root/calls; [ $(wc -l </root/calls) -lt 5 ] || [ -e /root/spared ] || kill -KILL $(pgrep -f \"[s]ecrets rekey\")' \
         'exec age.real \"$@\"' >/usr/bin/age && chmod 755 /usr/bin/age",
    );
    assert_ne!(both(&site, &format!("{secrets} rekey")).0, 0);
    assert_eq!(files(&site), before);
    site.must("test -d secrets.new && ls -d /dev/shm/netlib-secrets.* && touch /root/spared");
    let (status, text) = both(&site, &format!("flock . {secrets} rekey"));
    assert_ne!(status, 0, "{text}");
    assert_says(&text, &["another `secrets` is changing the files"]);
    site.must(&format!(
        "{secrets} rekey && test ! -e secrets.new && {secrets} check && ! ls -d /dev/shm/netlib-secrets.*"
    ));
    assert_ne!(files(&site), before);

    // Where a file system cannot exchange two folders.
    site.must(
        "printf '%s\\n' '#!/bin/sh' '[ \"$1\" != --exchange ] || exit 1' 'echo >>/root/moves' \
         '[ $(wc -l </root/moves) != 3 ] || kill -KILL $(pgrep -f \"[s]ecrets rotate\")' 'exec /usr/bin/mv \"$@\"' >/usr/local/sbin/mv && chmod 755 /usr/local/sbin/mv",
    );
    // Ended while it moves files: what follows brings it to its end.
    assert_ne!(both(&site, &format!("{secrets} rotate ca")).0, 0);
    site.must("test -e secrets.new/.complete");
    let ca = |place: &str| site.must(&format!("sha256sum <{place}/ca/ADMINS.age"));
    let changed = ca("secrets.new");
    assert_ne!(ca("secrets"), changed);
    site.must(&format!("{secrets} generate && {secrets} edit blob </root/value"));
    assert_eq!(ca("secrets"), changed);
    assert_says(&site.must(&format!("{secrets} rotate ca")), &["leaf was made from ca: secrets rotate leaf"]);
    site.must(&format!("{secrets} check && test ! -e secrets.new && test ! -e secrets/.complete"));
    files_of_others_are_no_commands(&site, &secrets);
}

/// Somebody who can write into the repository and has no key, and two people who changed one secret.
fn files_of_others_are_no_commands(site: &Site, secrets: &str) {
    site.must("git add -A && git commit -qm Secrets");
    let back = || site.must("rm -rf secrets secrets.new elsewhere && git reset -q --hard");
    let kept = files(site);
    let planted = [
        // The value of another secret, and one from before.
        (
            "cp secrets/leaf/alpha.age secrets/blob/alpha.age",
            "show blob",
            "secrets/blob/alpha.age has the value of another secret, or of another version",
        ),
        (
            "echo 20200101T000000Z-00000000 >secrets/leaf/version",
            "rekey",
            "secrets/leaf/alpha.age has the value of another secret, or of another version",
        ),
        ("cp secrets/leaf/alpha.age secrets/blob/alpha.age", "check", "blob: secrets/blob/alpha.age cannot be read: "),
        // Two people changed it, and their files were mixed.
        (
            "cp -a secrets/ca /root/mine; SECRETS rotate ca >/dev/null; cp /root/mine/ADMINS.age secrets/ca/",
            "check",
            "ca: secrets/ca/ADMINS.age cannot be read: ",
        ),
        // Links, and a change that nobody began.
        (
            "ln -s /root/elsewhere secrets/leaf/public",
            "rotate leaf",
            "secrets/leaf/public is none of the files and folders that secrets/ has",
        ),
        ("mv secrets elsewhere && ln -s elsewhere secrets", "rekey", "secrets is none of the files and folders"),
        (
            "cp -r secrets secrets.new && echo ../../elsewhere >secrets.new/.complete",
            "rekey",
            "secrets.new is not what an interrupted change leaves",
        ),
        (
            "mkdir secrets.new && ln -s /etc/hostname secrets.new/x && echo leaf/x >secrets.new/.complete",
            "rekey",
            "secrets.new is not what an interrupted change leaves",
        ),
    ];
    for (plant, command, words) in planted {
        site.must(&plant.replace("SECRETS", secrets));
        let (status, text) = both(site, &format!("{secrets} {command} </dev/null"));
        assert_ne!(status, 0, "{plant}: {text}");
        assert_says(&text, &[words]);
        site.must("test ! -e /root/elsewhere && test -s /etc/hostname");
        back();
        assert_eq!(files(site), kept, "{plant}");
    }
    // Names are shown, and move no cursor.
    site.must("printf 'node eve\\033[2J key\\n' >>secrets/leaf/readers");
    let (_, mut text) = both(site, &format!("{secrets} rekey && {secrets} who leaf"));
    site.must("mkdir \"secrets/$(printf 'x\\033[2J\\ny')\"");
    text += &both(site, &format!("{secrets} rekey")).1;
    assert_says(
        &text,
        &["rotate leaf: node eve?[2J could read it", "secrets: secrets/x?[2J?y is none of the files and folders"],
    );
    assert!(!text.contains('\x1b'), "{text:?}");
    back();
    // What is public is read by Nix, which takes no more than a text.
    site.must("printf 'a\\033b' >secrets/leaf/public && git add -A");
    let (status, text) = site.netlib("plan");
    assert_ne!(status, 0, "{text}");
    assert_says(&text, &["secrets/leaf/public is longer than 16 KiB or has characters of control"]);
}

/// Markers in the memory of all hosts; processes are looked at from now on.
fn mark(site: &Site) {
    // A hash of a value is no place for it either.
    site.exec_must(
        "deployer",
        "mkdir -m 700 /dev/shm/own && cd /dev/shm/own && for n in made hand user sent; do head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \\n' >$n; done
         { sha256sum sent | cut -c 1-64; for n in made hand user sent; do cat $n; echo; done; } >words
         { cat hand; head -c 300000 /dev/urandom; } >blob
         for host in alpha beta; do
           ssh $host 'mkdir -m 700 /dev/shm/own; cat >/dev/shm/own/words' <words; ssh $host 'cat >/run/find-marker' </src/checks/find-marker
         done
         cp /src/checks/find-marker /run/",
    );
    for host in ["deployer", "alpha"] {
        site.exec_must(
            host,
            "systemd-run --quiet --unit watch -p StandardInput=file:/dev/shm/own/words -p StandardOutput=file:/run/watched sh /run/find-marker --watch",
        );
    }
}

/// Every place of a marker on a host, but for those that this test has made.
fn places(site: &Site, host: &str) -> Vec<String> {
    let line = "sh /run/find-marker /run/netlib-secrets /run/credentials /dev/shm/own </dev/shm/own/words | grep -v /dev/shm/own/ | sed 's/\\(netlib-secrets.[.][a-z]*\\)[.][A-Za-z0-9]*/\\1/' | sort";
    site.exec_must(host, line).lines().map(str::to_owned).collect()
}

/// Looks for the markers everywhere, after all that the network did with them.
fn markers_are_nowhere_else(site: &Site) {
    for host in ["deployer", "alpha"] {
        site.exec_must(host, "systemctl is-active watch");
        assert_eq!(site.exec_must(host, "cat /run/watched"), "", "{host}");
    }
    // The program finds what there is to find.
    site.exec_must(
        "alpha",
        "setsid -f sh -c 'sleep 47 & wait' \"$(tail -n 1 /dev/shm/own/words)\" </dev/null >/dev/null 2>&1",
    );
    site.wait_until(
        "alpha",
        "the process is found",
        "grep -q '^/proc/.*/cmdline$' /run/watched && systemctl stop watch",
    );
    site.exec_must("alpha", "pkill -f 'sleep [4]7'");
    site.exec_must("alpha", "tail -n 1 /dev/shm/own/words | base64 >/var/planted; cd /root && git init -q planted && cd planted && head -n 1 /dev/shm/own/words >x && git add x && rm x");
    let of_alpha = [
        "belongs 400 root /run/credentials/shop.service/db-password",
        "belongs 400 root /run/netlib-secrets/.services/db-password",
        "belongs 400 root /run/netlib-secrets/.services/pair",
        "belongs 400 root /run/netlib-secrets/.users/user",
        "belongs 400 root /run/netlib-secrets/.volatile/sent",
        "belongs 440 nobody /run/netlib-secrets/.services/blob",
        "file /var/planted",
        "git /root/planted/.git",
    ];
    assert_eq!(places(site, "alpha"), of_alpha);
    assert_eq!(places(site, "beta"), ["belongs 400 root /run/netlib-secrets/.services/db-password"]);
    site.exec_must("deployer", "systemctl stop watch");
    assert_eq!(places(site, "deployer"), [""; 0]);
    site.exec_must("alpha", "rm -r /var/planted /root/planted");
}

/// What was built from a file of a secret, on a host and on its builder, goes to the cache.
fn passes_a_builder_and_a_cache(site: &Site) {
    let built_by = site.exec_must(
        "alpha",
        "cat >/root/x.nix <<'END'
{ here }: derivation {
  name = \"x\"; system = builtins.currentSystem; builder = \"/bin/sh\"; PATH = \"/usr/bin\";
  requiredSystemFeatures = if here then [ ] else [ \"only-beta\" ];
  args = [ \"-c\" \"hostname > $out; cat ${./x.age} >> $out\" ];
}
END
         cp $(find /nix/store -maxdepth 1 -name '*-secret-pair.age' | head -n 1) /root/x.age
         own=$(nix-build --no-out-link /root/x.nix --arg here true --option builders '')
         other=$(nix-build --no-out-link /root/x.nix --arg here false)
         echo $own && head -n 1 $other",
    );
    let (own, by) = built_by.split_once('\n').unwrap_or_default();
    assert_eq!(by, "beta");
    site.exec_must("beta", &format!("test -e {own}"));
}

/// The status and all output of a line.
fn both(site: &Site, line: &str) -> (i32, String) {
    let output = site.sh(line);
    (output.code(), output.stdout + &output.stderr)
}
