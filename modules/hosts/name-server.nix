# The zone on one node that serves it.
{ lib, table }:
server:
let
  zone = import ./zone.nix { inherit lib; } {
    inherit (table) domain ttl;
    inherit server;
  };
in
{
  services.nsd = {
    enable = true;
    interfaces = server.addresses;
    # Interfaces of meshes may come up later than the server.
    ipTransparent = true;
    zones.${table.domain}.data = zone;
  };
  networking.firewall.interfaces = lib.genAttrs server.interfaces (_: {
    allowedTCPPorts = [ 53 ];
    allowedUDPPorts = [ 53 ];
  });
}
