# Key pairs that are asked of the nodes in a WireGuard network: for WireGuard, and for preshared keys where it has them.
{ lib, netlib }:
{
  table,
  peersOf,
  privateKeyFileOf,
  preshared,
  keyInUse,
  ...
}:
let
  keys = import ./keys.nix { inherit netlib; };
  nodes = lib.filterAttrs (_: member: member.isNode) table.members;
  peerNodes =
    name: map (peer: peer.name) (builtins.filter (peer: nodes ? ${peer.name}) (peersOf name));
in
lib.mapAttrs (
  name: member:
  {
    ${table.fact} = keys.request (privateKeyFileOf name);
  }
  # Who has never changed its key need not be asked for another one.
  // lib.optionalAttrs (member.keyVersion > 1) {
    ${keyInUse} = keys.requestInUse table.interface;
  }
  // lib.optionalAttrs table.presharedKeys (preshared.requestsOf name (peerNodes name))
) nodes
