# Types that say little about their values.
{ lib }:
let
  inherit (lib.types) mkLeafType mkOptionType;

  # What `anything` looks at to decide how definitions go together.
  shapeOf =
    value:
    if builtins.isAttrs value then
      if lib.isStringLike value then "one" else "set"
    else if builtins.isFunction value then
      "function"
    else
      builtins.typeOf value;
in
{
  unspecified = mkLeafType {
    name = "unspecified";
    description = "unspecified value";
    check = _: true;
    merge = lib.mergeDefaultOption;
  };
  raw = mkLeafType {
    name = "raw";
    description = "raw value";
    check = _: true;
    merge = lib.mergeOneOption;
  };
  attrs = mkOptionType {
    name = "attrs";
    description = "attribute set";
    check = builtins.isAttrs;
    merge = _: defs: builtins.foldl' (acc: def: acc // def.value) { } defs;
    emptyValue.value = { };
  };

  anything = mkOptionType {
    name = "anything";
    description = "anything";
    descriptionClass = "noun";
    check = _: true;
    merge =
      loc: defs:
      let
        shape = shapeOf (builtins.head defs).value;
        same = builtins.all (def: shapeOf def.value == shape) defs;
      in
      if !same then
        throw "The option `${lib.showOption loc}' has conflicting option types in ${lib.showFiles (lib.getFiles defs)}"
      else if shape == "set" then
        (lib.types.lazyAttrsOf lib.types.anything).merge loc defs
      else if shape == "one" then
        lib.mergeOneOption loc defs
      else if shape == "function" then
        argument:
        lib.types.anything.merge (loc ++ [ "<function body>" ]) (
          map (def: def // { value = def.value argument; }) defs
        )
      else
        lib.mergeEqualOption loc defs;
  };
}
