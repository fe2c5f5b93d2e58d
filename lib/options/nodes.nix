# The members of a network. Only users define nodes; network modules write to `configure`.
{
  config,
  lib,
  netlib,
  inputs,
  readFacts,
  ...
}:
let
  inherit (lib) types;
  unknownOptions = import ../unknown-options.nix {
    inherit lib;
    inherit (netlib) errors;
  };

  node =
    { name, ... }:
    {
      imports = [
        (import ./target.nix { inherit lib netlib name; })
        unknownOptions.node
      ];

      options = {
        system = lib.mkOption {
          type = types.strMatching "[a-z0-9_]+-[a-z0-9_]+";
          default = "x86_64-linux";
          description = "Nix system of the node. Its NixOS configuration gets it as `nixpkgs.hostPlatform`.";
          example = "aarch64-linux";
        };

        nixpkgs = lib.mkOption {
          type = netlib.types.pin;
          default = inputs.nixpkgs or netlib.nixpkgs;
          defaultText = lib.literalExpression "inputs.nixpkgs";
          description = ''
            The node's pin: the nixpkgs that its NixOS configuration is evaluated with, a flake input or a path.
            Each node may have its own.
          '';
          example = lib.literalExpression "inputs.nixpkgs-stable";
        };

        formerNames = lib.mkOption {
          type = types.listOf netlib.types.word;
          default = [ ];
          description = ''
            Names of nodes whose machine this node may take over: those it had before it was renamed, or the one whose machine
            it gets. A machine has the name of its node on record, and refuses any other one. The next deployment records the
            new name; then the old one may be removed here.
          '';
          example = [ "web-old" ];
        };

        mayBeOffline = lib.mkOption {
          type = types.bool;
          default = builtins.any (role: config.roles.${role}.mayBeOffline) config.resolved.rolesOf.${name};
          defaultText = lib.literalMD "whether one of its roles says so";
          description = ''
            Whether the node may be off, as laptops are. Where it does not answer, it is said to be offline, nothing is evaluated
            or built for it, it is left out of its rollout, what comes after it goes on, and nothing has failed.
          '';
          example = true;
        };

        tags = lib.mkOption {
          type = types.listOf netlib.types.word;
          # Modules that add the same tag do not have to know of each other.
          apply = lib.unique;
          default = [ ];
          description = "Words that select the node, as in `netlib deploy --on @edge`.";
          example = [
            "edge"
            "rack-2"
          ];
        };

        role = lib.mkOption {
          type = types.nullOr (netlib.types.roleRef (builtins.attrNames config.roles));
          default = null;
          description = ''
            The role of the node, one of `roles`. It may have more through `roles.<role>.nodes`; this is the one it is rolled out with.
          '';
          example = "web";
        };

        checks = lib.mkOption {
          type = types.attrsOf types.deferredModule;
          default = { };
          description = "Health checks of the node, by name, with the options of `checks.<node>.<name>`.";
          example = lib.literalExpression ''{ postgresql.unit = "postgresql.service"; }'';
        };

        deploy = {
          after = lib.mkOption {
            type = netlib.types.selectors;
            default = [ ];
            description = "Selectors of the nodes that are activated before this one.";
            example = [ "role:database" ];
          };

          before = lib.mkOption {
            type = netlib.types.selectors;
            default = [ ];
            description = "Selectors of the nodes that are activated only after this one.";
            example = [ "@edge" ];
          };
        };

        specialArgs = lib.mkOption {
          type = types.lazyAttrsOf types.raw;
          default = { };
          description = "Arguments of the NixOS modules of this node, beside those of the network's `specialArgs`.";
          example = lib.literalExpression "{ disk = \"/dev/vda\"; }";
        };

        nixos = lib.mkOption {
          type = types.deferredModule;
          default = { };
          description = ''
            NixOS configuration of the node, a module or a path to one.
            It gets the argument `node` with the node's `name`, `tags`, `system`, `addresses`, `role` and `roles`.
          '';
          example = lib.literalExpression "./alpha.nix";
        };

        addresses = lib.mkOption {
          type = types.listOf netlib.types.host;
          default = [ ];
          description = ''
            Names or addresses at which the other nodes reach this one, the preferred one first.
            Leave it empty for a node behind NAT.
          '';
          example = [
            "alpha.example.org"
            "2001:db8::1"
          ];
        };

        subnets = lib.mkOption {
          type = types.listOf netlib.types.cidr;
          default = [ ];
          description = ''
            Networks that the node is in anyway, such as the one at home where it stands. Network modules that would give it
            addresses of the same are refused. Leave out those that are in `exports.networks`.
          '';
          example = [ "192.168.1.0/24" ];
        };

        facts = lib.mkOption {
          type = types.attrsOf types.str;
          description = ''
            What the node told about itself, such as its public keys.
            Read from `facts/<node>.json` beside the flake, which `netlib facts gather` writes.
          '';
          defaultText = lib.literalMD "the content of `facts/<node>.json`";
          example = {
            wireguard-mesh-wg0 = "mDvQ1eQ4dSL6Zx0c3s5nG3bBqZC3wWAhV9h9yqvO3Ug=";
          };
        };
      };

      # An option of its own would hide the file's facts as soon as one is set by hand.
      config.facts = lib.mapAttrs (_: lib.mkDefault) (readFacts name);
    };
in
{
  options.nodes = lib.mkOption {
    type = types.attrsOf (
      types.submoduleWith {
        inherit (unknownOptions) specialArgs;
        shorthandOnlyDefinesConfig = true;
        modules = [ node ];
      }
    );
    default = { };
    description = ''
      The machines of the network, by name. A name starts with a lower-case letter or `_`, goes on with lower-case letters,
      digits, `_` and `-`, and has at most 63 characters.
    '';
    example = lib.literalExpression ''
      {
        alpha = {
          target.host = "alpha.example.org";
          nixos = ./alpha.nix;
        };
      }
    '';
  };
}
