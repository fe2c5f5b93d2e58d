# Booleans, numbers and what they take.
{
  lib,
  types,
  value,
  ...
}:
let
  inherit (types) ints;
  accepts = type: values: map type.check values;
in
{
  bool = {
    expr = accepts types.bool [
      true
      1
      "true"
    ];
    expected = [
      true
      false
      false
    ];
  };
  int = {
    expr = accepts types.int [
      1
      (-1)
      1.5
      "1"
      true
    ];
    expected = [
      true
      true
      false
      false
      false
    ];
  };
  float = {
    expr = accepts types.float [
      1.5
      1
    ];
    expected = [
      true
      false
    ];
  };
  number = {
    expr = accepts types.number [
      1
      1.5
      "1"
    ];
    expected = [
      true
      true
      false
    ];
  };
  port = {
    expr = accepts types.port [
      0
      65535
      65536
      (-1)
      "22"
    ];
    expected = [
      true
      true
      false
      false
      false
    ];
  };
  unsigned = {
    expr = accepts ints.unsigned [
      0
      1
      (-1)
    ];
    expected = [
      true
      true
      false
    ];
  };
  positive = {
    expr = accepts ints.positive [
      0
      1
      (-1)
    ];
    expected = [
      false
      true
      false
    ];
  };
  between = {
    expr = accepts (ints.between 2 4) [
      1
      2
      4
      5
    ];
    expected = [
      false
      true
      true
      false
    ];
  };
  sized-unsigned = {
    expr = [
      (accepts ints.u8 [
        255
        256
      ])
      (accepts ints.u16 [
        65535
        65536
      ])
      (accepts ints.u32 [
        4294967295
        4294967296
      ])
    ];
    expected = [
      [
        true
        false
      ]
      [
        true
        false
      ]
      [
        true
        false
      ]
    ];
  };
  sized-signed = {
    expr = accepts ints.s8 [
      (-128)
      127
      (-129)
      128
    ];
    expected = [
      true
      true
      false
      false
    ];
  };
  numbers-between = {
    expr = accepts (types.numbers.between 0 1.5) [
      0
      1.5
      2
    ];
    expected = [
      true
      true
      false
    ];
  };
  descriptions = {
    expr = map (t: t.description) [
      types.bool
      types.int
      types.float
      types.port
      ints.unsigned
      ints.positive
      (ints.between 1 3)
      ints.u8
      ints.s8
      types.number
    ];
    expected = [
      "boolean"
      "signed integer"
      "floating point number"
      "16 bit unsigned integer; between 0 and 65535 (both inclusive)"
      "unsigned integer, meaning >=0"
      "positive integer, meaning >0"
      "integer between 1 and 3 (both inclusive)"
      "8 bit unsigned integer; between 0 and 255 (both inclusive)"
      "8 bit signed integer; between -128 and 127 (both inclusive)"
      "signed integer or floating point number"
    ];
  };
  types-know-that-they-are-types = {
    expr = [
      (lib.isOptionType types.int)
      (lib.isType "option-type" types.int)
      (lib.isOptionType { })
    ];
    expected = [
      true
      true
      false
    ];
  };
  a-string-is-no-int = {
    error = "wrong-type";
    mentions = [
      "v"
      "def1.nix"
      "signed integer"
    ];
    expr = value types.int [ "1" ];
  };
  a-port-has-a-limit = {
    error = "wrong-type";
    mentions = [
      "16 bit unsigned integer"
      "def1.nix"
      "70000"
    ];
    expr = value types.port [ 70000 ];
  };
}
