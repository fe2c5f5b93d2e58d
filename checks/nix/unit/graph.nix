# Cycles, in the order in which their steps would run.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (subject.netlib.graph) findCycle;
  chain =
    length:
    lib.listToAttrs (
      map (index: lib.nameValuePair (toString index) (lib.optional (index > 0) (toString (index - 1)))) (
        lib.range 0 length
      )
    );
in
{
  "no steps" = {
    expr = findCycle { };
    expected = [ ];
  };
  "a diamond is no cycle" = {
    expr = findCycle {
      a = [ ];
      b = [ "a" ];
      c = [ "a" ];
      d = [
        "b"
        "c"
      ];
    };
    expected = [ ];
  };
  "a step after itself" = {
    expr = findCycle { a = [ "a" ]; };
    expected = [
      "a"
      "a"
    ];
  };
  "what hangs on a cycle is not part of it" = {
    expr = findCycle {
      a = [ "c" ];
      b = [ "a" ];
      c = [ "b" ];
      d = [ "a" ];
      e = [ ];
    };
    expected = [
      "a"
      "b"
      "c"
      "a"
    ];
  };
  "a long chain does not exhaust the stack" = {
    expr = findCycle (chain 1500);
    expected = [ ];
  };
}
