# Every name that an option had before. Nothing else in netlib knows them.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (lib) types;
  inherit (netlib) renamed;

  # Declared where rollouts are.
  timings = [
    "minHealthyTime"
    "healthyDeadline"
    "progressDeadline"
  ];

  ofEach =
    old: new:
    lib.mkOption {
      type = types.attrsOf (types.submodule { options.${old} = renamed.option new; });
    };
in
{
  options = {
    nodes = ofEach "configuration" "nixos";
    roles = ofEach "configuration" "nixos";
    gather = renamed.option "facts";
    deploy.order = lib.mkOption {
      type = types.attrsOf (
        types.submodule {
          options.first = renamed.option "after";
          options.next = renamed.option "nodes";
          options.yields = renamed.option "soft";
        }
      );
    };

    renamed = lib.mkOption {
      type = types.listOf types.raw;
      internal = true;
      description = "What is still set by a name of before.";
    };
  };

  config.renamed =
    config.defaults.renamed
    ++ config.gather
    ++ lib.concatMap (member: member.configuration) (
      builtins.attrValues config.nodes ++ builtins.attrValues config.roles
    )
    ++ lib.concatMap (rollout: lib.concatMap (name: rollout.${name}) timings) (
      [ config.rollout ] ++ map (role: role.rollout) (builtins.attrValues config.roles)
    )
    ++ lib.concatMap (order: order.first ++ order.next ++ order.yields) (
      builtins.attrValues config.deploy.order
    );
}
