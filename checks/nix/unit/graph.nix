# Cycles, in the order in which their steps would run.
{ subject, ... }:
let
  inherit (subject) lib;
  inherit (subject.netlib.graph)
    depths
    findCycle
    followers
    levels
    rounds
    sort
    ;
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
  "neither its rounds nor its depths" = {
    expr =
      let
        long = chain 12000;
      in
      [
        (builtins.length (rounds long))
        (depths (_: true) long)."12000"
      ];
    expected = [
      12001
      12000
    ];
  };
  "rounds, levels and followers" =
    let
      after = {
        a = [ ];
        b = [ "a" ];
        c = [
          "a"
          "b"
        ];
        d = [ "not there" ];
        # On a cycle, and behind one.
        x = [ "y" ];
        y = [ "x" ];
        z = [
          "a"
          "x"
        ];
      };
    in
    {
      expr = {
        rounds = rounds after;
        levels = levels after;
        depths = depths (id: id != "b") after;
        inherit (followers after) a;
        inherit (sort after) cycle;
        same = (sort after).rounds == rounds after && (sort after).levels == levels after;
      };
      expected = {
        rounds = [
          [
            "a"
            "d"
          ]
          [ "b" ]
          [ "c" ]
        ];
        levels = {
          a = 0;
          b = 1;
          c = 2;
          d = 0;
        };
        depths = {
          a = 0;
          b = 1;
          c = 1;
          d = 0;
        };
        a = [
          "b"
          "c"
          "z"
        ];
        cycle = [
          "x"
          "y"
          "x"
        ];
        same = true;
      };
    };
}
