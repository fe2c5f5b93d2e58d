# Which nodes have which roles. Roles name nodes by selectors, which may name roles again, so cycles are found first.
{
  lib,
  graph,
  selector,
}:
{
  nodes,
  roles,
  # Nodes of the instances of modules, as sets.
  instances,
}:
let
  names = builtins.attrNames roles;
  extends = lib.mapAttrs (_: role: role.extends) roles;
  extendsCycle = graph.findCycle extends;

  # A role has the nodes of the roles that extend it.
  children = role: builtins.filter (other: builtins.elem role extends.${other}) names;
  dependencies = lib.mapAttrs (
    name: role: selector.namedIn "role" names role.nodes ++ children name
  ) roles;
  selectorCycle = graph.findCycle dependencies;
  isSound = extendsCycle == [ ] && selectorCycle == [ ];

  context = selector.contextOf {
    tags = lib.mapAttrs (_: node: node.tags) nodes;
    inherit members instances;
  };
  setOf = lib.flip lib.genAttrs (_: true);
  saying = lib.zipAttrs (
    lib.mapAttrsToList (
      name: node: lib.optionalAttrs (node.role != null) { ${node.role} = name; }
    ) nodes
  );

  selected = lib.mapAttrs (_: role: selector.resolve context role.nodes) roles;
  members =
    if isSound then
      lib.mapAttrs (
        name: _:
        lib.foldl' (a: b: a // b) (setOf (saying.${name} or [ ] ++ selected.${name}.nodes)) (
          map (child: members.${child}) (children name)
        )
      ) roles
    else
      lib.mapAttrs (_: _: { }) roles;

  # The nearest first, each once.
  ancestors = lib.mapAttrs (
    name: _:
    lib.optionals (extendsCycle == [ ]) (
      map (item: item.key) (
        builtins.genericClosure {
          startSet = map (key: { inherit key; }) extends.${name};
          operator = item: map (key: { inherit key; }) extends.${item.key};
        }
      )
    )
  ) roles;
in
{
  inherit
    ancestors
    context
    dependencies
    extendsCycle
    selectorCycle
    ;

  # Sorted names of the nodes, and what is wrong with the selectors.
  roles = lib.mapAttrs (name: nodes: {
    nodes = builtins.attrNames nodes;
    problems = lib.optionals isSound selected.${name}.problems;
  }) members;

  # The roles of each node, sorted by name.
  rolesOf =
    lib.mapAttrs (_: _: [ ]) nodes
    // lib.zipAttrs (lib.mapAttrsToList (name: lib.mapAttrs (_: _: name)) members);
}
