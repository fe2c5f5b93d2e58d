//! The network: three nodes in a LAN, whose other members are the deployer and a desk with a browser.

use netlib_scenarios::{Network, Site};

/// A service that can be stopped, and its check.
const SHOP: &str = r#"
  systemd.services.shop = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.ExecStart = "/usr/bin/python3 -m http.server 8080";
  };
"#;

/// At a version; where it is not the first one, the rollout of the web servers pauses after its canary.
pub fn at(site: &Site, version: &str) -> Network {
    let address = |host: &str| site.bed.host(host).ipv4().unwrap_or_else(|error| panic!("{error}"));
    let members: String = ["watch", "web1", "web2", "desk", "deployer"]
        .iter()
        .map(|host| format!("{host}.addresses = [ \"{}\" ];\n", address(host)))
        .collect();
    let text = format!("environment.etc.\"version\".text = \"{version}\";");
    Network::of(&["watch", "web1", "web2"])
        .importing("status-page")
        .configure("web1", &format!("{SHOP}{text}"))
        .configure("web2", &format!("{SHOP}{text}"))
        .impatient(&["web2"])
        .with(&format!(
            r#"
            externals.desk.description = "Anna's desk";
            externals.deployer.description = "The deployer";
            exports.networks.lan = {{
              subnets = [ "192.0.2.0/24" ];
              members = {{
                {members}
              }};
            }};
            status-page = {{ servers = [ "watch" ]; interval = 5; offlineAfter = 20; }};
            roles.web = {{
              nodes = [ "web*" ];
              rollout = {{
                canary = true;
                batches = [ "100%" ];
                timing.minHealthyTime = 0;
                pause = if "{version}" == "1" then null else {{ after = "canary"; deadline = 300; }};
              }};
            }};
            checks.web1.shop.httpGet = {{ port = 8080; path = "/"; }};
            checks.web2.shop.httpGet = {{ port = 8080; path = "/"; }};
            "#
        ))
}
