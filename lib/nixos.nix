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

  # The package set that all nodes of one flake and system have in common: Nix does not remember calls, but it does remember
  # attributes. A pin that is a mere path has none.
  sharedPkgs = pin: system: pin.legacyPackages.${system} or null;

  # Most of the time of an evaluation goes into making package sets, and the same one serves every node that asks nothing
  # special of it. Whoever sets overlays, settings, a platform or a package set of its own gets what it asks for.
  sharing =
    node:
    { config, lib, ... }:
    let
      inherit (config.nixpkgs) hostPlatform;
      shared = sharedPkgs node.nixpkgs node.system;
      # Pins from before this function was there are not worth another way to compare platforms.
      isPlain =
        lib.systems ? equals
        && lib.systems.equals hostPlatform (lib.systems.elaborate node.system)
        && lib.systems.equals config.nixpkgs.buildPlatform hostPlatform
        && config.nixpkgs.config == { }
        && config.nixpkgs.overlays == [ ];
    in
    {
      _file = "netlib, sharing of pkgs";
      key = "netlib/shared-pkgs";
      config = lib.optionalAttrs (shared != null) {
        nixpkgs.pkgs = lib.mkIf isPlain (lib.mkOverride 1250 shared);
      };
    };

  selector = import ./selectors { inherit lib errors; };
  script = import ./programs/script.nix { inherit lib; };
  fieldsOf = import ./status.nix { inherit lib selector; };

  # What netlib itself says about each node; weaker than mkDefault, which generated hardware configurations use.
  base =
    name: node: network:
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
          roles = network.resolved.rolesOf.${name};
        };
        netlib.programs = lib.mapAttrs' (
          field: about:
          lib.nameValuePair "status/${field}" (
            script pkgs "status-${field}" {
              packages = about.packages pkgs;
              text = about.program;
            }
          )
        ) (fieldsOf network name);
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
        specialArgs = network.specialArgs // node.specialArgs;
        prefix = [
          "nodes"
          name
          "nixos"
        ];
        modules = [
          (base name node network)
          (import ./system-programs.nix { inherit lib; })
          (import ./boot-loader.nix { inherit lib script; })
          network.defaults.nixos
        ]
        ++ map (role: network.roles.${role}.nixos) (network.resolved.baseFirst name)
        ++ [
          (sharing node)
          node.nixos
          (network.configure.${name} or { })
        ]
        ++ lib.optional node.activation.bootOnce (import ./boot-once.nix { inherit lib script; })
        ++ lib.optional (node.activation.rebootWindow != null) (
          import ./reboot-window.nix {
            inherit lib script;
            window = node.activation.rebootWindow;
          }
        )
        ++ lib.optional (node.generations.keep != null) (
          import ./generations.nix {
            inherit script;
            inherit (node.generations) keep;
          }
        )
        ++ [
          (
            { pkgs, ... }:
            {
              # The host reads it before a switch to this system.
              netlib.programs.judge-switch = pkgs.writeText "judge-switch" (
                builtins.readFile ./programs/judge-switch.sh
              );
              # `netlib status` asks it.
              netlib.programs.status-fields = script pkgs "status-fields" {
                packages = [ ];
                text = builtins.readFile ./programs/status-fields.sh;
              };
              # The host asks it when a switch to this system, or from it, went wrong.
              netlib.programs.judge-units = script pkgs "judge-units" {
                packages = [
                  pkgs.gnugrep
                  pkgs.systemd
                ];
                text = builtins.readFile ./programs/judge-units.sh;
              };
            }
          )
        ]
        ++ lib.optional (node.activation.mayFail != [ ]) {
          environment.etc."netlib/may-fail".text = lib.concatLines node.activation.mayFail;
        };
      };
}
