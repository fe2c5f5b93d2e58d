# Which rollout takes each node: that of one of its roles, that of the network, or none.
{ lib }:
{
  config,
  rolesOf,
  ancestors,
}:
let
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

  candidates = lib.mapAttrs candidatesOf config.nodes;
  withoutRole = builtins.filter (name: rolesOf.${name} == [ ]) (builtins.attrNames config.nodes);
  ofRole = lib.zipAttrs (
    lib.mapAttrsToList (
      name: roles: lib.optionalAttrs (roles != [ ]) { ${builtins.head roles} = name; }
    ) candidates
  );
in
{
  # Nodes that two unrelated roles would roll out, with those roles.
  ambiguous = lib.filterAttrs (_: roles: builtins.length roles > 1) candidates;

  # { <rollout> = { role; nodes; }; }, the nodes sorted by name.
  rollouts =
    lib.mapAttrs (role: nodes: { inherit role nodes; }) ofRole
    // lib.optionalAttrs (networkRollsOut && withoutRole != [ ]) {
      network = {
        role = null;
        nodes = withoutRole;
      };
    };
}
