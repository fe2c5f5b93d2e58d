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

  # What each member of a set by selectors is said by: its own name, or the selector that is most specific about it.
  choose =
    {
      option,
      filesOf,
      selectors,
      named,
    }:
    let
      isNode = name: config.nodes ? ${name};
      chosen = selector.choose config.resolved.context (
        lib.genAttrs (selectors ++ builtins.filter isNode named) (name: [ name ])
      );
      problems = lib.concatLists (
        lib.mapAttrsToList (
          name: found: map (problem: "the option `${option}`: ${problem.message}${filesOf name}") found
        ) chosen.problems
      );
      one =
        node: names:
        if builtins.length names == 1 then
          builtins.head names
        else
          errors.fail (
            "the option `${option}` says two things of ${errors.quote node}, by ${errors.quoteList names}"
            + "${filesOf (builtins.head names)}. Name the node itself, or join one of them with `&` to what is special about it."
          );
    in
    if problems == [ ] then
      lib.mapAttrs one chosen.nodes
      // lib.genAttrs (builtins.filter (name: !isNode name) named) (name: name)
    else
      errors.fail "${lib.concatStringsSep "\n" problems}.";

  # Where selectors stay as they are written, so do these.
  bySelector =
    names: withExternals:
    types.attrsOfSelected {
      inherit names withExternals;
      choose = if (selectorsType select).resolvesSelectors or false then choose else null;
    };
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
    An attribute set by node name or selector: `attrsOfNodes elementType`. Its value is by node name: a node that several select
    gets what the most specific one says.
  */
  attrsOfNodes = bySelector nodes false;

  /**
    The same with externals, which are named by their own names alone: `attrsOfMembers elementType`.
  */
  attrsOfMembers = bySelector members true;

  /**
    The same, lazy: reading one attribute forces none of the others, so `mkIf` must not be used on single attributes.
  */
  lazyAttrsOfMembers = types.lazyAttrsOfMembers members;
}
