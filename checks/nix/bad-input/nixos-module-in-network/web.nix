{ node, pkgs, ... }:
{
  networking.hostName = node.name;
  environment.systemPackages = [ pkgs.hello ];
}
