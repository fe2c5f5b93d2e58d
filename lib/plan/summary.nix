# What a plan does, a line for each thing.
{ lib, document, ... }:
let
  count = number: what: "${toString number} ${what}${lib.optionalString (number != 1) "s"}";

  isStep = step: step.kind != "barrier";
  selected = lib.filterAttrs (_: node: node.selected) document.nodes;
  checked = lib.filterAttrs (_: node: node.checks != { }) selected;

  ofRollout =
    id: rollout:
    let
      batches = builtins.filter (batch: batch.nodes != [ ]) rollout.batches;
    in
    "rollout ${id}: ${count (builtins.length rollout.nodes) "node"} in ${
      if builtins.length batches == 1 then "1 batch" else "${toString (builtins.length batches)} batches"
    }";
in
[
  "network ${document.network.name}: ${count (builtins.length (builtins.attrNames selected)) "node"}, ${count (builtins.length (builtins.filter isStep (builtins.attrValues document.steps))) "step"}"
]
++ lib.mapAttrsToList ofRollout document.rollouts
++ lib.optional (
  checked != { }
) "checks of ${count (builtins.length (builtins.attrNames checked)) "node"}"
