# Puts together what follows from a network's roles, checks, order and rollouts. Forces no NixOS configuration.
{
  lib,
  errors,
  graph,
}:
let
  selector = import ./selectors { inherit lib errors; };
  resolveRoles = import ./selectors/roles.nix { inherit lib graph selector; };
  resolveInstances = import ./instances.nix {
    inherit
      lib
      errors
      graph
      selector
      ;
  };
  resolveChecks = import ./checks { inherit lib errors; };
  declaredOrders = import ./order/declared.nix { inherit lib selector; };
  soften = import ./order/soft.nix { inherit lib; };
  assign = import ./rollout/assign.nix { inherit lib selector; };
  resolveRollouts = import ./rollout { inherit lib; };
  assemble = import ./order/steps.nix { inherit lib; };
  restartsOf = import ./restarts.nix { inherit lib; };
in
{
  config,
  options,
  written,
}:
let
  instances = resolveInstances {
    inherit config options written;
    roleDependencies = members.dependencies;
  };
  members = resolveRoles {
    inherit (config) nodes roles;
    instances = instances.sets;
  };
  inherit (members) roles rolesOf ancestors;

  checks = resolveChecks { inherit config roles; };
  isRemote = check: check.sources != [ ] && check.sources != [ "self" ];
  checked = lib.mapAttrs (_: _: true) (
    lib.filterAttrs (_: named: builtins.any isRemote (builtins.attrValues named)) checks
  );

  assigned = assign {
    inherit config rolesOf ancestors;
    inherit (members) context;
  };
  rolloutOf = lib.concatMapAttrs (id: rollout: lib.genAttrs rollout.nodes (_: id)) assigned.rollouts;

  declared = config.deploy.steps;
  orders = soften assigned.rollouts (declaredOrders {
    inherit config;
    inherit (members) context;
    isStep = id: (declared ? ${id} && declared.${id}.kind != null) || isGenerated id;
  });
  isGenerated =
    id:
    steps.ofNodes ? ${id}
    || lib.hasPrefix "check:" id && checked ? ${lib.removePrefix "check:" id}
    || gates ? ${id}
    || restarts.steps ? ${id};
  gates = lib.concatMapAttrs (_: steps.gatesOf) rollouts;

  stepsWith =
    orders:
    assemble {
      nodes = builtins.attrNames config.nodes;
      inherit
        declared
        checked
        orders
        restarts
        ;
    };
  restarts = restartsOf config.nodes;
  steps = stepsWith orders;
  sort = steps: graph.sort (lib.mapAttrs (_: step: step.after ++ step.afterCompletion or [ ]) steps);
  whole = steps.graph rollouts;
  rollouts = resolveRollouts {
    inherit config assigned;
    levels = steps.levels graph;
  };
in
{
  # The roles of a node, each after those it extends.
  baseFirst = name: lib.sortOn (role: builtins.length ancestors.${role}) rolesOf.${name};

  inherit
    roles
    rolesOf
    ancestors
    checks
    orders
    rollouts
    rolloutOf
    restarts
    ;
  inherit (members) context extendsCycle selectorCycle;
  inherit (assigned) ambiguous contested;
  rolloutProblems = assigned.problems;
  # Whether netlib makes the step of an id itself.
  inherit isGenerated;
  instances = instances.nodes;
  # What a deployment does: an order between two groups is one step, of kind "barrier".
  graph = whole;
  sorted = sort whole;
  # A circle of the steps that these orders alone would make.
  circleOf = orders: (sort ((stepsWith orders).graph rollouts)).cycle;
}
