//! Plans of networks: the examples of docs/plans.md as they stand there, and what happens where they go wrong.

mod database;
mod facts;
mod input;
mod release;
mod run;
mod secret;

use netlib_scenarios::{Network, Site};

const HOSTS: [&str; 2] = ["alpha", "beta"];

/// The code of a section of the guide.
fn example(section: &str) -> String {
    let guide = include_str!("../../../../docs/plans.md");
    let section = guide.split(&format!("\n## {section}\n")).nth(1).expect("the section");
    let code = section.split("\n## ").next().and_then(|text| text.split("```nix\n").nth(1));
    code.and_then(|code| code.split("\n```").next()).expect("its code").to_owned()
}

/// A network that imports the code of a section.
fn network(section: &str) -> Network {
    Network::of(&HOSTS)
        .file("plan.nix", &example(section))
        .with("imports = [ ./plan.nix ]; rollout = { timing.minHealthyTime = 1; timing.healthyDeadline = 4; };")
}

/// The same network with another system for a node.
fn with_version(network: &Network, node: &str, version: &str) -> Network {
    network.clone().configure(node, &format!("environment.etc.\"version\".text = \"{version}\";"))
}

/// A site that nothing was deployed to yet.
fn site() -> Site {
    Site::up(&HOSTS)
}
