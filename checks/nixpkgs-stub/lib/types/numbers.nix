# Truth values and numbers.
{ lib }:
let
  inherit (builtins) isBool isFloat isInt;
  inherit (lib.types) addCheck mkLeafType;

  int = mkLeafType {
    name = "int";
    description = "signed integer";
    check = isInt;
  };
  float = mkLeafType {
    name = "float";
    description = "floating point number";
    check = isFloat;
  };
  number = lib.types.either int float;
  power = exponent: if exponent == 0 then 1 else 2 * power (exponent - 1);

  rangeOf =
    base: lowest: highest:
    assert lib.assertMsg (lowest <= highest) "between: lowest must be smaller than highest";
    addCheck base (x: x >= lowest && x <= highest)
    // {
      name = "${if base.name == "int" then "int" else "number"}Between";
      description = "${
        if base.name == "int" then "integer" else "integer or floating point number"
      } between ${lib.strings.floatToString lowest} and ${lib.strings.floatToString highest} (both inclusive)";
    };

  bits = {
    signed =
      width:
      let
        half = power (width - 1);
      in
      rangeOf int (-half) (half - 1)
      // {
        name = "signedInt${toString width}";
        description = "${toString width} bit signed integer; between ${toString (-half)} and ${toString (half - 1)} (both inclusive)";
      };
    unsigned =
      width:
      let
        highest = power width - 1;
      in
      rangeOf int 0 highest
      // {
        name = "unsignedInt${toString width}";
        description = "${toString width} bit unsigned integer; between 0 and ${toString highest} (both inclusive)";
      };
  };

  restricted =
    base: name: description: check:
    addCheck base check
    // {
      inherit name description;
      descriptionClass = "nonRestrictiveClause";
    };
in
{
  bool = mkLeafType {
    name = "bool";
    description = "boolean";
    check = isBool;
  };
  boolByOr = mkLeafType {
    name = "boolByOr";
    description = "boolean (merged using or)";
    check = isBool;
    merge = _: defs: builtins.any (def: def.value) defs;
  };
  inherit int float number;
  port = bits.unsigned 16;

  ints = {
    between = rangeOf int;
    unsigned = restricted int "unsignedInt" "unsigned integer, meaning >=0" (x: x >= 0);
    positive = restricted int "positiveInt" "positive integer, meaning >0" (x: x > 0);
    u8 = bits.unsigned 8;
    u16 = bits.unsigned 16;
    u32 = bits.unsigned 32;
    s8 = bits.signed 8;
    s16 = bits.signed 16;
    s32 = bits.signed 32;
  };
  numbers = {
    between = rangeOf number;
    nonnegative =
      restricted number "numberNonnegative" "nonnegative integer or floating point number, meaning >=0"
        (x: x >= 0);
    positive =
      restricted number "numberPositive" "positive integer or floating point number, meaning >0"
        (x: x > 0);
  };
}
