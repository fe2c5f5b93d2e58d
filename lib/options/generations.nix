# How long a node keeps earlier generations of its system: for all nodes, and in each node for itself.
{ config, lib, ... }:
let
  inherit (lib) types;

  kept.options = {
    days = lib.mkOption {
      type = types.ints.positive;
      default = 30;
      description = "Generations that are younger stay.";
      example = 14;
    };

    min = lib.mkOption {
      type = types.ints.positive;
      default = 5;
      description = "How many of the newest stay, however old they are.";
      example = 3;
    };
  };

  keepWith =
    usual:
    lib.mkOption (
      usual
      // {
        type = types.nullOr (types.submodule kept);
        description = ''
          Which generations of its system profile a node keeps: once a day it removes older ones, with their entries in the boot
          menu. Those that run, were booted, are the profile's, or were confirmed last stay, and so does the system before the
          last one. With `null`, netlib removes none. The systems themselves go with the next garbage collection (`nix.gc`).
        '';
        example = {
          days = 30;
          min = 5;
        };
      }
    );

  node.options.generations.keep = keepWith {
    default = config.generations.keep;
    defaultText = lib.literalExpression "config.generations.keep";
  };
in
{
  options = {
    generations.keep = keepWith { default = null; };

    # The rest of a node is declared in nodes.nix.
    nodes = lib.mkOption { type = types.attrsOf (types.submodule node); };
  };
}
