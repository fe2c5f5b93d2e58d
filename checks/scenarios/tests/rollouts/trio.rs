//! A small network for rollouts that go wrong: three web servers that are healthy unless a file says otherwise, and one
//! node outside of the rollout.

use netlib_scenarios::{Network, Site};

/// Nodes of the role `web`; the first one is canary and coordinator.
pub const WEB: [&str; 3] = ["alpha", "beta", "gamma"];

/// A canary, then the other two, then back with all of it.
pub const ALL_BACK: &str = r#"canary = true; batches = [ "100%" ]; autoRevert = "rollout";"#;

/// A state of the network that is deployed.
#[derive(Clone, Copy, Debug)]
pub struct Trio {
    /// What all nodes run.
    pub version: &'static str,
    /// Options of the rollout of the role `web`.
    pub rollout: &'static str,
    /// Whence the web servers are checked, as a value of `from`.
    pub from: &'static str,
    /// Further lines of the web servers' configuration.
    pub configuration: &'static str,
    /// Further lines of the network.
    pub lines: &'static str,
}

impl Trio {
    /// This version, checked by the deployer.
    pub fn at(version: &'static str) -> Self {
        Self { version, rollout: ALL_BACK, from: r#""deployer""#, configuration: "", lines: "" }
    }

    /// The flake of this state.
    pub fn network(&self) -> Network {
        let hosts = all();
        let Self { version, rollout, from, configuration, lines } = self;
        let network = Network::of(&hosts).impatient(&hosts).with(&format!(
            r#"
            rollout = {{ timing.minHealthyTime = 1; timing.healthyDeadline = 12; }};
            roles.web = {{
              nodes = [ "!delta" ];
              nixos = {{ {configuration} }};
              rollout = {{ {rollout} }};
            }};
            {lines}
            "#
        ));
        let network = hosts.iter().fold(network, |network, node| {
            network.configure(node, &format!(r#"environment.etc.version.text = "{version}";"#))
        });
        WEB.iter().fold(network, |network, node| {
            network.with(&format!(
                r#"
                nodes.{node}.checks.file = {{
                  exec.script = "if [ -e /root/broken-{node} ]; then echo \"{node} is broken\"; exit 1; fi";
                  from = {from};
                  period = 1;
                }};
                "#
            ))
        })
    }
}

/// All hosts of the network.
pub fn all() -> [&'static str; 4] {
    let [alpha, beta, gamma] = WEB;
    [alpha, beta, gamma, "delta"]
}

/// Starts the hosts with this on all of them.
pub fn open(trio: Trio) -> Site {
    let site = Site::up(&all());
    site.write(&trio.network());
    site.netlib_must("deploy");
    assert_versions(&site, [trio.version; 4], "");
    site
}

/// Starts the hosts with version 1 deployed to all of them.
pub fn open_deployed() -> Site {
    Site::deployed_on(&all(), &Trio::at("1").network())
}

/// Asserts which version each host runs, and that it boots what it runs.
pub fn assert_versions(site: &Site, expected: [&str; 4], text: &str) {
    let found = all().map(|host| {
        let (runs, boots) = site.systems(host);
        assert_eq!(runs, boots, "{host} runs one system and boots another one\n{text}");
        site.exec_must(host, "cat /etc/version")
    });
    assert_eq!(found, expected, "{text}");
}

/// Makes the check of a node fail on the machine that makes it.
pub fn break_on(site: &Site, machine: &str, node: &str) {
    site.exec_must(machine, &format!("touch /root/broken-{node}"));
}

/// Makes it succeed again.
pub fn mend_on(site: &Site, machine: &str, node: &str) {
    site.exec_must(machine, &format!("rm /root/broken-{node}"));
}
