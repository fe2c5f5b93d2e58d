# Functions as values of options.
{ lib }:
let
  inherit (lib.types) elementFunctor mkOptionType optionDescriptionPhrase;

  functionTo =
    elemType:
    mkOptionType {
      name = "functionTo";
      description = "function that evaluates to a(n) ${
        optionDescriptionPhrase (class: class == "noun" || class == "composite") elemType
      }";
      descriptionClass = "composite";
      check = lib.isFunction;
      merge =
        loc: defs:
        lib.setFunctionArgs
          (
            argument:
            (lib.mergeDefinitions (loc ++ [ "<function body>" ]) elemType (
              map (def: {
                inherit (def) file;
                value = def.value argument;
              }) defs
            )).mergedValue
          )
          (
            builtins.foldl' (
              acc: def: builtins.intersectAttrs (lib.functionArgs def.value) acc
            ) (lib.functionArgs (builtins.head defs).value) defs
          );
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<function body>" ]);
      getSubModules = elemType.getSubModules or null;
      substSubModules = modules: functionTo (elemType.substSubModules modules);
      functor = elementFunctor "functionTo" elemType functionTo;
      nestedTypes.elemType = elemType;
    };
in
{
  inherit functionTo;
}
