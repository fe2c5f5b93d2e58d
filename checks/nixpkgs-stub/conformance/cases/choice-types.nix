# Types made from other types: choices, conversions, restrictions.
{
  lib,
  types,
  value,
  ...
}:
let
  accepts = type: values: map type.check values;
  colour = types.enum [
    "red"
    "green"
  ];
in
{
  nullOr = {
    expr = accepts (types.nullOr types.int) [
      null
      1
      "1"
    ];
    expected = [
      true
      true
      false
    ];
  };
  nullOr-all-null = {
    expr = value (types.nullOr types.int) [
      null
      null
    ];
    expected = null;
  };
  nullOr-merges-like-its-type = {
    expr = value (types.nullOr (types.listOf types.int)) [
      [ 2 ]
      [ 1 ]
    ];
    expected = [
      1
      2
    ];
  };
  enum = {
    expr = accepts colour [
      "red"
      "blue"
      null
    ];
    expected = [
      true
      false
      false
    ];
  };
  enum-of-mixed-values = {
    expr =
      accepts
        (types.enum [
          1
          "a"
          null
          true
        ])
        [
          1
          "a"
          null
          true
          false
        ];
    expected = [
      true
      true
      true
      true
      false
    ];
  };
  either = {
    expr = accepts (types.either types.int types.str) [
      1
      "a"
      null
    ];
    expected = [
      true
      true
      false
    ];
  };
  either-merges-like-the-type-that-fits = {
    expr = value (types.either types.int (types.listOf types.int)) [
      [ 2 ]
      [ 1 ]
    ];
    expected = [
      1
      2
    ];
  };
  oneOf = {
    expr =
      accepts
        (types.oneOf [
          types.int
          types.str
          types.bool
        ])
        [
          1
          "a"
          true
          null
        ];
    expected = [
      true
      true
      true
      false
    ];
  };
  coercedTo = {
    expr = value (types.coercedTo types.int toString types.str) [ 1 ];
    expected = "1";
  };
  coercedTo-leaves-the-final-type = {
    expr = value (types.coercedTo types.int toString types.str) [ "a" ];
    expected = "a";
  };
  coercedTo-then-merges = {
    expr = value (types.coercedTo types.str lib.singleton (types.listOf types.str)) [
      "b"
      [ "a" ]
    ];
    expected = [
      "a"
      "b"
    ];
  };
  coercedTo-checks-the-result = {
    expr = accepts (types.coercedTo types.int (x: x + 1) types.str) [
      1
      "a"
    ];
    expected = [
      false
      true
    ];
  };
  uniq-takes-one = {
    expr = value (types.uniq (types.listOf types.int)) [ [ 1 ] ];
    expected = [ 1 ];
  };
  unique-takes-one = {
    expr = value (types.unique { message = "only one"; } types.str) [ "a" ];
    expected = "a";
  };
  addCheck = {
    expr = accepts (types.addCheck types.int (x: x > 2)) [
      3
      2
      "3"
    ];
    expected = [
      true
      false
      false
    ];
  };
  addCheck-keeps-the-merge = {
    expr = value (types.addCheck (types.listOf types.int) (x: x != [ ])) [
      [ 2 ]
      [ 1 ]
    ];
    expected = [
      1
      2
    ];
  };
  descriptions = {
    expr = map (t: t.description) [
      (types.nullOr types.str)
      (types.nullOr (types.listOf types.str))
      (types.nullOr (types.either types.int types.str))
      colour
      (types.enum [ "x" ])
      (types.enum [ ])
      (types.either (types.listOf types.str) (types.attrsOf types.int))
      (types.either types.ints.unsigned types.str)
      (types.oneOf [
        types.int
        types.str
        types.bool
      ])
      (types.coercedTo types.int toString types.str)
      (types.uniq types.str)
    ];
    expected = [
      "null or string"
      "null or (list of string)"
      "null or signed integer or string"
      "one of \"red\", \"green\""
      "value \"x\" (singular enum)"
      "impossible (empty enum)"
      "(list of string) or attribute set of signed integer"
      "unsigned integer, meaning >=0, or string"
      "signed integer or string or boolean"
      "string or signed integer convertible to it"
      "string"
    ];
  };
  a-type-of-ones-own = {
    expr = value (lib.mkOptionType {
      name = "even";
      check = x: lib.isInt x && lib.mod x 2 == 0;
      merge = lib.mergeEqualOption;
    }) [ 4 ];
    expected = 4;
  };
  a-type-of-ones-own-has-a-default-merge = {
    expr = value (lib.mkOptionType { name = "mine"; }) [
      [ 2 ]
      [ 1 ]
    ];
    expected = [
      1
      2
    ];
  };
  an-unknown-choice-lists-the-known = {
    error = "wrong-type";
    mentions = [
      "one of \"red\", \"green\""
      "\"blue\""
      "def1.nix"
    ];
    expr = value colour [ "blue" ];
  };
  null-and-a-value = {
    error = "null-and-not";
    mentions = [
      "v"
      "def1.nix"
      "def2.nix"
    ];
    expr = value (types.nullOr types.int) [
      null
      1
    ];
  };
  uniq-refuses-two = {
    error = "not-unique";
    mentions = [
      "v"
      "def1.nix"
      "def2.nix"
    ];
    expr = value (types.uniq (types.listOf types.int)) [
      [ 1 ]
      [ 2 ]
    ];
  };
  unique-says-why = {
    error = "not-unique";
    mentions = [ "only one place may" ];
    expr = value (types.unique { message = "only one place may"; } types.str) [
      "a"
      "a"
    ];
  };
  addCheck-failing = {
    error = "wrong-type";
    mentions = [ "def1.nix" ];
    expr = value (types.addCheck types.int (x: x > 2)) [ 1 ];
  };
  a-type-of-ones-own-is-named = {
    error = "wrong-type";
    mentions = [
      "even number"
      "def1.nix"
    ];
    expr = value (lib.mkOptionType {
      name = "even";
      description = "even number";
      check = x: lib.isInt x && lib.mod x 2 == 0;
    }) [ 3 ];
  };
}
