# Health checks of nodes. Users write them in nodes and roles; network modules write them here.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;

  nodeNames = builtins.attrNames config.nodes;

  # The same for a whole network: what roles and nodes say about their checks.
  ofNode = _: node: node.checks;
  ofRole = role: _: lib.genAttrs config.resolved.roles.${role}.nodes (_: config.roles.${role}.checks);
in
{
  options.checks = lib.mkOption {
    type = netlib.types.attrsOfNodes nodeNames (
      types.attrsOf (
        # Whole modules, not only values: what nodes and roles say keeps its files.
        types.submoduleWith { modules = [ (import ./check.nix { inherit lib netlib; }) ]; }
      )
    );
    default = { };
    description = ''
      Health checks, by node and name. Network modules write them here; what `nodes.<name>.checks` and `roles.<role>.checks` say
      is merged with it.
    '';
    example = lib.literalExpression ''
      {
        alpha.tunnel = {
          exec.script = "ping -c 1 10.10.0.2";
          failureThreshold = 5;
        };
      }
    '';
  };

  config.checks = lib.mkMerge (
    [ (lib.filterAttrs (_: checks: checks != { }) (lib.mapAttrs ofNode config.nodes)) ]
    ++ lib.mapAttrsToList ofRole config.roles
  );
}
