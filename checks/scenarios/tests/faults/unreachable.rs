//! Hosts that do not answer, or refuse the deployer.

use netlib_scenarios::{Network, Site};

#[test]
fn an_unreachable_node_stops_only_what_depends_on_it() {
    let hosts = ["alpha", "beta", "gamma"];
    let site = Site::up(&hosts);
    site.write(
        &Network::of(&hosts).with("deploy.order.beta-first = { nodes = [ \"gamma\" ]; after = [ \"beta\" ]; };"),
    );
    site.bed.host("beta").cut().expect("cut");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    site.assert_active("alpha");
    assert_eq!(site.systems("gamma"), (String::new(), String::new()), "{text}");
    assert!(text.contains("offline"), "{text}");
    assert!(text.contains("blocked"), "{text}");
    assert!(text.contains("1 of 3 nodes active"), "{text}");

    site.bed.host("beta").heal().expect("heal");
    let text = site.netlib_must("deploy");
    assert!(text.contains("3 of 3 nodes active"), "{text}");
    site.assert_active("beta");
    site.assert_active("gamma");
}

#[test]
fn hosts_that_refuse_the_deployer_are_explained() {
    let site = Site::up(&["alpha"]);
    let plain = Network::of(&["alpha"]);

    site.write(&Network::of(&["alpha"]).with("nodes.alpha.target.user = \"nobody-here\";"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("alpha") && text.contains("nobody-here"), "{text}");
    assert!(text.to_lowercase().contains("permission denied"), "{text}");

    site.write(&plain);
    site.exec("alpha", "systemctl stop ssh.service ssh.socket");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("refused"), "{text}");
    site.exec("alpha", "systemctl start ssh.service");

    site.bed.host("alpha").change_ssh_host_key().expect("a new host key");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("host key"), "{text}");
    assert!(text.contains("ssh-keygen -f /root/.ssh/known_hosts -R alpha"), "{text}");
    assert_eq!(site.systems("alpha"), (String::new(), String::new()));

    site.bed.host("alpha").crash().expect("crash");
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("offline"), "{text}");
}
