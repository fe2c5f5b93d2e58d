# What a deployment does and in which order. Each node has a build, a copy and an activate step.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;

  nodeNames = builtins.attrNames config.nodes;
  nodeRef = netlib.types.nodeRef nodeNames;

  step.options = {
    kind = lib.mkOption {
      type = types.nullOr (
        types.enum [
          "build"
          "copy"
          "activate"
        ]
      );
      default = null;
      description = "What the step does. netlib sets it for the steps that it generates.";
      example = "activate";
    };

    node = lib.mkOption {
      type = types.nullOr nodeRef;
      default = null;
      description = "The node that the step concerns.";
      example = "alpha";
    };

    after = lib.mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Ids of the steps that must have succeeded before this one starts. Definitions add up.";
      example = [ "activate:alpha" ];
    };
  };

  order.options = {
    first = lib.mkOption {
      type = types.listOf nodeRef;
      description = "Nodes that are activated first.";
      example = [ "database" ];
    };

    next = lib.mkOption {
      type = types.listOf nodeRef;
      description = "Nodes that are activated only after each of `first` has been.";
      example = [
        "web1"
        "web2"
      ];
    };
  };

  generated = name: {
    "build:${name}" = {
      kind = "build";
      node = name;
    };
    "copy:${name}" = {
      kind = "copy";
      node = name;
      after = [ "build:${name}" ];
    };
    "activate:${name}" = {
      kind = "activate";
      node = name;
      after = [ "copy:${name}" ];
    };
  };

  orderEdges =
    { first, next, ... }:
    lib.genAttrs (map (name: "activate:${name}") next) (_: {
      after = map (name: "activate:${name}") first;
    });
in
{
  options.deploy = {
    steps = lib.mkOption {
      type = types.attrsOf (types.submodule step);
      default = { };
      description = ''
        The steps of a deployment, by id. Each node has `build:<node>`, `copy:<node>` and `activate:<node>`;
        add to their `after` for an order that `deploy.order` cannot say.
      '';
      example = lib.literalExpression ''
        {
          "copy:beta".after = [ "activate:alpha" ];
        }
      '';
    };

    order = lib.mkOption {
      type = types.attrsOf (types.submodule order);
      default = { };
      description = "Which nodes are activated before which others, by a name of your choice.";
      example = lib.literalExpression ''
        {
          database-before-web = {
            first = [ "database" ];
            next = [ "web1" "web2" ];
          };
        }
      '';
    };
  };

  config.deploy.steps = lib.mkMerge (
    map generated nodeNames ++ map orderEdges (builtins.attrValues config.deploy.order)
  );
}
