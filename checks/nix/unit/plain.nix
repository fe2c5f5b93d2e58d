# netlib without a flake, as a plain file calls it.
{ subject, ... }:
let
  netlib = import ../../.. { nixpkgs = subject.pin.outPath; };
  networkOf =
    module:
    (netlib.lib.mkNetwork {
      root = ../fixtures;
      inputs.other = "an input";
    } module).netlibConfigurations.default;

  network = networkOf (
    { inputs, ... }:
    {
      imports = [ netlib.modules.wireguard-mesh ];
      network.name = "plain";
      warnings = [ inputs.other ];
      nodes.alpha.addresses = [ "192.0.2.1" ];
      nodes.gamma = { };
      wireguard-mesh.wg0 = {
        subnet = "10.10.0.0/24";
        members = {
          alpha = { };
          gamma = { };
        };
      };
    }
  );
in
{
  "a plain file has the plan of a flake" = {
    expr = {
      inherit (network.plan) version warnings;
      nodes = builtins.attrNames network.plan.nodes;
      network = network.plan.network.name;
    };
    expected = {
      version = 3;
      warnings = [ "an input" ];
      nodes = [
        "alpha"
        "gamma"
      ];
      network = "plain";
    };
  };
  "facts are read beside the file" = {
    expr = network.config.nodes.alpha.facts ? wireguard-mesh-wg0;
    expected = true;
  };
  "definitions are said to be in the file" = {
    expr = map (
      definition: toString definition.file
    ) network.options.network.name.definitionsWithLocations;
    expected = [ (toString ./plain.nix) ];
  };
  "the default pin is the one that netlib was given" = {
    expr = network.config.nodes.alpha.nixpkgs.outPath;
    expected = toString subject.pin.outPath;
  };
  "a pin of a path has a package set to share" = {
    expr =
      let
        pin = netlib.lib.pin subject.pin.outPath;
      in
      pin.legacyPackages ? x86_64-linux && pin.lib ? evalModules;
    expected = true;
  };
}
