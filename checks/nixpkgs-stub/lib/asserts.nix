# Checks that stop an evaluation with a message.
{ lib }:
let
  pretty = lib.generators.toPretty { };
in
{
  assertMsg = condition: message: if condition then true else throw message;
  assertOneOf =
    name: value: allowed:
    lib.assertMsg (builtins.elem value allowed) "${name} must be one of ${pretty allowed}, but is: ${pretty value}";
  assertEachOneOf =
    name: values: allowed:
    lib.assertMsg (builtins.all (value: builtins.elem value allowed) values) "each element in ${name} must be one of ${pretty allowed}, but is: ${pretty values}";
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
