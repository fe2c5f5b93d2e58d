//! Secrets with real age: made on the deployer, decrypted on hosts, and nowhere else.

use std::time::Duration;

use netlib_scenarios::{Network, Site, assert_says};

const SECRETS: &str = "nix run .#command -- secrets";

/// alpha has a shop that reads three secrets and writes down what it started with; beta shares one of them.
fn network(site: &Site) -> Network {
    let key = site.exec_must("deployer", "cat /root/.ssh/id_ed25519.pub");
    let shop = "systemd.services.shop = {
           wantedBy = [ \"multi-user.target\" ];
           serviceConfig.LoadCredential = \"db-password\";
           script = ''
             cat ${config.netlib.secrets.db-password.path} ${config.netlib.secrets.blob.path} | sha256sum >>/var/lib/shop.log
             exec sleep infinity
           '';
         };
         users.users.guest = { isNormalUser = true; hashedPasswordFile = config.netlib.secrets.guest-password.path; };";
    Network::of(&["alpha", "beta"]).importing("secrets").with(&format!(
        "secrets = {{
           admins.anna = \"{key}\";
           db-password = {{ for = [ \"*\" ]; generator = _: \"printf 'word-%s' \\\"$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')\\\"\"; restart = [ \"shop.service\" ]; }};
           blob = {{ for = [ \"alpha\" ]; owner = \"nobody\"; mode = \"0440\"; restart = [ \"shop.service\" ]; }};
           pair = {{ for = [ \"alpha\" ]; dependsOn = [ \"db-password\" ]; restart = [ \"shop.service\" ];
             generator = {{ pkgs, ... }}: ''cat $secrets/db-password; printf public-half >\"$public\"''; }};
           guest-password = {{ for = [ \"alpha\" ]; neededFor = \"users\"; }};
         }};
         configure.alpha = {{ config, ... }}: {{ {shop} }};
         imports = [ ({{ config, netlib, ... }}: {{ configure.beta.environment.etc.pair.text =
           netlib.getFact {{ node = \"alpha\"; name = \"secret-pair\"; neededBy = \"beta\"; }}; }}) ];"
    ))
}

fn starts(site: &Site) -> usize {
    site.exec_must("alpha", "wc -l </var/lib/shop.log").trim().parse().expect("a number")
}

#[test]
fn persistent_secrets_are_where_they_belong_and_consumers_restart_for_values_alone() {
    let site = Site::up(&["alpha", "beta"]);
    let network = network(&site);
    site.write(&network);
    site.gather();

    // What is missing is said with the command that makes it.
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["secrets generate db-password", "secrets edit blob"]);
    site.must(&format!("head -c 300000 /dev/urandom >/root/blob && {SECRETS} edit blob </root/blob"));
    site.must(&format!("openssl passwd -6 -salt ab open | {SECRETS} edit guest-password"));
    site.must(&format!("{SECRETS} generate"));
    site.must(&format!("{SECRETS} check && git commit -qam 'Secrets'"));
    site.netlib_must("deploy");

    let password = site.must(&format!("{SECRETS} show db-password"));
    assert_says(&password, &["word-"]);
    assert_eq!(site.must(&format!("{SECRETS} show pair")), password);
    assert_eq!(site.must("cat secrets/pair/public"), "public-half");
    for host in ["alpha", "beta"] {
        assert_eq!(site.exec_must(host, "cat /run/netlib-secrets/services/db-password"), password);
    }
    site.exec_must("beta", "test ! -e /run/netlib-secrets/services/blob && test \"$(cat /etc/pair)\" = public-half");
    assert_eq!(
        site.exec_must("alpha", "stat -L -c '%a %U' /run/netlib-secrets/services/blob /run/netlib-secrets/services/pair; stat -f -c %T /run/netlib-secrets/services/"),
        "440 nobody\n400 root\nramfs"
    );
    let sum = site.must("sha256sum </root/blob");
    assert_eq!(site.exec_must("alpha", "sha256sum </run/netlib-secrets/services/blob") + "\n", sum);
    // Hosts of the bed have no place for credentials, but systemd says where it found none.
    site.exec_must("alpha", "! journalctl -b -u shop | grep 'read inherited credential'");
    assert_eq!(site.exec_must("alpha", "cat /run/credstore/db-password"), password);
    site.exec_must("alpha", "getent shadow guest | grep -F '$6$ab$'");
    assert_eq!(starts(&site), 1);

    // Another value: one restart of who reads three of them. Another admin, or the same value for other keys: none.
    site.must(&format!("{SECRETS} rotate db-password && {SECRETS} rotate pair"));
    site.netlib_must("deploy");
    assert_eq!(starts(&site), 2);
    let rotated = site.must(&format!("{SECRETS} show db-password"));
    assert_ne!(rotated, password);
    assert_eq!(
        site.exec_must("alpha", "cat /run/credstore/db-password /run/netlib-secrets/services/pair"),
        rotated.repeat(2)
    );
    let own = site.must("cd /root && age-keygen -o ben 2>/dev/null && age-keygen -y ben");
    site.write(&network.clone().with(&format!("secrets.admins.ben = \"{}\";", own.trim())));
    let (status, text) = both(&site, &format!("{SECRETS} check"));
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["blob is not encrypted for ben: secrets rekey"]);
    site.must(&format!("{SECRETS} rekey && {SECRETS} check"));
    assert_eq!(site.must(&format!("NETLIB_SECRETS_IDENTITY=/root/ben {SECRETS} show db-password")), rotated);
    site.netlib_must("deploy");
    assert_eq!(starts(&site), 2);

    // Who goes could read what has not been rotated.
    site.write(&network);
    let text = site.must(&format!("{SECRETS} rekey"));
    assert_says(&text, &["rotate db-password: admin ben could read it"]);
    assert_ne!(site.sh(&format!("NETLIB_SECRETS_IDENTITY=/root/ben {SECRETS} show db-password")).code(), 0);
    site.must(&format!("{SECRETS} rotate db-password && ! {SECRETS} who db-password | grep ben"));

    // A boot that nobody planned, without a deployer.
    site.bed.host("alpha").crash().expect("crash");
    site.bed.host("alpha").boot().expect("boot");
    site.wait_until("alpha", "the shop runs again", "test $(wc -l </var/lib/shop.log) = 3");
    assert_eq!(site.exec_must("alpha", "cat /run/netlib-secrets/services/db-password"), rotated);

    // A key that changed is noticed before anything is built, and mended with one command.
    site.exec_must(
        "beta",
        "rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
    );
    site.gather();
    let (status, text) = site.netlib("deploy --on alpha");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["\"beta\" cannot read \"db-password\"", "secrets rekey"]);
    assert_says(&site.must(&format!("{SECRETS} host-key beta")), &["rotate db-password: node beta could read it"]);
    site.netlib_must("deploy --on alpha");
}

/// alpha gets thirty secrets that are nowhere but in memory, and its shop wants three; the deployer has some in files.
fn volatile() -> Network {
    Network::of(&["alpha"]).importing("secrets").with(
        "secrets = lib.genAttrs (map (n: \"other-${toString n}\") (lib.range 1 27)) (name: {
             for = [ \"alpha\" ]; volatile = true; from = \"echo value-of-${name}\"; }) // {
           third = { for = [ \"alpha\" ]; volatile = true; from = \"printf '\\\\000\\\\n\\\\n'\"; restart = [ \"shop.service\" ]; };
           token = { for = [ \"alpha\" ]; volatile = true; from = \"cat /root/token\"; restart = [ \"shop.service\" ]; owner = \"nobody\"; };
           second = { for = [ \"alpha\" ]; volatile = true; from = \"cat /root/second\"; restart = [ \"shop.service\" ]; };
         };
         configure.alpha = { config, ... }: {
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
    let send = |token: &str| site.must(&format!("umask 077; printf '{token}\\n' >/root/token"));
    send("one");
    site.exec_must("deployer", "head -c 10000000 /dev/zero >/root/second");
    site.write(&with("1"));
    site.netlib_must("deploy");
    site.wait_until("alpha", "the shop runs", "systemctl is-active shop.service");
    assert_eq!(log(), "one");
    assert_eq!(site.exec_must("alpha", "stat -L -c '%a %U' /run/netlib-secrets/volatile/token"), "400 nobody");
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
    site.must("echo x >/root/second");
    assert_says(&site.netlib_must("run secrets"), &["1 of 30 secrets sent"]);
    assert_eq!(log(), "one\none");
    send("two");
    site.write(&with("2"));
    assert_says(&site.netlib_must("deploy"), &["1 of 30 secrets sent"]);
    site.wait_until("alpha", "the shop runs", "systemctl is-active shop.service");
    assert_eq!(log(), "one\none\ntwo");

    // A system that goes back brings back what it ran with.
    send("three");
    let bad = with("3").with("checks.alpha.never.exec.script = \"exit 1\"; rollout.timing.healthyDeadline = 3;");
    site.write(&bad);
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_eq!(site.exec_must("alpha", "cat /run/netlib-secrets/volatile/token"), "two");
    site.wait_until("alpha", "the shop runs", "systemctl is-active shop.service");
    assert!(log().ends_with("two"), "{}", log());
    site.exec_must("alpha", "test $(ls -d /run/netlib-secrets/.volatile.* | wc -l) = 1");

    // What a system brought is wiped with the confirmation of the next: who goes back later waits for secrets.
    send("two");
    site.write(&with("4"));
    site.netlib_must("deploy");
    send("three");
    site.write(&with("5"));
    site.netlib_must("deploy");
    assert_says(&site.netlib_must("rollback alpha"), &["awaitingSecrets"]);
    assert_says(&site.netlib_must("status"), &["awaitingSecrets"]);
    site.exec_must("alpha", "! ls /run/netlib-secrets/volatile && ! systemctl is-active shop.service && test -z \"$(systemctl --failed --no-legend)\"");

    // A power loss after they were sent and before the system was switched leaves the old one, which awaits them.
    let slow = with("2")
        .with("plans.deploy.hooks.beforeActivate.first = { script = \"touch /run/sent; sleep 60\"; timeout = 90; };");
    site.write(&slow);
    let run = site.start("deploy");
    site.wait_until("alpha", "the secrets are sent", "test -e /run/sent");
    site.exec_must("alpha", "test -e /run/netlib-secrets/volatile.next/token");
    site.bed.host("alpha").crash().expect("crash");
    site.bed.host("alpha").boot().expect("boot");
    let (status, text) = run.wait();
    assert_eq!(status, 1, "{text}");

    // Nobody planned this boot: nothing fails, somebody is awaited, and any run brings them.
    assert_says(&site.netlib_must("status"), &["awaitingSecrets"]);
    assert_eq!(
        site.exec_must("alpha", "systemctl --failed --no-legend; systemctl is-active shop.service || true"),
        "inactive"
    );
    site.write(&with("4"));
    let before = log();
    assert_says(&site.netlib_must("run secrets"), &["30 of 30 secrets sent"]);
    site.wait_until("alpha", "the shop runs", "systemctl is-active shop.service");
    assert_eq!(log(), before + "\nthree");
    assert_says(&site.netlib_must("status"), &["all there"]);

    // A restart that belongs to a deployment does not lose them: they come again, and the checks wait for them.
    site.write(&with("6").configure("alpha", "boot.kernelParams = [ \"quiet\" ];"));
    let run = site.start("deploy --reboot");
    let alpha = site.bed.host("alpha");
    alpha.wait_until("it is off", Duration::from_secs(240), |host| Ok(!host.is_running()?)).expect("off");
    alpha.boot().expect("boot");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    assert_says(&text, &["restarting the host, for kernel-params"]);
    assert_eq!(site.exec_must("alpha", "cat /run/netlib-secrets/volatile/token"), "three");
    site.wait_until("alpha", "the shop runs", "systemctl is-active shop.service");
    site.must("! pgrep -f '[s]ecrets-send-alpha'");

    // What the deployer cannot make is not sent, and changes nothing.
    site.must("rm /root/token");
    let (status, text) = site.netlib("run secrets");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["secrets.token.from failed"]);
    assert_eq!(site.exec_must("alpha", "cat /run/netlib-secrets/volatile/token"), "three");
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

#[test]
fn a_change_of_secrets_is_whole_or_nothing() {
    let site = Site::up(&[]);
    let files = || site.must("find secrets -type f | sort | xargs -r sha256sum");
    let refused = |line: &str, words: &[&str]| {
        let (status, text) = both(&site, line);
        assert_ne!(status, 0, "{text}");
        assert_says(&text, words);
        assert_eq!(
            site.must(
                "ls -d .?* *.new /dev/shm/netlib-secrets.* 2>/dev/null | grep -v -e '^[.]git$' -e '^[.][.]$' || true"
            ),
            ""
        );
    };
    for (generator, words) in
        [("exit 3", "the generator of \"ca\" failed"), ("true", "the generator of \"ca\" printed nothing")]
    {
        site.write(&alone(&site, generator));
        refused(&format!("{SECRETS} generate"), &[words]);
        site.must("test ! -e secrets");
    }
    site.write(&alone(&site, "echo word"));
    assert_says(&site.must(&format!("{SECRETS} generate")), &["made ca", "made leaf", "secrets edit blob"]);
    assert_eq!(site.must(&format!("{SECRETS} show leaf")), "of word");
    site.must("test -e secrets/ca/ADMINS.age && test -e secrets/leaf/alpha.age && test ! -e secrets/leaf/ADMINS.age");

    // Values are what they are, up to their last byte; none at all is a mistake.
    for value in ["head -c 10000000 /dev/urandom", "printf 'x\\n\\n'", "printf '\\000'", "printf x"] {
        site.must(&format!(
            "{value} >/root/value && {SECRETS} edit blob </root/value && {SECRETS} show blob | cmp - /root/value"
        ));
    }
    let before = files();
    refused(&format!("{SECRETS} edit blob </dev/null"), &["\"blob\" would be empty"]);
    refused(
        &format!("{SECRETS} edit nothing </dev/null"),
        &["there is no secret \"nothing\". Secrets are: blob ca leaf"],
    );
    refused(
        &format!("NETLIB_SECRETS_IDENTITY=/root/host.pub {SECRETS} show ca"),
        &["cannot be decrypted with your keys"],
    );

    // Ended in the middle, twice at once, or without age: as before.
    site.must("mv /usr/bin/age /usr/bin/age.real");
    refused(&format!("{SECRETS} rekey"), &["install age"]);
    site.must(
        "printf '%s\\n' '#!/bin/sh' 'echo >>/root/calls; [ $(wc -l </root/calls) -lt 5 ] || [ -e /root/spared ] || kill -KILL $PPID' \
         'exec age.real \"$@\"' >/usr/bin/age && chmod 755 /usr/bin/age",
    );
    assert_ne!(both(&site, &format!("{SECRETS} rekey")).0, 0);
    assert_eq!(files(), before);
    site.must("test -d secrets.new && touch /root/spared");
    refused_while_locked(&site);
    site.must(&format!("{SECRETS} rekey && test ! -e secrets.new && {SECRETS} check"));
    assert_ne!(files(), before);

    // Where a file system cannot exchange two folders.
    site.must("printf '%s\\n' '#!/bin/sh' '[ \"$1\" != --exchange ] || exit 1' 'exec /usr/bin/mv \"$@\"' >/usr/local/sbin/mv && chmod 755 /usr/local/sbin/mv");
    assert_says(&site.must(&format!("{SECRETS} rotate ca")), &["leaf was made from ca: secrets rotate leaf"]);
    site.must(&format!("{SECRETS} check && test ! -e secrets.new && test ! -e secrets/.complete"));
}

fn refused_while_locked(site: &Site) {
    let (status, text) = both(site, &format!("flock . {SECRETS} rekey"));
    assert_ne!(status, 0, "{text}");
    assert_says(&text, &["another `secrets` is changing the files"]);
}

/// A marker as the value of each secret, made in memory: no command line of this test has it.
#[test]
fn no_value_is_anywhere_else() {
    let site = Site::up(&["alpha", "beta"]);
    let key = site.exec_must("deployer", "cat /root/.ssh/id_ed25519.pub");
    site.exec_must(
        "deployer",
        "mkdir -m 700 /dev/shm/own && cd /dev/shm/own && for n in made hand user sent; do head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \\n' >$n; echo >>$n; done
         cat made hand user sent >words
         for host in alpha beta; do
           ssh $host 'mkdir -m 700 /dev/shm/own; cat >/dev/shm/own/words' <words; ssh $host 'cat >/run/find-marker' </src/checks/find-marker
         done",
    );
    let look = |host: &str, folder: &str| {
        let program = if host == "deployer" { "/src/checks/find-marker" } else { "/run/find-marker" };
        let line = format!(
            "sh {program} {folder} /dev/shm/own </dev/shm/own/words | grep -v /dev/shm/own/ | sed 's/[.][A-Za-z0-9]*\\//\\//' | sort"
        );
        site.exec_must(host, &line)
    };
    let watch = |host: &str| {
        let program = if host == "deployer" { "/src/checks/find-marker" } else { "/run/find-marker" };
        let line = format!(
            "systemd-run --quiet --unit watch -p StandardInput=file:/dev/shm/own/words -p StandardOutput=file:/run/watched sh {program} --watch"
        );
        site.exec_must(host, &line);
    };
    watch("deployer");
    watch("alpha");
    site.write(&Network::of(&["alpha", "beta"]).importing("secrets").with(&format!(
        "secrets = {{
           admins.anna = \"{key}\";
           made = {{ for = [ \"*\" ]; generator = _: \"cat /dev/shm/own/made\"; mode = \"0440\"; owner = \"nobody\"; }};
           copy = {{ for = [ \"beta\" ]; dependsOn = [ \"made\" ]; generator = _: \"cat $secrets/made\"; }};
           hand.for = [ \"alpha\" ];
           user = {{ for = [ \"alpha\" ]; neededFor = \"users\"; }};
           sent = {{ for = [ \"alpha\" ]; volatile = true; from = \"cat /dev/shm/own/sent\"; restart = [ \"shop.service\" ]; }};
         }};
         configure.alpha.systemd.services.shop.script = \"exec sleep infinity\";"
    )));
    site.gather();
    site.must(&format!(
        "{SECRETS} edit hand </dev/shm/own/hand && {SECRETS} edit user </dev/shm/own/user && {SECRETS} generate && git add -A && git commit -qm Secrets"
    ));
    site.netlib_must("plan --json >/root/plan.json");
    site.netlib_must("deploy --json --log-dir /root/logs >/root/events.json 2>/root/said");
    site.must(&format!("{SECRETS} rotate made && {SECRETS} rekey && {SECRETS} check && git commit -qam Rotated"));
    site.netlib_must("deploy -v --log-dir /root/logs >/root/said-again 2>&1");
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
    assert_eq!(
        look("alpha", "/run/netlib-secrets"),
        "belongs 400 root /run/netlib-secrets/.services/hand\nbelongs 400 root /run/netlib-secrets/.users/user\nbelongs 400 root /run/netlib-secrets/.volatile/sent\n\
         belongs 440 nobody /run/netlib-secrets/.services/made\nfile /var/planted\ngit /root/planted/.git"
    );
    assert_eq!(
        look("beta", "/run/netlib-secrets"),
        "belongs 400 root /run/netlib-secrets/.services/copy\nbelongs 440 nobody /run/netlib-secrets/.services/made"
    );
    site.exec_must("deployer", "systemctl stop watch");
    assert_eq!(look("deployer", ""), "");
}

/// The status and all output of a line.
fn both(site: &Site, line: &str) -> (i32, String) {
    let output = site.sh(line);
    (output.code(), output.stdout + &output.stderr)
}
