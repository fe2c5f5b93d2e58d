# Which nodes take part in which instances of network modules, for selectors such as `module:wireguard-mesh.wg0`.
# Members may be named by selectors, which may name roles and instances again, so circles are found first.
{
  lib,
  errors,
  graph,
  selector,
}:
{
  config,
  options,
  # The same network with its selectors as they are written: what names what can be seen there without resolving anything.
  written,
  # What roles name, as { <role> = [ role ]; }.
  roleDependencies,
}:
let
  idOf = module: instance: "${module}.${instance}";
  byId =
    f:
    lib.concatMapAttrs (
      module:
      lib.mapAttrs' (instance: value: lib.nameValuePair (idOf module instance) (f module instance value))
    );

  origins = byId (module: instance: selectors: {
    inherit module instance selectors;
  }) written.exports.members;

  roleId = role: "role:${role}";
  instanceId = id: "module:${id}";
  instancesIn =
    selectors: map instanceId (selector.namedIn "module" (builtins.attrNames origins) selectors);
  rolesIn =
    selectors: map roleId (selector.namedIn "role" (builtins.attrNames config.roles) selectors);

  cycle = graph.findCycle (
    lib.mapAttrs' (
      role: dependencies:
      lib.nameValuePair (roleId role) (map roleId dependencies ++ instancesIn config.roles.${role}.nodes)
    ) roleDependencies
    // lib.mapAttrs' (
      id:
      { selectors, ... }:
      lib.nameValuePair (instanceId id) (rolesIn selectors ++ instancesIn selectors)
    ) origins
  );

  # A module has its instances in the option of its name; others were published by hand.
  fileOfInstance =
    { module, instance, ... }:
    if lib.isOption (options.${module} or null) then
      errors.definedIn options.${module} instance
    else
      errors.definedIn options.exports.members module;
  fileOf =
    id:
    if lib.hasPrefix "role:" id then
      errors.definedIn options.roles (lib.removePrefix "role:" id)
    else
      fileOfInstance origins.${lib.removePrefix "module:" id};

  # The graph of steps points from what comes first to what comes next, these to what they name.
  failure =
    "Roles and modules name each other's nodes in a circle: ${lib.concatStringsSep " -> " (lib.reverseList cycle)}. "
    + "Name nodes or tags in one of them instead${lib.concatStrings (lib.unique (map fileOf (lib.unique cycle)))}.";
in
{
  # Sorted names of nodes, by "<module>.<instance>".
  nodes = byId (
    _: _: nodes:
    nodes
  ) config.exports.members;

  # The same as sets, for who looks up selectors.
  sets =
    if cycle == [ ] then
      byId (
        _: _: nodes:
        lib.genAttrs nodes (_: true)
      ) config.exports.members
    else
      errors.fail failure;
}
