# The module's example from its README, as a test: what members, addresses and names come of it.
# `checks/nix` runs it; `subject` is netlib on the nixpkgs under test.
{ subject }:
let
  inherit (subject) lib modules;
  evaluated = subject.evaluate {
    imports = [ modules.wireguard-mesh ];
    network.name = "example";

    nodes.alpha.addresses = [ "alpha.example.org" ];
    nodes.beta.addresses = [ "2001:db8::b" ];
    nodes.gamma = { };

    wireguard-mesh.wg0 = {
      subnet = [
        "10.10.0.0/24"
        "fd00:10::/64"
      ];
      members = {
        alpha = { };
        beta.address = "10.10.0.7";
        gamma.keepalive = 15;
      };
    };
  };
  members = evaluated.config.wireguard-mesh.wg0.members;
in
{
  "the README's example: endpoints" = {
    expr = lib.mapAttrs (_: member: member.endpoint) members;
    expected = {
      alpha = "alpha.example.org:51820";
      beta = "[2001:db8::b]:51820";
      gamma = null;
    };
  };

  "the README's example: keepalive only behind NAT" = {
    expr = lib.mapAttrs (_: member: member.keepalive) members;
    expected = {
      alpha = null;
      beta = null;
      gamma = 15;
    };
  };

  "the README's example: a key pair is asked of each member" = {
    expr = lib.mapAttrs (_: node: builtins.attrNames node.facts) evaluated.plan.nodes;
    expected = lib.genAttrs [ "alpha" "beta" "gamma" ] (_: [ "wireguard-mesh-wg0" ]);
  };
}
