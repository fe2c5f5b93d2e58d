# A document of a plan for people: one line about each thing, a tree, a picture.
{ lib, graph }:
# Levels of all steps of the network.
{ levels }:
document:
let
  levelOf = id: levels.${lib.removePrefix "barrier:" id} or levels.${id} or 0;
  arguments = {
    inherit lib document levelOf;
  };
in
{
  summary = import ./summary.nix arguments;
  text = import ./waves.nix (arguments // { inherit graph; });
  full = import ./text.nix arguments;
  dot = import ./dot.nix (arguments // { inherit graph; });
}
