# What nodes have in common because they do the same: configuration, checks and how they are rolled out.
{
  config,
  lib,
  netlib,
  rolloutOptions,
  ofNetwork,
  ...
}:
let
  inherit (lib) types;
  unknownOptions = import ../unknown-options.nix {
    inherit lib;
    inherit (netlib) errors;
  };

  # What a role does not say about its rollout: the nearest role it extends that says it, else the network.
  inherited =
    role: path:
    let
      ancestors = config.resolved.ancestors.${role};
      saying = lib.findFirst (
        other: builtins.elem path config.roles.${other}.rollout.defined
      ) null ancestors;
    in
    if saying == null then
      ofNetwork path
    else
      lib.getAttrFromPath (lib.splitString "." path) config.roles.${saying}.rollout;

  role =
    { name, ... }:
    {
      imports = [ unknownOptions.role ];

      options = {
        nodes = lib.mkOption {
          type = netlib.types.selectors;
          default = [ ];
          description = "Selectors of the nodes that have the role, besides those that say so themselves with `nodes.<name>.role`.";
          example = [
            "web*"
            "@edge & !web1"
          ];
        };

        extends = lib.mkOption {
          type = types.listOf (netlib.types.roleRef (builtins.attrNames config.roles));
          default = [ ];
          description = ''
            Roles that this one builds on: its nodes have those too, with their configuration and checks.
            What it does not say about its rollout is as the first of them says it.
          '';
          example = [ "base" ];
        };

        mayBeOffline = lib.mkOption {
          type = types.bool;
          default = false;
          description = "Whether the nodes of the role may be off: see `nodes.<name>.mayBeOffline`.";
          example = true;
        };

        nixos = lib.mkOption {
          type = types.deferredModule;
          default = { };
          description = ''
            NixOS configuration of the nodes of the role, merged with that of the roles it extends and of the node itself by
            NixOS' rules: use `lib.mkDefault` for what they may set otherwise.
          '';
          example = lib.literalExpression "./web.nix";
        };

        checks = lib.mkOption {
          type = types.attrsOf types.deferredModule;
          default = { };
          description = "Health checks of each node of the role, by name, with the options of `checks.<node>.<name>`.";
          example = lib.literalExpression ''{ http.httpGet.path = "/health"; }'';
        };

        rollout = lib.mkOption {
          type = types.submodule (
            rolloutOptions (option: {
              default = inherited name option;
              defaultText = lib.literalExpression "config.rollout.${option}";
            })
          );
          default = { };
          description = "How the nodes of the role are rolled out.";
          example = {
            canary = "web1";
            maxUnavailable = 1;
          };
        };
      };
    };
in
{
  options.roles = lib.mkOption {
    type = types.attrsOf (
      types.submoduleWith {
        inherit (unknownOptions) specialArgs;
        shorthandOnlyDefinesConfig = true;
        modules = [ role ];
      }
    );
    default = { };
    description = "Roles of nodes, by name.";
    example = lib.literalExpression ''
      {
        web = {
          nodes = [ "web*" ];
          nixos = ./web.nix;
          checks.http.httpGet.port = 80;
        };
      }
    '';
  };
}
