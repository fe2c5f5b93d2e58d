# Types that say little about their values, and functions as values.
{
  lib,
  types,
  value,
  config,
  mkOption,
  ...
}:
{
  anything-merges-sets-deeply = {
    expr = value types.anything [
      { a.b = 1; }
      { a.c = 2; }
    ];
    expected.a = {
      b = 1;
      c = 2;
    };
  };
  anything-knows-priorities = {
    expr = value types.anything [
      { a.b = lib.mkForce 1; }
      { a.b = 2; }
    ];
    expected.a.b = 1;
  };
  anything-takes-equal-values = {
    expr = value types.anything [
      1
      1
    ];
    expected = 1;
  };
  anything-merges-functions = {
    expr = value types.anything [
      (x: { a = x; })
      (x: { b = x; })
    ] 3;
    expected = {
      a = 3;
      b = 3;
    };
  };
  raw-takes-one = {
    expr = value types.raw [ { a.b = 1; } ];
    expected.a.b = 1;
  };
  raw-leaves-marks-alone = {
    expr = (value types.raw [ { a = lib.mkIf true 1; } ]).a._type;
    expected = "if";
  };
  an-option-without-a-type-joins-lists = {
    expr =
      (config [
        { options.v = mkOption { }; }
        { v = [ 1 ]; }
        { v = [ 2 ]; }
      ]).v;
    expected = [
      2
      1
    ];
  };
  an-option-without-a-type-merges-sets = {
    expr =
      (config [
        { options.v = mkOption { }; }
        { v.a = 1; }
        { v.b = 2; }
      ]).v;
    expected = {
      a = 1;
      b = 2;
    };
  };
  an-option-without-a-type-joins-booleans = {
    expr =
      (config [
        { options.v = mkOption { }; }
        { v = true; }
        { v = false; }
      ]).v;
    expected = true;
  };
  functionTo-merges-results = {
    expr = value (types.functionTo (types.listOf types.int)) [
      (x: [ x ])
      (x: [ (x + 1) ])
    ] 1;
    expected = [
      2
      1
    ];
  };
  functionTo-keeps-arguments = {
    expr = lib.functionArgs (
      value (types.functionTo types.int) [
        (
          {
            a,
            b ? 1,
          }:
          a
        )
      ]
    );
    expected = {
      a = false;
      b = true;
    };
  };
  optionType-is-a-value = {
    expr = (value types.optionType [ types.int ]).description;
    expected = "signed integer";
  };
  optionType-merges = {
    expr =
      (value types.optionType [
        (types.enum [ "a" ])
        (types.enum [ "b" ])
      ]).description;
    expected = "one of \"b\", \"a\"";
  };
  descriptions = {
    expr = map (t: t.description) [
      types.anything
      types.raw
      types.unspecified
      types.optionType
      (types.functionTo types.int)
      (types.functionTo (types.either types.int types.str))
    ];
    expected = [
      "anything"
      "raw value"
      "unspecified value"
      "optionType"
      "function that evaluates to a(n) signed integer"
      "function that evaluates to a(n) (signed integer or string)"
    ];
  };
  anything-refuses-different-shapes = {
    error = "conflicting-types";
    mentions = [
      "v.a"
      "def1.nix"
      "def2.nix"
    ];
    expr = value types.anything [
      { a = 1; }
      { a = "x"; }
    ];
  };
  anything-refuses-different-values = {
    error = "conflict";
    mentions = [
      "v.a"
      "def1.nix"
      "def2.nix"
    ];
    expr = value types.anything [
      { a = 1; }
      { a = 2; }
    ];
  };
  raw-refuses-two = {
    error = "not-unique";
    mentions = [ "v" ];
    expr = value types.raw [
      1
      1
    ];
  };
  no-type-no-merge = {
    error = "unmergeable";
    mentions = [
      "v"
      "a.nix"
      "b.nix"
    ];
    expr =
      (config [
        { options.v = mkOption { }; }
        {
          _file = "a.nix";
          v = 1;
        }
        {
          _file = "b.nix";
          v = "x";
        }
      ]).v;
  };
  functionTo-checks-the-result = {
    error = "wrong-type";
    mentions = [
      "v.<function body>"
      "def1.nix"
    ];
    expr = value (types.functionTo types.int) [ (x: "x") ] 1;
  };
}
