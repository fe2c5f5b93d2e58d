# What a VPN contributes to the NixOS configuration of its servers and clients.
{
  lib,
  netlib,
  nodes,
}:
{ table, ... }@vpn:
let
  inherit (import ../wireguard/configure.nix { inherit lib netlib nodes; }) interfaceOf;
  forwarding = import ../wireguard/forwarding.nix { inherit lib; };

  names = import ../wireguard/names.nix { inherit lib; } table;
  hasIpv6 = builtins.any (subnet: subnet.address.family == 6) table.subnets;

  ofServer = server: {
    imports = forwarding table.subnets;
    networking.firewall.extraForwardRules = "iifname \"${table.interface}\" accept";
    networking.nat = lib.mkIf (server.internetGateway != null) {
      enable = true;
      enableIPv6 = hasIpv6;
      inherit (server.internetGateway) externalInterface;
      internalInterfaces = [ table.interface ];
    };
  };

  ofClient = client: {
    networking.nameservers = lib.mkIf (client.dns != [ ]) (lib.mkBefore client.dns);
  };

  fullTunnel = import ./full-tunnel.nix { inherit lib; } table.interface;

  ofMember = name: member: {
    imports = [
      names
      (interfaceOf vpn name member)
      (if member.isServer then ofServer member else ofClient member)
    ]
    ++ lib.optional (!member.isServer && member.tunnel == "full") fullTunnel;
  };
in
lib.mapAttrs ofMember (lib.filterAttrs (_: member: member.isNode) table.members)
