# The fields of `netlib status` that a node has.
{ lib, selector }:
network: name:
lib.filterAttrs (
  _: field: builtins.elem name (selector.resolve network.resolved.context field.on).nodes
) network.status
