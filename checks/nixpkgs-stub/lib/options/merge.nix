# Ways to make one value of several definitions, shared by many types.
{ lib }:
let
  inherit (builtins)
    all
    foldl'
    head
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    tail
    ;

  priorityHint = "Keep one of them, or give one precedence with `lib.mkForce` or `lib.mkDefault`.";

  uniqueWith =
    {
      message,
      merge ? _: defs: (head defs).value,
    }:
    loc: defs:
    if length defs == 1 then
      merge loc defs
    else
      throw "The option `${lib.showOption loc}' is defined multiple times, but takes one definition only.${
        lib.optionalString (message != "") "\n${message}"
      }\nDefinition values:${lib.showDefs defs}\n${priorityHint}";
in
{
  mergeOneOption = uniqueWith { message = ""; };
  mergeUniqueOption = uniqueWith;

  mergeEqualOption =
    loc: defs:
    let
      first = (head defs).value;
    in
    if length defs == 1 || all (def: def.value == first) (tail defs) then
      first
    else
      throw "The option `${lib.showOption loc}' has conflicting definition values:${lib.showDefs defs}\n${priorityHint}";

  # Without a type: whatever the values have in common decides how they go together.
  mergeDefaultOption =
    loc: defs:
    let
      values = map (def: def.value) defs;
      merged =
        if length values == 1 then
          head values
        else if all lib.isFunction values then
          x: lib.mergeDefaultOption loc (map (def: def // { value = def.value x; }) defs)
        else if all isList values then
          builtins.concatLists values
        else if all isAttrs values then
          foldl' (a: b: a // b) { } values
        else if all isBool values then
          foldl' (a: b: a || b) false values
        else if all isString values then
          lib.concatStrings values
        else if all isInt values && all (x: x == head values) values then
          head values
        else
          throw "The definitions of `${lib.showOption loc}' cannot be merged, because it has no type that says how:${lib.showDefs defs}";
    in
    merged;
}
