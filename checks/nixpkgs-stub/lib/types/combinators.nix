# Types made from other types: choices, conversions, restrictions.
{ lib }:
let
  inherit (builtins) all elem;
  inherit (lib.types)
    defaultFunctor
    elementFunctor
    mkOptionType
    optionDescriptionPhrase
    ;

  isNoun = class: class == "noun";
  nounOr = other: class: class == "noun" || class == other;

  nullOr =
    elemType:
    mkOptionType {
      name = "nullOr";
      description = "null or ${optionDescriptionPhrase (nounOr "conjunction") elemType}";
      descriptionClass = "conjunction";
      check = x: x == null || elemType.check x;
      merge =
        loc: defs:
        let
          nulls = lib.count (def: def.value == null) defs;
        in
        if nulls == builtins.length defs then
          null
        else if nulls != 0 then
          throw "The option `${lib.showOption loc}' is defined both null and not null, in ${lib.showFiles (lib.getFiles defs)}."
        else
          elemType.merge loc defs;
      emptyValue.value = null;
      inherit (elemType) getSubOptions;
      getSubModules = elemType.getSubModules or null;
      substSubModules = modules: nullOr (elemType.substSubModules modules);
      functor = elementFunctor "nullOr" elemType nullOr;
      nestedTypes.elemType = elemType;
    };

  showChoice =
    value:
    if builtins.isString value then
      builtins.toJSON value
    else if builtins.isInt value then
      toString value
    else if builtins.isBool value then
      lib.boolToString value
    else
      "<${builtins.typeOf value}>";

  enum =
    values:
    mkOptionType {
      name = "enum";
      description =
        if values == [ ] then
          "impossible (empty enum)"
        else if builtins.length values == 1 then
          "value ${showChoice (builtins.head values)} (singular enum)"
        else
          "one of ${lib.concatMapStringsSep ", " showChoice values}";
      descriptionClass = if builtins.length values < 2 then "noun" else "conjunction";
      check = x: elem x values;
      merge = lib.mergeEqualOption;
      functor = defaultFunctor "enum" // {
        type = payload: enum payload.values;
        payload = { inherit values; };
        binOp = a: b: { values = lib.unique (a.values ++ b.values); };
      };
    };

  either =
    left: right:
    let
      self = mkOptionType {
        name = "either";
        description =
          if left.descriptionClass or null == "nonRestrictiveClause" then
            "${left.description}, or ${optionDescriptionPhrase (nounOr "conjunction") right}"
          else
            "${optionDescriptionPhrase (nounOr "conjunction") left} or ${
              optionDescriptionPhrase (class: nounOr "conjunction" class || class == "composite") right
            }";
        descriptionClass = "conjunction";
        check = x: left.check x || right.check x;
        merge =
          loc: defs:
          if all (def: left.check def.value) defs then
            left.merge loc defs
          else if all (def: right.check def.value) defs then
            right.merge loc defs
          else
            lib.mergeOneOption loc defs;
        typeMerge =
          theirs:
          let
            mergedLeft = left.typeMerge (builtins.elemAt theirs.payload.elemType 0).functor;
            mergedRight = right.typeMerge (builtins.elemAt theirs.payload.elemType 1).functor;
          in
          if theirs.name == "either" && mergedLeft != null && mergedRight != null then
            either mergedLeft mergedRight
          else
            null;
        functor = defaultFunctor "either" // {
          wrapped = [
            left
            right
          ];
          payload.elemType = [
            left
            right
          ];
        };
        nestedTypes = {
          inherit left right;
        };
      };
    in
    self;

  unique =
    { message }:
    type:
    mkOptionType {
      name = "unique";
      inherit (type)
        description
        descriptionClass
        check
        getSubOptions
        emptyValue
        ;
      merge = lib.mergeUniqueOption {
        inherit message;
        inherit (type) merge;
      };
      getSubModules = type.getSubModules or null;
      substSubModules = modules: unique { inherit message; } (type.substSubModules modules);
      functor = elementFunctor "unique" type (unique {
        inherit message;
      });
      nestedTypes.elemType = type;
    };

  coercedTo =
    from: convert: to:
    assert lib.assertMsg (
      from.getSubModules or null == null
    ) "coercedTo: the type that is converted must not have submodules (it is ${from.description})";
    mkOptionType {
      name = "coercedTo";
      description = "${optionDescriptionPhrase isNoun to} or ${optionDescriptionPhrase isNoun from} convertible to it";
      descriptionClass = null;
      check = x: (from.check x && to.check (convert x)) || to.check x;
      merge =
        loc: defs:
        to.merge loc (
          map (def: def // { value = if from.check def.value then convert def.value else def.value; }) defs
        );
      inherit (to) emptyValue getSubOptions;
      getSubModules = to.getSubModules or null;
      substSubModules = modules: coercedTo from convert (to.substSubModules modules);
      typeMerge = _: null;
      functor = defaultFunctor "coercedTo" // {
        wrapped = to;
      };
      nestedTypes = {
        coercedType = from;
        finalType = to;
      };
    };
in
{
  inherit
    nullOr
    enum
    either
    unique
    coercedTo
    ;
  uniq = unique { message = ""; };
  oneOf =
    types:
    if types == [ ] then
      throw "types.oneOf needs at least one type"
    else
      builtins.foldl' either (builtins.head types) (builtins.tail types);
  addCheck =
    type: extra:
    type
    // {
      check = x: type.check x && extra x;
      substSubModules = modules: lib.types.addCheck (type.substSubModules modules) extra;
    };
}
