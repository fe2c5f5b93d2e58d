# Checks that stop an evaluation with a message.
{ lib }:
let
  pretty = lib.generators.toPretty { };
in
{
  assertMsg = condition: message: if condition then true else throw message;
  assertOneOf =
    name: value: allowed:
    lib.assertMsg (builtins.elem value allowed) "${name} is ${pretty value}, which is none of ${pretty allowed}";
  assertEachOneOf =
    name: values: allowed:
    lib.assertMsg (builtins.all (
      value: builtins.elem value allowed
    ) values) "${name} is ${pretty values}; its elements can only be ${pretty allowed}";
  checkAssertWarn =
    assertions: warnings: value:
    let
      failed = map (a: a.message) (builtins.filter (a: !a.assertion) assertions);
    in
    if failed != [ ] then
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (message: "- ${message}") failed}"
    else
      lib.showWarnings warnings value;
}
