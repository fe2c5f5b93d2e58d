# NixOS configuration that is not written in a node: for all nodes, and contributed by network modules.
{
  config,
  options,
  lib,
  netlib,
  inputs,
  self,
  ...
}:
let
  inherit (lib) types;
  inherit (netlib) errors;

  # What NixOS modules get anyway, and from whoever evaluates them.
  taken = [
    "config"
    "node"
    "options"
  ];
  takenBy =
    option: fileOf: arguments:
    map (name: {
      assertion = !(arguments ? ${name});
      message = "${option}.${name}: NixOS modules get an argument of this name already. Use another one${fileOf name}.";
    }) taken;

  ofAllNodes = types.submodule {
    options = {
      nixos = lib.mkOption {
        type = types.deferredModule;
        default = { };
        description = "NixOS configuration of every node: a module or a path to one.";
        example = lib.literalExpression ''
          {
            services.openssh.enable = true;
            time.timeZone = "UTC";
          }
        '';
      };
      renamed = lib.mkOption {
        type = types.listOf types.raw;
        default = [ ];
        internal = true;
        description = "NixOS configuration that stands in `defaults` itself.";
      };
    };
  };

  # `defaults` was the NixOS module itself.
  isNixos =
    { value, ... }:
    !builtins.isAttrs value
    ||
      removeAttrs value [
        "nixos"
        "renamed"
      ] != { };
  refusing =
    type:
    type
    // {
      check = _: true;
      # The module system rebuilds types of submodules.
      substSubModules = modules: refusing (type.substSubModules modules);
      merge =
        loc: defs:
        let
          parts = builtins.partition isNixos defs;
        in
        type.merge loc (
          parts.wrong
          ++ map (def: {
            inherit (def) file;
            value.renamed = [
              (netlib.renamed.moved {
                old = "NixOS configuration in defaults";
                new = "defaults.nixos";
                defs = [ def ];
              })
            ];
          }) parts.right
        );
    };
in
{
  options = {
    specialArgs = lib.mkOption {
      type = types.lazyAttrsOf types.raw;
      description = ''
        Arguments of the NixOS modules of all nodes, which may be used in `imports` too, as of `nixosSystem`. `inputs` and `self` of your
        flake are among them unless you set them; `nodes.<name>.specialArgs` adds to them.
      '';
      defaultText = lib.literalExpression "{ inherit inputs self; }";
      example = lib.literalExpression ''
        {
          inherit inputs;
          domain = "example.org";
        }
      '';
    };

    defaults = lib.mkOption {
      type = refusing ofAllNodes;
      default = { };
      description = "What all nodes have in common.";
      example = lib.literalExpression "{ nixos = ./common.nix; }";
    };

    configure = lib.mkOption {
      type = netlib.types.attrsOfNodes (builtins.attrNames config.nodes) types.deferredModule;
      default = { };
      description = ''
        NixOS configuration that network modules contribute to nodes, by node name.
        Kept apart from `nodes`, so that modules can refer to nodes while they contribute to them.
      '';
      example = lib.literalExpression ''
        {
          alpha.networking.firewall.allowedTCPPorts = [ 9100 ];
        }
      '';
    };
  };

  config = {
    specialArgs = lib.mapAttrs (_: lib.mkOptionDefault) { inherit inputs self; };

    assertions =
      takenBy "specialArgs" (errors.definedIn options.specialArgs) config.specialArgs
      ++ lib.concatLists (
        lib.mapAttrsToList (
          name: node:
          takenBy "nodes.${name}.specialArgs" (_: errors.definedIn options.nodes name) node.specialArgs
        ) config.nodes
      );
  };
}
