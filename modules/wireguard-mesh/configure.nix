# What a mesh contributes to the NixOS configuration of its members.
{
  lib,
  netlib,
  nodes,
}:
{ table, ... }@mesh:
let
  inherit (import ../wireguard/addresses.nix { inherit lib netlib; }) hostsOf;
  inherit (import ../wireguard/configure.nix { inherit lib netlib nodes; }) interfaceOf;
  forwarding = import ../wireguard/forwarding.nix { inherit lib; };

  # The same for whoever asks, so computed once.
  names.networking.hosts = hostsOf table.instance table.members;

  # What a relay needs to pass packets on, and only between members.
  relaying = {
    imports = forwarding table.subnets;
    networking.firewall.extraForwardRules = "iifname \"${table.interface}\" oifname \"${table.interface}\" accept";
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
