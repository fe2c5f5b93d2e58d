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
        .with("defaults.services.openssh.settings.PerSourcePenalties = \"no\";")
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
        with_authority(
            &authority,
            &format!(r#"ssh-access.users.admin = {{ keys = [ "{admin}" ]; {access} }};"#),
        )
    };
    site.exec_must(
        "deployer",
        "cd /root/keys && ssh-keygen -q -s authority -I admin -n admin -z 7 admin.pub",
    );
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
        site.must(&format!(
            "cp ssh-certificates/users/anna-cert.pub /root/keys/{name}"
        ));
        site.exec_must(
            "deployer",
            &format!(
                "ssh-keygen -L -f /root/keys/{name} | sed -n 's/^ *Serial: //p; s/^ *permit-//p'"
            ),
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
    site.write(&network(
        "permissions = [ \"pty\" \"port-forwarding\" ];",
        &revoked,
    ));
    site.netlib_must("deploy --on alpha");
    let (status, text) = with("first", "id -un");
    assert_eq!(status, REFUSED, "{text}");
    assert_eq!(with("second", "id -un"), (0, "root\n".to_owned()));
    let (_, text) = login(&site, forward, "root@alpha", "</dev/null");
    assert_says(&text, &["SSH-2.0"]);
}
