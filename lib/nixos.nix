# The NixOS system of one node, evaluated with the node's own pin.
{ lib, errors }:
let
  libOf = pin: pin.lib or (import (pin + "/lib"));

  pkgsOf =
    pin: system:
    pin.legacyPackages.${system} or (import (pin + "/.") {
      inherit system;
      config = { };
      overlays = [ ];
    });

  # What netlib itself says about each node; weaker than mkDefault, which generated hardware configurations use.
  base =
    name: node: roles:
    { config, pkgs, ... }:
    {
      _file = "netlib, for nodes.${name}";
      key = "netlib/node-base";

      config = {
        _module.args.node = {
          inherit name;
          inherit (node)
            tags
            system
            addresses
            role
            ;
          inherit roles;
        };
        nixpkgs.hostPlatform = lib.mkOverride 1250 node.system;
        networking.hostName = lib.mkOverride 1250 name;
        assertions = [
          {
            assertion = pkgs.stdenv.hostPlatform.system == node.system;
            message =
              "The configuration of the node is for ${pkgs.stdenv.hostPlatform.system}, the network says ${node.system}. "
              + "Set nodes.${name}.system = \"${pkgs.stdenv.hostPlatform.system}\";";
          }
        ];
      };
    };
in
{
  inherit pkgsOf;

  # { config; options; pkgs; … } as of nixpkgs' own nixosSystem.
  evaluate =
    { name, network }:
    let
      node = network.nodes.${name};
      # Not interpolated: a path must not be copied to the store.
      evalConfig = node.nixpkgs + "/nixos/lib/eval-config.nix";
    in
    if !builtins.pathExists evalConfig then
      errors.fail "nodes.${name}.nixpkgs (${toString node.nixpkgs}) is not a nixpkgs: it has no nixos/lib/eval-config.nix."
    else
      import evalConfig {
        # Comes from nixpkgs.hostPlatform.
        system = null;
        # With the revision of the pin in it when the pin is a flake.
        lib = libOf node.nixpkgs;
        prefix = [
          "nodes"
          name
          "configuration"
        ];
        modules = [
          (base name node network.resolved.rolesOf.${name})
          network.defaults
        ]
        ++ map (role: network.roles.${role}.configuration) (network.resolved.baseFirst name)
        ++ [
          node.configuration
          (network.configure.${name} or { })
        ];
      };
}
