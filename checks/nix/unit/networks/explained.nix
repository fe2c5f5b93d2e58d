{ lib, ... }:
{
  networking.firewall.allowedTCPPorts = [ 8080 ];
  networking.hostName = lib.mkDefault "second";
}
