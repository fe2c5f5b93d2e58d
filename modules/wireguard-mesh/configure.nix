# What a mesh contributes to the NixOS configuration of its members.
{
  lib,
  netlib,
  nodes,
}:
{ table, ... }@mesh:
let
  inherit (import ../wireguard/configure.nix { inherit lib netlib nodes; }) interfaceOf;
  forwarding = import ../wireguard/forwarding.nix { inherit lib; };

  names = import ../wireguard/names.nix { inherit lib; } table;

  # What a relay needs to pass packets on, and only between members.
  relaying = forwarding.between {
    inherit (table) interface;
    subnets = map netlib.ip.formatCidr table.subnets;
  };

  ofMember = name: member: {
    imports = [
      names
      (interfaceOf mesh name member)
    ]
    ++ lib.optional (builtins.elem name table.relays) relaying;
  };
in
lib.mapAttrs ofMember (lib.filterAttrs (_: member: member.isNode) table.members)
