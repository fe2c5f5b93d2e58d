# Evaluates the cases of one theme on one lib. `report` has one line a case; `errors.<case>` is what must fail.
{
  libPath,
  theme,
  only ? null,
}:
let
  lib = import libPath;
  all = import (./cases + "/${theme}.nix") (
    { inherit lib; } // import ./support.nix { inherit lib; }
  );
  cases = if only == null then all else { ${only} = all.${only}; };
  tab = "\t";

  # One case is one line, whatever it evaluates to.
  reportValue =
    name: case:
    let
      actual = builtins.tryEval (builtins.toJSON case.expr);
      expected = builtins.toJSON case.expected;
    in
    if actual.success && actual.value == expected then
      "pass${tab}${name}"
    else
      "fail${tab}${name}${tab}expected ${expected}, got ${
        if actual.success then actual.value else "an error"
      }";

  # For a case that fails: what kind of error, and what its message must name.
  reportError =
    name: case:
    builtins.concatStringsSep tab (
      [
        "error"
        name
        case.error
      ]
      ++ case.mentions or [ ]
    );

  reportCase =
    name:
    let
      case = cases.${name};
    in
    if case ? error then reportError name case else reportValue name case;
in
{
  names = builtins.concatStringsSep "" (map (name: "${name}\n") (builtins.attrNames cases));
  report = builtins.concatStringsSep "" (
    map (name: "${reportCase name}\n") (builtins.attrNames cases)
  );
  failing = builtins.deepSeq cases.${only}.expr "evaluated to ${builtins.toJSON cases.${only}.expr}";
}
