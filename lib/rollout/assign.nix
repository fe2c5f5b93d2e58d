# Which rollout takes each node: one of `rollouts`, that of one of its roles, that of the network, or none.
{ lib, selector }:
{
  config,
  context,
  rolesOf,
  ancestors,
}:
let
  # What was said of nodes comes before what was said of roles; of several the one that names the node most specifically.
  chosen = selector.choose context (lib.mapAttrs (_: rollout: rollout.nodes) config.rollouts);

  # What the network says is a default for roles and makes them roll out; a role may say so itself, or through those it extends.
  says = role: config.roles.${role}.rollout.defined != [ ];
  saysItself = lib.mapAttrs (name: _: says name || builtins.any says ancestors.${name}) config.roles;
  rollsOut = name: saysItself.${name} || config.rollout.defined != [ ];

  networkRollsOut = builtins.any (name: builtins.elem name config.rollout.defined) [
    "batches"
    "canary"
  ];

  # Of roles that extend each other, the one that says most.
  mostDerived =
    roles:
    builtins.filter (role: !builtins.any (other: builtins.elem role ancestors.${other}) roles) roles;

  candidatesOf =
    name: node:
    let
      roles = mostDerived (builtins.filter rollsOut rolesOf.${name});
      saying = builtins.filter (role: saysItself.${role}) roles;
    in
    if node.role != null then
      lib.optional (rollsOut node.role) node.role
    else if saying != [ ] then
      saying
    else
      roles;

  left = removeAttrs config.nodes (builtins.attrNames chosen.nodes);
  candidates = lib.mapAttrs candidatesOf left;
  withoutRole = builtins.filter (name: rolesOf.${name} == [ ]) (builtins.attrNames left);
  byFirst =
    names:
    lib.zipAttrs (
      lib.mapAttrsToList (
        node: names: lib.optionalAttrs (names != [ ]) { ${builtins.head names} = node; }
      ) names
    );
  severally = lib.filterAttrs (_: names: builtins.length names > 1);
in
{
  # Nodes that two unrelated roles would roll out, with those roles; and those that two rollouts name equally well.
  ambiguous = severally candidates;
  contested = severally chosen.nodes;
  # What is wrong with the selectors of `rollouts`, by name.
  inherit (chosen) problems;

  # { <rollout> = { role; title; settings; nodes; }; }, the nodes sorted by name.
  rollouts =
    lib.optionalAttrs (networkRollsOut && withoutRole != [ ]) {
      network = {
        role = null;
        title = "the network";
        settings = config.rollout;
        nodes = withoutRole;
      };
    }
    // lib.mapAttrs (role: nodes: {
      inherit role nodes;
      title = "role ${role}";
      settings = config.roles.${role}.rollout;
    }) (byFirst candidates)
    // lib.mapAttrs (name: nodes: {
      role = null;
      title = "rollouts.${name}";
      settings = config.rollouts.${name};
      inherit nodes;
    }) (byFirst chosen.nodes);
}
