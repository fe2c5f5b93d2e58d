//! Whose keys may deploy to which nodes: as root, as another account with sudo, and never without anybody left.

use netlib_scenarios::{Network, Site, assert_says};

const OTHER_KEY: &str = "-F none -o BatchMode=yes -o IdentitiesOnly=yes -i /root/ci";

fn network(deployers: &str) -> Network {
    Network::of(&["alpha", "beta"]).importing("deploy-access").with(deployers)
}

/// The exit status of a login from the deployer.
fn login(site: &Site, options: &str, target: &str) -> i32 {
    site.exec("deployer", &format!("ssh {options} {target} true")).code()
}

#[test]
fn deployers_come_and_go_but_the_last_one_stays() {
    let site = Site::up(&["alpha", "beta"]);
    site.exec_must("deployer", "ssh-keygen -q -t ed25519 -N '' -C ci -f /root/ci");
    let here = site.exec_must("deployer", "cat /root/.ssh/id_*.pub | head -n 1");
    let ci = site.exec_must("deployer", "cat /root/ci.pub");
    let anna = format!(r#"deploy-access.deployers.anna.keys = [ "{here}" ];"#);
    let both = format!(r#"{anna} deploy-access.deployers.ci = {{ keys = [ "{ci}" ]; nodes = [ "alpha" ]; }};"#);
    // Only what the module writes lets anybody in.
    for host in ["alpha", "beta"] {
        site.exec_must(host, "echo 'AuthorizedKeysFile /etc/ssh/authorized_keys.d/%u /root/.ssh/%u_keys' > /etc/ssh/sshd_config.d/00-first.conf && \
            cp /root/.ssh/authorized_keys /root/.ssh/root_keys && systemctl restart ssh");
    }

    site.write(&network(&both));
    site.netlib_must("deploy");
    for host in ["alpha", "beta"] {
        site.exec_must(host, "rm /root/.ssh/root_keys");
    }
    assert_eq!(login(&site, OTHER_KEY, "root@alpha"), 0);
    assert_eq!(login(&site, OTHER_KEY, "root@beta"), 255);
    assert_eq!(login(&site, "-o BatchMode=yes", "root@beta"), 0);

    // The check sees a key that something else took out of sshd's file.
    let programs = site.copy_programs("alpha");
    let (status, text) = site.probe("alpha", &programs, "deploy-access");
    assert_eq!(status, 0, "{text}");
    let file = "/etc/ssh/authorized_keys.d/root";
    site.exec_must("alpha", &format!("cp -P {file} /root/kept && sed -i '/ ci$/d' {file}"));
    let (status, text) = site.probe("alpha", &programs, "deploy-access");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["/etc/ssh/authorized_keys.d/root lacks the key", &ci]);
    site.exec_must("alpha", &format!("mv /root/kept {file}"));

    // To another account in two deployments: first it is there, then it is used.
    let account = format!(r#"{both} deploy-access.accounts = [ "deploy" ];"#);
    site.write(&network(&account));
    site.netlib_must("deploy");
    let moved = format!(r#"{both} nodes.alpha.target.user = "deploy"; nodes.beta.target.user = "deploy";"#);
    site.write(&network(&moved).configure("alpha", "environment.etc.moved.text = \"yes\";"));
    site.netlib_must("deploy");
    assert_eq!(site.exec_must("alpha", "cat /etc/moved"), "yes");
    assert_eq!(login(&site, OTHER_KEY, "deploy@alpha"), 0);
    assert_eq!(login(&site, OTHER_KEY, "root@alpha"), 255);

    // Without the last deployer of beta nothing is built, and nothing changes.
    let before = site.systems("beta");
    let only_ci = both.replace(&anna, "");
    site.write(&network(&format!(
        r#"{only_ci} nodes.alpha.target.user = "deploy"; nodes.beta.target.user = "deploy";"#
    )));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["no deployer is left for the node `beta`", "flake.nix"]);
    assert_eq!(site.systems("beta"), before);
}
