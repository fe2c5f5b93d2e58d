# Two networks that use one interface of one node.
{
  lib,
  config,
  errors,
  sources,
  networks,
  ...
}:
let
  onNodes = network: builtins.intersectAttrs config.nodes network.members;

  between =
    { a, b }:
    let
      shared = builtins.intersectAttrs (onNodes a) b.members;
      interfaceIn = network: node: network.members.${node}.interface;
      clashing = builtins.filter (
        node: interfaceIn a node != null && interfaceIn a node == interfaceIn b node
      ) (builtins.attrNames shared);
    in
    lib.mapAttrsToList (
      interface: nodes:
      "${sources.network a} and ${sources.network b} both use the interface ${errors.quote interface} of ${errors.quoteList nodes}. "
      + "Give one of them another name."
    ) (lib.groupBy (interfaceIn a) clashing);
in
lib.concatMap between networks.pairs
