//! What users get wrong: a clear error with their file first, exit status 2, and no host was asked.
//! The snapshots are what people read.

use netlib_scenarios::{Network, Site};

/// Every mistake that evaluation finds, on one bed without any host: a connection would fail.
#[test]
fn mistakes_in_the_network_are_found_before_any_host_is_asked() {
    let site = Site::up(&[]);
    let good = || Network::of(&["alpha", "beta"]);
    let cases: Vec<(&str, Network, &str)> = vec![
        (
            "unknown node in members",
            good().with_mesh("\"10.10.0.0/24\"", &["alpha", "gamma"]),
            "plan",
        ),
        ("unknown node selected", good(), "deploy --on gamma"),
        ("unknown tag selected", good(), "deploy --on @edge"),
        ("glob that matches nothing", good(), "deploy --on 'x*'"),
        (
            "unknown node in order",
            good().with("deploy.order.x = { nodes = [ \"delta\" ]; after = [ \"alpha\" ]; };"),
            "plan",
        ),
        (
            "cycle in the order",
            good().with("deploy.order.x = { nodes = [ \"beta\" ]; after = [ \"alpha\" ]; }; deploy.order.y = { nodes = [ \"alpha\" ]; after = [ \"beta\" ]; };"),
            "deploy",
        ),
        ("no such flake", good(), "plan --flake /root/nowhere"),
        ("no such network", good(), "plan --flake .#other"),
        (
            "syntax error",
            good().file("broken.nix", "{\n  a = ;\n}\n").with("imports = [ ./broken.nix ];"),
            "plan",
        ),
        (
            "type error",
            good().file("typed.nix", "{\n  nodes.alpha.target.port = \"many\";\n}\n").with("imports = [ ./typed.nix ];"),
            "plan",
        ),
        (
            "address outside the subnet",
            good().with_mesh("\"10.10.0.0/24\"", &["alpha", "beta"]).with("wireguard-mesh.wg0.members.alpha.address = \"10.11.0.1\";"),
            "deploy",
        ),
        (
            "misspelt node selected",
            good(),
            "plan alpa",
        ),
        // What people write who come from other tools.
        ("a node for a network", good(), "plan --flake .#alpha"),
        ("a misspelt option near one that does harm", good(), "deploy --adpt"),
        ("exec without dashes", good(), "exec --on alpha uname -r"),
        ("a line of shell as one word", good(), "exec -- 'ls | wc -l'"),
        ("no nodes", Network::of(&[]), "deploy"),
        ("a module that is none", good().with("imports = [ netlib.modules.wireguard ];"), "plan"),
        ("a NixOS module as a file", good().file("web.nix", "{ node, ... }: { networking.hostName = node.name; }\n"), "plan --file web.nix"),
        (
            "very long node name",
            good().with(&format!("nodes.{}.target.host = \"x\";", "n".repeat(300))),
            "plan",
        ),
    ];
    for (name, network, command) in cases {
        site.write(&network);
        refused(&site, name, command);
    }
    refused(&site, "no UTF-8", "deploy --on \"$(printf 'b\\377d')\"");
}

/// The command ends with status 2, and says what the snapshot of that name shows.
fn refused(site: &Site, name: &str, command: &str) {
    let (status, text) = site.netlib(command);
    assert_eq!(status, 2, "{name}:\n{text}");
    insta::assert_snapshot!(name.replace(' ', "_"), text);
}

#[test]
fn a_plan_of_another_schema_version_is_refused() {
    let site = Site::up(&[]);
    site.write(&Network::of(&["alpha"]).file(
        "flake.nix",
        "{ outputs = { self }: { netlibConfigurations.default = { planFor = _: { version = 4; network = { name = \"x\"; id = \"x\"; }; nodes = { }; steps = { }; }; toplevels = { }; }; }; }",
    ));
    refused(&site, "unknown schema version", "deploy");
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
    refused(&site, "two networks with one id", "plan");
}

#[test]
fn a_plan_is_the_same_document_every_time() {
    let site = Site::up(&[]);
    let nodes = ["alpha", "beta"];
    site.write(
        &Network::of(&nodes)
            .with_mesh("[ \"10.10.0.0/24\" \"fd00:10::/64\" ]", &nodes)
            .with("deploy.order.one = { nodes = [ \"alpha\" ]; after = [ \"beta\" ]; };"),
    );
    let commit = site.must("git rev-parse HEAD");
    let document = site.must("netlib plan --json");
    insta::assert_snapshot!("plan_json", document.replace(commit.trim(), "<commit>"));
    insta::assert_snapshot!("plan_tree", site.must("netlib plan --full --on alpha"));
}
