//! The network of these scenarios: databases, and web servers that answer over HTTP with the version that they run.

use std::collections::BTreeMap;

use netlib_scenarios::{Network, Site};

/// Nodes of the role `database`.
pub const DATABASES: [&str; 2] = ["database1", "database2"];

/// Nodes of the role `web`.
pub const WEB: [&str; 5] = ["web1", "web2", "web3", "web4", "web5"];

/// An HTTP server without anything but systemd and a shell: status 500 where the configuration says that it is broken.
const SERVER: &str = r#"
  systemd.sockets.web = {
    wantedBy = [ "sockets.target" ];
    listenStreams = [ "80" ];
    socketConfig.Accept = true;
  };
  systemd.services."web@".serviceConfig = {
    StandardInput = "socket";
    StandardOutput = "socket";
    StandardError = "journal";
    ExecStart = pkgs.writeShellScript "answer" ''
      while IFS= read -r line; do
        [ -n "''${line%%[[:cntrl:]]*}" ] || break
      done
      status="200 OK"
      [ ! -e /etc/broken ] || status="500 Broken"
      printf 'HTTP/1.0 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$status"
    '';
  };
"#;

/// Says when each activation took place: monotonic time is the same on all hosts of a bed.
const STAMP: &str = r#"
  systemd.services.stamp = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig = { Type = "oneshot"; RemainAfterExit = true; };
    restartTriggers = [ config.environment.etc.version.text ];
    script = "cut -d ' ' -f 1 /proc/uptime > /run/stamp";
  };
"#;

/// A state of the network that is deployed.
#[derive(Clone, Debug)]
pub struct Shop {
    /// What the databases run.
    pub database: &'static str,
    /// What the web servers run.
    pub web: &'static str,
    /// Web servers whose new system answers with an error.
    pub broken: Vec<&'static str>,
    /// Options of the rollout of the role `web`.
    pub rollout: &'static str,
    /// Whence the web servers are checked, as a value of `from`.
    pub from: &'static str,
    /// Further lines of the network.
    pub lines: &'static str,
}

impl Shop {
    /// Both roles at this version, all well: a canary, two more, the rest.
    pub fn at(version: &'static str) -> Self {
        Self {
            database: version,
            web: version,
            broken: Vec::new(),
            rollout: r#"canary = true; batches = [ "60%" "100%" ];"#,
            from: r#""self""#,
            lines: "",
        }
    }

    /// The flake of this state.
    pub fn network(&self) -> Network {
        let hosts = all();
        let mut network = Network::of(&hosts).impatient(&hosts).with(&format!(
            r#"
            rollout = {{ timing.minHealthyTime = 1; timing.healthyDeadline = 16; }};
            roles.database = {{
              nodes = [ "database*" ];
              nixos = {{ config, ... }}: {{ environment.etc.version.text = "{database}"; {STAMP} }};
              checks.store.unit = "stamp.service";
              checks.store.period = 1;
            }};
            roles.web = {{
              nodes = [ "web*" ];
              nixos = {{ config, pkgs, ... }}: {{ environment.etc.version.text = "{web}"; {STAMP} {SERVER} }};
              checks.http = {{ httpGet.port = 80; from = {from}; period = 1; }};
              rollout = {{ {rollout} }};
            }};
            deploy.order.database-before-web = {{ nodes = [ "role:web" ]; after = [ "role:database" ]; }};
            {lines}
            "#,
            database = self.database,
            web = self.web,
            from = self.from,
            rollout = self.rollout,
            lines = self.lines,
        ));
        for node in &self.broken {
            network = network.configure(node, r#"environment.etc.broken.text = "";"#);
        }
        network
    }
}

/// All hosts of the network.
pub fn all() -> Vec<&'static str> {
    DATABASES.into_iter().chain(WEB).collect()
}

/// Starts the seven hosts with version 1 deployed to all of them.
pub fn open(from: &'static str) -> Site {
    let shop = Shop { from, ..Shop::at("1") };
    Site::deployed_on(&all(), &shop.network())
}

/// What these hosts run; each must boot it too.
pub fn running(site: &Site, hosts: &[&str]) -> BTreeMap<String, String> {
    let of = |host: &&str| {
        let (runs, boots) = site.systems(host);
        assert_eq!(runs, boots, "{host} runs one system and boots another one");
        ((*host).to_owned(), runs)
    };
    hosts.iter().map(of).collect()
}

/// What the flake has for these hosts.
pub fn wanted(site: &Site, hosts: &[&str]) -> BTreeMap<String, String> {
    hosts.iter().map(|host| ((*host).to_owned(), site.toplevel(host))).collect()
}

/// Asserts what every host runs: these hosts what the flake has, all others what they ran before.
pub fn assert_moved(site: &Site, moved: &[&str], before: &BTreeMap<String, String>, text: &str) {
    let mut expected = before.clone();
    expected.extend(wanted(site, moved));
    assert_eq!(running(site, &all()), expected, "{text}");
    for host in moved {
        assert_ne!(expected[*host], before[*host], "{host} had nothing to do");
    }
}

/// When a host was last activated, in seconds of the machine's uptime.
pub fn stamp(site: &Site, host: &str) -> f64 {
    let text = site.exec_must(host, "cat /run/stamp");
    text.parse().unwrap_or_else(|error| panic!("{host}: {text}: {error}"))
}
