# The system of one configuration.
{
  nixpkgs,
  configuration,
}:
(import (nixpkgs + "/nixos/lib/eval-config.nix") {
  system = null;
  modules = [
    ./base.nix
    configuration
  ];
}).config.system.build.toplevel
