# Tracing, and tests of pure Nix expressions.
{ lib }:
let
  inherit (builtins)
    attrNames
    deepSeq
    toJSON
    trace
    ;
in
{
  inherit (builtins) trace;

  traceIf =
    condition: message: value:
    if condition then trace message value else value;
  traceValFn = f: value: trace (f value) value;
  traceVal = value: trace value value;
  traceSeq = shown: value: trace (deepSeq shown shown) value;
  traceValSeq = value: trace (deepSeq value value) value;

  # The tests (names begin with `test`) whose `expr` differs from `expected`.
  runTests =
    tests:
    let
      names =
        if tests ? tests then
          tests.tests
        else
          builtins.filter (name: lib.hasPrefix "test" name) (attrNames tests);
    in
    builtins.concatMap (
      name:
      let
        test = tests.${name};
      in
      lib.optional (test.expr != test.expected) {
        inherit name;
        inherit (test) expected;
        result = test.expr;
      }
    ) names;
  throwTestFailures =
    {
      failures,
      description ? "tests",
      ...
    }:
    if failures == [ ] then
      null
    else
      throw "${toString (builtins.length failures)} ${description} failed: ${toJSON failures}";
}
