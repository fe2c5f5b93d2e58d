# netlib as the tests call it, without a flake: on a nixpkgs tree and with facts from fixtures/.
{ nixpkgs }:
let
  lib = import (nixpkgs + "/lib");
  tree = {
    inherit lib;
    outPath = toString nixpkgs;
    # The same value for all systems: nothing here is built.
    legacyPackages.x86_64-linux = import (nixpkgs + "/.") { system = "x86_64-linux"; };
  };
  modules = import ../../modules;

  driver = tree.legacyPackages.x86_64-linux.writeText "netlib" "";
  netlib = import ../../lib {
    nixpkgs = tree;
    self = {
      packages.x86_64-linux.netlib = driver;
      apps.x86_64-linux.netlib = {
        type = "app";
        program = "${driver}";
      };
    };
  };
  self.outPath = toString ./fixtures;
in
{
  inherit lib netlib modules;
  pin = tree;
  # What a node's configuration must say at least, for tests of whole systems.
  minimal = import ./minimal-system.nix;

  # Flake outputs of several networks, and of one.
  outputsOf = netlib.mkNetworks {
    inherit self;
    inputs.nixpkgs = tree;
  };
  evaluate =
    module:
    (netlib.mkFlake {
      inherit self;
      inputs.nixpkgs = tree;
    } module).netlibConfigurations.default;
}
