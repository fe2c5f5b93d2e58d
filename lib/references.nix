# Types that refer to the nodes and externals of one network: typos are answered with the file and the valid names.
{
  lib,
  types,
  errors,
  config,
}:
let
  nodes = builtins.attrNames config.nodes;
  members = nodes ++ builtins.attrNames config.externals;

  # The nodes of a list of selectors; `where` ends the error about one that selects nothing.
  select =
    where: selectors:
    let
      matches =
        selector: name:
        if lib.hasPrefix "@" selector then
          builtins.elem (lib.removePrefix "@" selector) config.nodes.${name}.tags
        else
          name == selector;
      selected =
        selector:
        let
          found = builtins.filter (matches selector) nodes;
        in
        if found == [ ] then
          errors.fail "${errors.quote selector}${where} selects no node. Nodes are: ${errors.quoteList nodes}."
        else
          found;
    in
    lib.sort (a: b: a < b) (lib.unique (lib.concatMap selected selectors));
in
{
  /**
    The name of a node.
  */
  node = types.nodeRef nodes;

  /**
    Nodes by name or tag (`"@tag"`): a list of selectors, whose value is the sorted list of the nodes' names.
  */
  nodes = types.nodeSelectors select;

  /**
    The names of the nodes that a list of selectors means.
  */
  select = select "";

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
