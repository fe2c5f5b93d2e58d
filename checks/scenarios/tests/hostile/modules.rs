//! What network modules grant, and to whom.

use netlib_scenarios::{Network, Site, assert_says};

/// Exit status of ssh itself: it could not log in.
const REFUSED: i32 = 255;

/// Keys of an authority and of people, on the deployer; returns the public halves.
fn keys<const N: usize>(site: &Site, names: [&str; N]) -> [String; N] {
    site.exec_must("deployer", "mkdir -p /root/keys");
    names.map(|name| {
        let make = format!("cd /root/keys && ssh-keygen -q -t ed25519 -N '' -C {name} -f {name}");
        site.exec_must("deployer", &make);
        site.exec_must("deployer", &format!("cat /root/keys/{name}.pub"))
    })
}

/// A login with one of these keys, or its certificate, and nothing else; the exit status of ssh and what it said.
fn login(site: &Site, options: &str, target: &str, command: &str) -> (i32, String) {
    let output = site.exec(
        "deployer",
        &format!(
            "cd /root/keys && ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
             -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR {options} {target} {command}"
        ),
    );
    (output.code(), format!("{}{}", output.stdout, output.stderr))
}

/// Two hosts that trust an authority of users, with accounts `admin` of their own.
fn with_authority(authority: &str, people: &str) -> Network {
    let admin = "users.users.admin.isNormalUser = true;";
    Network::of(&["alpha", "beta"])
        .importing("ssh-access")
        .configure("alpha", admin)
        .configure("beta", admin)
        .with("defaults.nixos.services.openssh.settings.PerSourcePenalties = \"no\";")
        .with(&format!(
            r#"ssh-access.authorities.users = {{ publicKeys = [ "{authority}" ]; privateKey = "/root/keys/authority"; }};"#
        ))
        .with(people)
}

/// A certificate says who somebody is; what the person may do is granted, also where nothing is.
#[test]
fn attack_05_a_certificate_opens_no_account_that_nobody_was_granted() {
    let site = Site::up(&["alpha", "beta"]);
    let [authority, admin] = keys(&site, ["authority", "admin"]);
    let granted = |access: &str| {
        with_authority(&authority, &format!(r#"ssh-access.users.admin = {{ keys = [ "{admin}" ]; {access} }};"#))
    };
    site.exec_must("deployer", "cd /root/keys && ssh-keygen -q -s authority -I admin -n admin -z 7 admin.pub");
    let try_at = |host: &str| login(&site, "-i admin", &format!("admin@{host}"), "id -un");

    site.write(&granted("access.admin = [ \"alpha\" ];"));
    site.gather();
    site.netlib_must("deploy");
    assert_eq!(try_at("alpha"), (0, "admin\n".to_owned()));
    // Beta has an account of that name, and nobody was granted anything there.
    let (status, text) = try_at("beta");
    assert_eq!(status, REFUSED, "{text}");
    assert_says(&text, &["Permission denied"]);

    // The last grant of the whole network is taken away.
    site.write(&granted(""));
    site.netlib_must("deploy");
    let (status, text) = try_at("alpha");
    assert_eq!(status, REFUSED, "{text}");
}

/// Certificates are told apart, a single one can be refused, and none permits more than was granted.
#[test]
fn finding_a_certificate_has_a_serial_of_its_own_and_is_revoked_by_it() {
    let site = Site::up(&["alpha", "beta"]);
    let [authority, anna] = keys(&site, ["authority", "anna"]);
    let network = |more: &str, revoked: &str| {
        with_authority(
            &authority,
            &format!(
                r#"ssh-access.users.anna = {{ keys = [ "{anna}" ]; access.root = [ "alpha" ]; {more} }}; {revoked}"#
            ),
        )
    };
    site.write(&network("", ""));
    site.gather();
    let sign = |name: &str| {
        site.must("nix run .#command -- ssh-access sign users anna");
        site.must(&format!("cp ssh-certificates/users/anna-cert.pub /root/keys/{name}"));
        site.exec_must(
            "deployer",
            &format!("ssh-keygen -L -f /root/keys/{name} | sed -n 's/^ *Serial: //p; s/^ *permit-//p'"),
        )
    };
    let first = sign("first");
    let second = sign("second");
    let (first, permitted) = first.split_once('\n').unwrap_or((&first, ""));
    assert_eq!(permitted, "pty");
    let second = second.lines().next().unwrap_or_default();
    assert_ne!(first, second, "two certificates share a serial");

    site.netlib_must("deploy --on alpha");
    let with = |file: &str, command: &str| {
        let options = format!("-i anna -o CertificateFile={file}");
        login(&site, &options, "root@alpha", command)
    };
    for file in ["first", "second"] {
        assert_eq!(with(file, "id -un"), (0, "root\n".to_owned()));
    }

    // Also of a certificate that permits everything, the host takes what was granted.
    site.exec_must(
        "deployer",
        "cd /root/keys && ssh-keygen -q -s authority -I all -n anna -z 9 anna.pub && mv anna-cert.pub all",
    );
    let forward = "-i anna -o CertificateFile=all -W localhost:22";
    let (status, text) = login(&site, forward, "root@alpha", "</dev/null");
    assert_eq!(status, REFUSED, "{text}");
    assert_says(&text, &["stdio forwarding failed"]);

    let revoked = format!("ssh-access.authorities.users.revokedSerials = [ {first} ];");
    site.write(&network("permissions = [ \"pty\" \"port-forwarding\" ];", &revoked));
    site.netlib_must("deploy --on alpha");
    let (status, text) = with("first", "id -un");
    assert_eq!(status, REFUSED, "{text}");
    assert_eq!(with("second", "id -un"), (0, "root\n".to_owned()));
    let (_, text) = login(&site, forward, "root@alpha", "</dev/null");
    assert_says(&text, &["SSH-2.0"]);
}

/// A pool and a cache on gamma, of which alpha is a client.
const SERVES_BUILDS: &str = r#"
    remote-builders.main = { builders.gamma.maxJobs = 2; clients = [ "alpha" ]; };
    nix-cache.main = { servers.gamma = { }; uploaders = [ "alpha" ]; };
"#;

/// Root on a machine that builds on another, or uploads to it, puts another content where the other's next system has a
/// file of its own: signed with every key that it has, and with one of a name that others trust.
const PLANT: &str = r#"
    set -e
    path=$1
    chmod u+w "$path"
    echo evil > "$path"
    printf '%s\n\n0\n' "$path" | nix-store --register-validity --reregister
    nix-store --generate-binary-cache-key cache.nixos.org-1 /root/own /root/own.pub
    for key in /root/own $(find /var/lib/netlib -name '*signing-key'); do nix store sign --key-file "$key" "$path"; done
    export NIX_SSHOPTS='-F none -o StrictHostKeyChecking=no'
    for login in "nix-builder-main remote-builders/main/ssh-key" "nix-cache-main nix-cache/main/upload-ssh-key"; do
      nix copy --no-check-sigs --to "ssh-ng://${login% *}@gamma?ssh-key=/var/lib/netlib/${login#* }" "$path" 2>&1 || true
    done
"#;

#[test]
fn attack_09_a_client_of_a_builder_or_cache_plants_nothing_in_its_system() {
    let site = Site::up(&["alpha", "gamma"]);
    // Debian lets only a group talk to the daemon; on NixOS everybody may.
    let groups = r#"
      users.users.nix-builder-main.extraGroups = [ "nix-users" ];
      users.users.nix-cache-main.extraGroups = [ "nix-users" ];
    "#;
    let network =
        Network::of(&["alpha", "gamma"]).importing("remote-builders").importing("nix-cache").with(SERVES_BUILDS);
    let marked = |network: &Network, name: &str| {
        let marker = format!("environment.etc.marker.source = pkgs.writeText \"{name}\" \"good\\n\";");
        network.clone().configure("gamma", &format!("{groups} {marker}"))
    };
    // Plants another marker where the next system of gamma will have its own.
    let plant = |network: &Network| {
        site.write(network);
        let path = site.must(
            "nix build --no-link --print-out-paths .#nixosConfigurations.gamma.config.environment.etc.marker.source",
        );
        let path = path.trim().to_owned();
        site.must(&format!("nix copy --no-check-sigs --to ssh-ng://root@alpha {path}"));
        let text = site.exec_must("alpha", &format!("bash /root/plant {path}"));
        let is_there = site.exec("gamma", &format!("test -e {path}")).success();
        site.netlib_must("deploy");
        (text, is_there, site.exec_must("gamma", "cat /etc/marker"))
    };
    site.bed.host("alpha").write_file("/root/plant", PLANT).unwrap_or_else(|error| panic!("{error}"));
    site.write(&network.clone().configure("gamma", groups));
    site.gather();
    site.netlib_must("deploy");

    let (text, is_there, marker) = plant(&marked(&network, "first"));
    assert_says(&text, &["lacks a signature by a trusted key"]);
    assert!(!is_there, "{text}");
    assert_eq!(marker, "good");

    // Who trusts uploaders or clients of a builder is told that they are as good as root, which they are.
    let trusting = network.clone().with("nix-cache.main.trustUploaders = true;");
    site.write(&trusting.clone().configure("gamma", groups));
    site.gather();
    let text = site.netlib_must("deploy");
    assert_says(&text, &["root of alpha is as good as root of the servers and clients"]);
    let (text, is_there, marker) = plant(&marked(&trusting, "second"));
    assert!(is_there, "{text}");
    assert_eq!(marker, "evil");
}

/// A VPN whose server leads to the Internet, for a client that sends everything through it.
const FULL_TUNNEL: &str = r#"
    imports = [ netlib.modules.wireguard-vpn ];
    rollout.timing.minHealthyTime = 1;
    wireguard-vpn.vpn = {
      subnet = [ "10.20.0.0/24" "fd00:20::/64" ];
      servers.gate.internetGateway.externalInterface = "eth0";
      servers.cellar.networks = [ "192.168.7.0/24" ];
      clients.kiosk = { server = "gate"; tunnel = "full"; address = [ "10.20.0.9" "fd00:20::9" ]; };
    };
"#;

fn ping(address: &str) -> String {
    format!("ping -q -c 1 -W 2 {address}")
}

/// A client accepts whatever comes out of a full tunnel, so a neighbour of the server would reach it.
#[test]
fn finding_a_vpn_server_forwards_nothing_but_what_is_named() {
    let hosts = ["gate", "cellar", "kiosk"];
    let site = Site::up(&hosts);
    site.write(&Network::of(&hosts).with(FULL_TUNNEL));
    site.gather();
    site.netlib_must("deploy");
    let address = |host: &str, family: &str| {
        let own =
            format!("ip -o -{family} address show dev eth0 scope global | awk '{{ print $4; exit }}' | cut -d / -f 1");
        site.exec_must(host, &own)
    };
    let route = |host: &str, network: &str, by: &str| {
        site.exec_must(host, &format!("ip route add {network} via {by}"));
    };

    // A place in the Internet that knows no way to the VPN: it sees the gate's own address.
    site.wait_until("kiosk", "the gate answers", &ping("gate.vpn"));
    for (place, family) in [("198.51.100.9", "4"), ("2001:db8:77::9", "6")] {
        site.exec_must("deployer", &format!("ip address add {place} dev lo"));
        route("gate", place, &address("deployer", family));
        site.exec_must("kiosk", &ping(place));
    }

    // The neighbour's packets do not enter the tunnel, and the gate is no router for others.
    route("deployer", "10.20.0.0/24", &address("gate", "4"));
    route("deployer", "fd00:20::/64", &address("gate", "6"));
    site.exec_must("cellar", "ip address add 192.168.77.1/32 dev lo");
    route("gate", "192.168.77.1", &address("cellar", "4"));
    route("deployer", "192.168.77.1", &address("gate", "4"));
    let targets = ["10.20.0.9", "fd00:20::9", "192.168.77.1"];
    for target in targets {
        let output = site.exec("deployer", &ping(target));
        assert!(!output.success(), "{target}: {}", output.stdout);
    }

    // The table alone does that: without it all of them arrive.
    site.exec_must("gate", "nft delete table inet netlib-forwarding");
    for target in targets {
        site.exec_must("deployer", &ping(target));
    }
}

/// Two clients of one server, each with its repository.
const TWO_CLIENTS: &str = r#"
    imports = [ netlib.modules.backup ];
    rollout.timing.minHealthyTime = 1;
    backup.main = {
      servers.vault.directory = "/srv/backup";
      clients.alpha = { };
      clients.beta = { };
      paths = [ "/srv/data" ];
      recoveryRecipients = null;
    };
"#;

/// Whoever breaks into a client has its key: it opens that client's repository, and of this only what adds to it.
#[test]
fn finding_a_client_of_a_backup_reaches_no_repository_of_others() {
    let site = Site::up(&["alpha", "beta", "vault"]);
    for host in ["alpha", "beta"] {
        site.exec_must(host, &format!("mkdir -p /srv/data && echo precious of {host} > /srv/data/file"));
    }
    site.write(&Network::of(&["alpha", "beta", "vault"]).with(TWO_CLIENTS));
    site.gather();
    site.netlib_must("deploy");
    for host in ["alpha", "beta"] {
        site.exec_must(host, "systemctl start --wait borgbackup-job-main.vault");
    }
    let before = site.exec_must("vault", "cd /srv/backup/alpha && find . -type f -exec sha256sum {} + | sort");

    // Even with alpha's passphrase, which it has not.
    let passphrase = site.exec_must("alpha", "cat /var/lib/netlib/backup/main/passphrase");
    let directory = "/var/lib/netlib/backup/main";
    let ssh = format!("ssh -i {directory}/ssh-key -o BatchMode=yes -o StrictHostKeyChecking=no");
    let borg = |repository: &str, arguments: &str| {
        let line = format!(
            "BORG_REPO='ssh://borg@vault/{repository}' BORG_PASSPHRASE={passphrase} BORG_RELOCATED_REPO_ACCESS_IS_OK=yes \
             BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_DELETE_I_KNOW_WHAT_I_AM_DOING=YES BORG_CHECK_I_KNOW_WHAT_I_AM_DOING=YES \
             BORG_RSH='{ssh}' borg {arguments}"
        );
        let output = site.exec("beta", &line);
        (output.success(), format!("{}{}", output.stdout, output.stderr))
    };
    for repository in
        ["srv/backup/alpha", "./../alpha", "./alpha", "srv/backup/beta/../alpha", "srv/backup/.undo/alpha"]
    {
        for arguments in
            ["list", "delete", "check --repair", "break-lock", "--remote-path 'borg serve --restrict-to-path /;' list"]
        {
            let (success, text) = borg(repository, arguments);
            assert!(!success, "{repository}: {arguments}: {text}");
        }
    }
    // Nor with other programs, or words of its own for the one that runs.
    for command in ["cat /srv/backup/alpha/config", "borg serve --restrict-to-path /", "rm -rf /srv/backup/alpha"] {
        let output = site.exec("beta", &format!("timeout 20 {ssh} borg@vault {command} </dev/null"));
        assert!(!output.stdout.contains("[repository]"), "{}", output.stdout);
    }
    let sftp = site.exec(
        "beta",
        &format!("echo 'get /srv/backup/alpha/config' | timeout 20 sftp -b - -i {directory}/ssh-key -o StrictHostKeyChecking=no borg@vault"),
    );
    assert!(!sftp.success());
    let after = site.exec_must("vault", "cd /srv/backup/alpha && find . -type f -exec sha256sum {} + | sort");
    assert_eq!(before, after);

    // Of its own repository it gets rid of nothing that the server has a copy of.
    site.exec_must("vault", "systemctl start --wait backup-main-maintenance");
    let own = site.exec_must("beta", &format!("cat {directory}/passphrase"));
    let with_own = |repository: &str, arguments: &str| {
        format!(
            "BORG_REPO='{repository}' BORG_PASSPHRASE={own} BORG_RELOCATED_REPO_ACCESS_IS_OK=yes BORG_DELETE_I_KNOW_WHAT_I_AM_DOING=YES \
             BORG_RSH='{ssh}' borg {arguments}"
        )
    };
    let remote = "ssh://borg@vault/./.";
    for arguments in [
        "delete",
        "check --repair",
        "config . append_only 0",
        "delete --glob-archives '*'",
        "compact",
        "key change-location keyfile",
    ] {
        // Some of these are refused, others take effect until the server looks after the repository.
        site.exec("beta", &with_own(remote, arguments));
    }
    site.exec_must("vault", "systemctl start --wait backup-main-maintenance");
    let copy = site.exec_must("vault", "echo /srv/backup/.undo/beta/*");
    let archive = site.exec_must("vault", &with_own(&copy, "list --short --last 1"));
    let extract = format!("extract --stdout ::{archive} srv/data/file");
    let restored = site.exec_must("vault", &with_own(&copy, &extract));
    assert_eq!(restored, "precious of beta");
}
