//! Who may log in where: certificates of people and hosts from an authority, a lost key, and people who leave.

use netlib_scenarios::{Network, Site, assert_says};

/// Makes the authorities' and people's keys on the deployer, outside the network's directory.
const KEYS: &str = "mkdir -p /root/keys && cd /root/keys && \
    for key in people hosts anna ben; do ssh-keygen -q -t ed25519 -N '' -C $key -f $key; done";

/// Exit status of ssh itself: it could not log in.
const REFUSED: i32 = 255;

struct Keys {
    people: String,
    hosts: String,
    anna: String,
    ben: String,
}

impl Keys {
    fn make(site: &Site) -> Self {
        site.exec_must("deployer", KEYS);
        let read = |name: &str| site.exec_must("deployer", &format!("cat /root/keys/{name}.pub"));
        Self { people: read("people"), hosts: read("hosts"), anna: read("anna"), ben: read("ben") }
    }

    /// The network of two hosts with these lines about people.
    fn network(&self, people: &str) -> Network {
        Network::of(&["alpha", "beta"])
            .importing("ssh-access")
            // Else sshd soon hangs up on a machine from which so many logins fail.
            .with("defaults.nixos.services.openssh.settings.PerSourcePenalties = \"no\";")
            .with(&format!(
                r#"ssh-access.authorities.users = {{ publicKeys = [ "{}" ]; privateKey = "/root/keys/people"; validity = "1h"; }};
                   ssh-access.authorities.hosts = {{ publicKeys = [ "{}" ]; privateKey = "~/keys/hosts"; }};"#,
                self.people, self.hosts
            ))
            .with(people)
    }

    fn anna(&self) -> String {
        format!(
            r#"ssh-access.users.anna = {{ keys = [ "{}" ]; access = {{ anna = [ "alpha" ]; root = [ "beta" ]; }}; }};"#,
            self.anna
        )
    }

    fn ben(&self, more: &str) -> String {
        format!(r#"ssh-access.users.ben = {{ keys = [ "{}" ]; access.root = [ "alpha" ]; {more} }};"#, self.ben)
    }
}

/// Logs in as somebody would who knows nothing but the authority of the hosts; the exit status of ssh.
fn login(site: &Site, person: &str, certificate: Option<&str>, target: &str) -> (i32, String) {
    let certificate = certificate.map(|file| format!("-o CertificateFile={file} ")).unwrap_or_default();
    let output = site.exec(
        "deployer",
        &format!(
            "cd /root/network && ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o GlobalKnownHostsFile=/dev/null \
             -o UserKnownHostsFile=/root/only-authority -o StrictHostKeyChecking=yes {certificate}-i /root/keys/{person} {target} id -un"
        ),
    );
    (output.code(), format!("{}{}", output.stdout, output.stderr))
}

fn assert_logs_in(site: &Site, person: &str, target: &str) {
    let file = format!("ssh-certificates/users/{person}-cert.pub");
    let (status, text) = login(site, person, Some(&file), target);
    assert_eq!(status, 0, "{person} to {target}: {text}");
    let account = target.split('@').next().unwrap_or_default();
    assert_eq!(text.trim(), account);
}

fn assert_denied(site: &Site, person: &str, certificate: Option<&str>, target: &str) {
    let (status, text) = login(site, person, certificate, target);
    assert_eq!(status, REFUSED, "{person} to {target}: {text}");
    assert_says(&text, &["Permission denied"]);
}

fn command(site: &Site, arguments: &str) -> (i32, String) {
    let output = site.sh(&format!("nix run .#command -- ssh-access {arguments}"));
    (output.code(), format!("{}{}", output.stdout, output.stderr))
}

fn command_must(site: &Site, arguments: &str) -> String {
    let (status, text) = command(site, arguments);
    assert_eq!(status, 0, "ssh-access {arguments}: {text}");
    text
}

#[test]
fn people_and_hosts_are_known_by_certificates_and_leave_with_one_line() {
    let site = Site::up(&["alpha", "beta"]);
    let keys = Keys::make(&site);
    site.write(&keys.network(&format!("{}\n{}", keys.anna(), keys.ben(""))));

    // What can be signed says what is missing first.
    let (status, text) = command(&site, "status");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["netlib facts gather --on alpha", "users/anna: missing"]);
    site.gather();
    let text = command_must(&site, "sign hosts");
    assert_says(&text, &["ssh-certificates/hosts/alpha-cert.pub: valid until"]);
    command_must(&site, "sign users anna");
    let text = command_must(&site, "renew 0");
    assert_says(&text, &["ssh-certificates/users/ben-cert.pub: valid until"]);
    assert!(!text.contains("anna"), "{text}");
    site.must("git add ssh-certificates && git commit -qm 'Certificates'");
    site.netlib_must("deploy");

    // The line that knows every host: no key of a single one.
    site.must("nix run .#command -- ssh-access known-hosts | grep ^@cert-authority > /root/only-authority");
    assert_logs_in(&site, "anna", "anna@alpha");
    assert_logs_in(&site, "anna", "root@beta");
    assert_logs_in(&site, "ben", "root@alpha");
    let anna = "ssh-certificates/users/anna-cert.pub";
    assert_denied(&site, "anna", Some(anna), "root@alpha");
    assert_denied(&site, "anna", None, "anna@alpha");
    let known =
        "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null root@beta true";
    assert_says(&site.exec("alpha", known).stderr, &["Permission denied"]);

    // Another authority's certificate, and one of yesterday.
    site.exec_must("deployer", "cd /root/keys && ssh-keygen -q -s hosts -I x -n anna anna.pub && mv anna-cert.pub wrong && ssh-keygen -q -s people -I x -n anna -V -2d:-1d anna.pub && mv anna-cert.pub old");
    assert_denied(&site, "anna", Some("/root/keys/wrong"), "anna@alpha");
    assert_denied(&site, "anna", Some("/root/keys/old"), "anna@alpha");

    let text = command_must(&site, "status 0");
    assert_says(&text, &["hosts/beta: good", "users/ben: good"]);
    let (status, text) = command(&site, "status 2");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["users/anna: valid until", "hosts/beta: good"]);

    // One line: ben is gone, though his certificate is valid and somebody let his key in by hand.
    let by_hand = format!("printf '\\n%s\\n' '{}' >> /root/.ssh/authorized_keys", keys.ben);
    site.exec_must("alpha", &by_hand);
    let (status, text) = login(&site, "ben", None, "root@alpha");
    assert_eq!(status, 0, "{text}");
    site.write(&keys.network(&format!("{}\n{}", keys.anna(), keys.ben("left = true;"))));
    site.netlib_must("deploy");
    let ben = "ssh-certificates/users/ben-cert.pub";
    assert_denied(&site, "ben", Some(ben), "root@alpha");
    assert_denied(&site, "ben", None, "root@alpha");
    assert_logs_in(&site, "anna", "anna@alpha");

    // Removed altogether: the account goes, and the certificate opens nothing.
    site.write(&keys.network(&keys.ben("left = true;")));
    site.netlib_must("deploy");
    assert_denied(&site, "anna", Some(anna), "anna@alpha");
    assert_denied(&site, "anna", Some(anna), "root@beta");
    assert!(!site.exec("alpha", "id anna").success());

    // The authorities' private halves were read where they are, and copied nowhere.
    let found = site.exec(
        "deployer",
        "for key in people hosts; do grep -rlF -- \"$(sed -n 2p /root/keys/$key)\" /root/network /tmp /nix/store; done",
    );
    assert_eq!(found.stdout, "");
}

#[test]
fn plain_keys_and_gathered_host_keys_need_no_authority() {
    let site = Site::up(&["alpha", "beta"]);
    let keys = Keys::make(&site);
    let network = Network::of(&["alpha", "beta"]).importing("ssh-access");
    site.write(&network.clone().with(&keys.anna()));

    // Without the host keys nobody can know the hosts.
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["help: netlib facts gather"]);
    site.gather();
    site.netlib_must("deploy");
    site.must("nix run .#command -- ssh-access known-hosts > /root/only-authority");
    assert_eq!(login(&site, "anna", None, "anna@alpha").0, 0);

    // A host that shows another key than the one that was gathered is no longer believed.
    site.exec_must("alpha", "cd /etc/ssh && rm ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key && systemctl restart ssh");
    let (status, text) = login(&site, "anna", None, "anna@alpha");
    assert_eq!(status, REFUSED, "{text}");
    assert_says(&text, &["HOST IDENTIFICATION HAS CHANGED"]);
}
