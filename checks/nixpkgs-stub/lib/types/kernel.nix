# What a type is: a record of a check, a merge and how it describes itself.
{ lib }:
let
  isType = kind: value: value._type or null == kind;

  # How two declarations with this type become one type. `payload` is what the type was made from.
  defaultFunctor = name: {
    inherit name;
    type = lib.types.${name} or null;
    wrapped = null;
    payload = null;
    binOp = _: _: null;
  };

  defaultTypeMerge =
    mine: theirs:
    if mine.name != theirs.name then
      null
    else if mine.payload == null then
      if theirs.payload != null then null else mine.type
    else
      let
        payload = mine.binOp mine.payload theirs.payload;
      in
      if theirs.payload == null || payload == null then null else mine.type payload;

  mkOptionType =
    {
      name,
      description ? null,
      descriptionClass ? null,
      check ? _: true,
      merge ? lib.mergeDefaultOption,
      emptyValue ? { },
      getSubOptions ? _: { },
      getSubModules ? null,
      substSubModules ? _: null,
      functor ? defaultFunctor name,
      typeMerge ? defaultTypeMerge functor,
      deprecationMessage ? null,
      nestedTypes ? { },
      ...
    }@given:
    given
    // {
      _type = "option-type";
      inherit
        name
        check
        merge
        emptyValue
        getSubOptions
        getSubModules
        substSubModules
        typeMerge
        deprecationMessage
        nestedTypes
        descriptionClass
        functor
        ;
      description = if description == null then name else description;
    };

  mkLeafType =
    {
      name,
      description,
      descriptionClass ? "noun",
      check,
      merge ? lib.mergeEqualOption,
    }@given:
    let
      type = mkOptionType (
        {
          inherit descriptionClass merge;
          functor = defaultFunctor name // {
            type = type;
          };
        }
        // given
      );
    in
    type;
in
{
  inherit
    isType
    defaultFunctor
    defaultTypeMerge
    mkOptionType
    mkLeafType
    ;
  setType = kind: value: value // { _type = kind; };
  isOptionType = isType "option-type";

  # The description, in parentheses where it would read wrong inside another one.
  optionDescriptionPhrase =
    unparenthesised: type:
    if unparenthesised (type.descriptionClass or null) then
      type.description
    else
      "(${type.description})";

  # One element type inside another type: merged when both sides can be.
  elementFunctor = name: elemType: rebuild: {
    inherit name;
    type = payload: rebuild payload.elemType;
    wrapped = elemType;
    payload = { inherit elemType; };
    binOp =
      a: b:
      let
        merged = a.elemType.typeMerge b.elemType.functor;
      in
      if merged == null then null else { elemType = merged; };
  };
}
