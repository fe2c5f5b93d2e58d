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

  # Members of the VPN to each other and to the networks behind this server; into the Internet where it is the way there.
  ofServer =
    server:
    let
      out =
        if server.internetGateway == null then
          { }
        else
          forwarding.outBy {
            inherit (table) interface;
            external = server.internetGateway.externalInterface;
          } table.subnetTexts;
    in
    forwarding.between {
      inherit (table) interface;
      subnets = table.subnetTexts;
      accept = forwarding.toNetworks table.interface server.networks ++ out.accept or [ ];
      masquerade = out.masquerade or [ ];
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
