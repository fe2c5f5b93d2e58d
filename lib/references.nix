# Types that refer to the nodes and externals of one network: typos are answered with the file and the valid names.
{
  lib,
  types,
  errors,
  config,
  # Makes the type of lists of selectors from how they are resolved.
  selectorsType,
}:
let
  selector = import ./selectors { inherit lib errors; };
  nodes = builtins.attrNames config.nodes;
  members = nodes ++ builtins.attrNames config.externals;

  # The nodes of a list of selectors; `where` says in which option, in which file.
  select =
    where: selectors:
    let
      resolved = selector.resolve config.resolved.context selectors;
      messages = map (problem: "${problem.message}") resolved.problems;
    in
    if messages == [ ] then
      resolved.nodes
    else
      errors.fail "${where}: ${lib.concatStringsSep "\n" messages}.";
in
{
  /**
    The name of a node.
  */
  node = types.nodeRef nodes;

  /**
    Nodes by name, pattern, tag, role or module: a list of selectors, whose value is the sorted list of the nodes' names.
  */
  nodes = selectorsType select;

  /**
    The name of a node or an external.
  */
  member = types.nodeRef members;

  /**
    An attribute set by node name: `attrsOfNodes elementType`.
  */
  attrsOfNodes = types.attrsOfNodes nodes;

  /**
    An attribute set by name of a node or an external: `attrsOfMembers elementType`.
  */
  attrsOfMembers = types.attrsOfMembers members;

  /**
    The same, lazy: reading one attribute forces none of the others, so `mkIf` must not be used on single attributes.
  */
  lazyAttrsOfMembers = types.lazyAttrsOfMembers members;
}
