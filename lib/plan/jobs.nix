# What a document says is to be evaluated, as one set of derivations, which nix-eval-jobs walks too.
{ lib }:
network:
# As in a document.
{ evaluate }:
let
  # Evaluators look only into sets that say so.
  set = attributes: attributes // { recurseForDerivations = true; };
in
set (lib.mapAttrs (attribute: names: set (lib.getAttrs names network.${attribute})) evaluate)
