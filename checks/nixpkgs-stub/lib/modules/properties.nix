# Marks that a module author puts on a definition: conditions, priorities, order.
{ lib }:
let
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
in
{
  inherit mkOverride mkOrder;

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  # A definition that says itself which file it is from.
  mkDefinition = definition@{ file, value, ... }: definition // { _type = "definition"; };
  mkAssert =
    condition: message: content:
    lib.mkIf (if condition then true else throw "\nFailed assertion: ${message}") content;

  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkImageMediaOverride = mkOverride 60;
  mkVMOverride = mkOverride 10;
  defaultOverridePriority = 100;

  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  defaultOrderPriority = 1000;
}
