# What a document says is to be evaluated, as one set of derivations, which nix-eval-jobs walks too.
{ lib }:
{
  toplevels,
  gatherers,
  programs,
  deployerPrograms,
}:
{
  # As in a document; the deployer's programs by the deployer's system, or null.
  evaluate,
  system ? null,
}:
let
  # Evaluators look only into sets that say so.
  set = attributes: attributes // { recurseForDerivations = true; };
  only = names: attributes: set (lib.getAttrs names attributes);
in
set {
  toplevels = only evaluate.toplevels toplevels;
  gatherers = only evaluate.gatherers gatherers;
  programs = only evaluate.programs programs;
  deployerPrograms = only (lib.optional (
    evaluate.deployerPrograms && system != null
  ) system) deployerPrograms;
}
