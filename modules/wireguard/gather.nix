# Key pairs that are asked of the nodes in a WireGuard network: for WireGuard, and for preshared keys where it has them.
{ lib, netlib }:
{
  table,
  peersOf,
  privateKeyFileOf,
  preshared,
  ...
}:
let
  keys = import ./keys.nix { inherit netlib; };
  nodes = lib.filterAttrs (_: member: member.isNode) table.members;
  peerNodes =
    name: map (peer: peer.name) (builtins.filter (peer: nodes ? ${peer.name}) (peersOf name));
in
lib.mapAttrs (
  name: _:
  {
    ${table.fact} = keys.request (privateKeyFileOf name);
  }
  // lib.optionalAttrs table.presharedKeys (preshared.requestsOf name (peerNodes name))
) nodes
