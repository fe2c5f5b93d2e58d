//! What users get wrong: a clear error with their file first, exit status 2, and no host was asked.

use netlib_scenarios::{Network, Site};

/// Every mistake that evaluation finds, on one bed without any host: a connection would fail.
#[test]
fn mistakes_in_the_network_are_found_before_any_host_is_asked() {
    let site = Site::up(&[]);
    let good = || Network::of(&["alpha", "beta"]);
    let cases: Vec<(&str, Network, &str, Vec<&str>)> = vec![
        (
            "unknown node in members",
            good().with_mesh("\"10.10.0.0/24\"", &["alpha", "gamma"]),
            "plan",
            vec!["gamma", "flake.nix", "alpha"],
        ),
        ("unknown node in --on", good(), "deploy --on gamma", vec!["gamma", "alpha", "beta"]),
        ("unknown tag in --on", good(), "deploy --on @edge", vec!["edge"]),
        ("glob that matches nothing", good(), "deploy --on 'x*'", vec!["x*"]),
        (
            "unknown node in order",
            good().with("deploy.order.x = { first = [ \"alpha\" ]; next = [ \"delta\" ]; };"),
            "plan",
            vec!["delta", "flake.nix"],
        ),
        (
            "cycle in the order",
            good().with("deploy.order.x = { first = [ \"alpha\" ]; next = [ \"beta\" ]; }; deploy.order.y = { first = [ \"beta\" ]; next = [ \"alpha\" ]; };"),
            "deploy",
            vec!["activate:alpha -> activate:beta -> activate:alpha", "deploy.order.x"],
        ),
        ("no such flake", good(), "plan --flake /root/nowhere", vec!["/root/nowhere"]),
        ("no such network", good(), "plan --flake .#other", vec!["other", "default"]),
        (
            "syntax error",
            good().file("broken.nix", "{\n  a = ;\n}\n").with("imports = [ ./broken.nix ];"),
            "plan",
            vec!["broken.nix:2"],
        ),
        (
            "type error",
            good().file("typed.nix", "{\n  nodes.alpha.target.port = \"many\";\n}\n").with("imports = [ ./typed.nix ];"),
            "plan",
            vec!["typed.nix", "nodes.alpha.target.port"],
        ),
        (
            "address outside the subnet",
            good().with_mesh("\"10.10.0.0/24\"", &["alpha", "beta"]).with("wireguard-mesh.wg0.members.alpha.address = \"10.11.0.1\";"),
            "deploy",
            vec!["10.11.0.1", "10.10.0.0/24"],
        ),
        (
            "very long node name",
            good().with(&format!("nodes.{}.target.host = \"x\";", "n".repeat(300))),
            "plan",
            vec!["63"],
        ),
    ];
    for (name, network, command, expected) in cases {
        site.write(&network);
        let (status, text) = site.netlib(command);
        assert_eq!(status, 2, "{name}:\n{text}");
        for words in expected {
            assert!(text.contains(words), "{name}: no {words:?} in\n{text}");
        }
        assert!(!text.contains("panicked"), "{name}:\n{text}");
    }
    let (status, text) = site.netlib("deploy --on \"$(printf 'b\\377d')\"");
    assert_eq!(status, 2, "{text}");
    assert!(text.to_lowercase().contains("utf-8"), "{text}");
}

#[test]
fn a_plan_of_another_schema_version_is_refused() {
    let site = Site::up(&[]);
    site.write(&Network::of(&["alpha"]).file(
        "flake.nix",
        "{ outputs = { self }: { netlibConfigurations.default = { plan = { version = 2; network = { name = \"x\"; id = \"x\"; }; nodes = { }; steps = { }; }; toplevels = { }; }; }; }",
    ));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("version 2") && text.contains('1'), "{text}");
}

#[test]
fn two_networks_with_one_id_and_other_names_are_refused() {
    let site = Site::up(&[]);
    site.write(&Network::of(&["alpha"]).file(
        "flake.nix",
        r#"{
  inputs.nixpkgs.url = "nixpkgs";
  inputs.netlib.url = "netlib";
  inputs.netlib.inputs.nixpkgs.follows = "nixpkgs";
  outputs = { self, netlib, ... }@inputs:
    netlib.lib.mkNetworks { inherit self inputs; } {
      default = { network.name = "one"; network.id = "same"; };
      other = { network.name = "two"; network.id = "same"; };
    };
}
"#,
    ));
    let (status, text) = site.netlib("plan");
    assert_eq!(status, 2, "{text}");
    for words in ["same", "one", "two"] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}
