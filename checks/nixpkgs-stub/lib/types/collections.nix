# Lists and attribute sets of values of one type.
{ lib }:
let
  inherit (builtins)
    concatLists
    isAttrs
    isList
    mapAttrs
    zipAttrsWith
    ;
  inherit (lib) mergeDefinitions;
  inherit (lib.types) elementFunctor mkOptionType optionDescriptionPhrase;

  phrase = optionDescriptionPhrase (class: class == "noun" || class == "composite");

  listOf =
    elemType:
    mkOptionType {
      name = "listOf";
      description = "list of ${phrase elemType}";
      descriptionClass = "composite";
      check = isList;
      merge =
        loc: defs:
        let
          # An element that is switched off by mkIf is left out.
          element =
            n: def: m: value:
            (mergeDefinitions (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elemType [
              {
                inherit (def) file;
                inherit value;
              }
            ]).optionalValue;
        in
        map (x: x.value) (
          builtins.filter (x: x ? value) (
            concatLists (lib.imap1 (n: def: lib.imap1 (element n def) def.value) defs)
          )
        );
      emptyValue.value = [ ];
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
      getSubModules = elemType.getSubModules or null;
      substSubModules = modules: listOf (elemType.substSubModules modules);
      functor = elementFunctor "listOf" elemType listOf;
      nestedTypes.elemType = elemType;
    };

  # Each attribute with all its definitions, as { file, value } lists.
  byName =
    defs:
    zipAttrsWith (_: values: values) (
      map (
        def:
        mapAttrs (_: value: {
          inherit (def) file;
          inherit value;
        }) def.value
      ) defs
    );

  attrsWith =
    {
      elemType,
      lazy ? false,
      placeholder ? "name",
    }@payload:
    let
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      again = newType: attrsWith (payload // { elemType = newType; });
      eager =
        loc: defs:
        let
          results = mapAttrs (
            name: found: (mergeDefinitions (loc ++ [ name ]) elemType found).optionalValue
          ) (byName defs);
        in
        mapAttrs (_: result: result.value) (lib.filterAttrs (_: result: result ? value) results);
      # Which names there are must not depend on values, so a name that is switched off stays.
      byNeed =
        loc: defs:
        mapAttrs (
          name: found:
          let
            result = mergeDefinitions (loc ++ [ name ]) elemType found;
          in
          result.optionalValue.value or elemType.emptyValue.value or result.mergedValue
        ) (byName defs);
    in
    mkOptionType {
      inherit name;
      description = "${lib.optionalString lazy "lazy "}attribute set of ${phrase elemType}";
      descriptionClass = "composite";
      check = isAttrs;
      merge = if lazy then byNeed else eager;
      emptyValue.value = { };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
      getSubModules = elemType.getSubModules or null;
      substSubModules = modules: again (elemType.substSubModules modules);
      functor = {
        name = "attrsWith";
        type = attrsWith;
        wrapped = elemType;
        payload = { inherit elemType lazy placeholder; };
        binOp =
          a: b:
          let
            merged = a.elemType.typeMerge b.elemType.functor;
          in
          if a.lazy != b.lazy || merged == null then
            null
          else
            {
              elemType = merged;
              inherit (a) lazy;
              placeholder = if a.placeholder == "name" then b.placeholder else a.placeholder;
            };
      };
      nestedTypes.elemType = elemType;
    };
in
{
  inherit listOf attrsWith;

  attrsOf = elemType: attrsWith { inherit elemType; };
  lazyAttrsOf =
    elemType:
    attrsWith {
      inherit elemType;
      lazy = true;
    };
  nonEmptyListOf =
    elemType:
    let
      list = listOf elemType;
    in
    lib.types.addCheck list (x: x != [ ])
    // {
      description = "non-empty ${optionDescriptionPhrase (class: class == "noun") list}";
      emptyValue = { };
      substSubModules = modules: lib.types.nonEmptyListOf (elemType.substSubModules modules);
    };
}
