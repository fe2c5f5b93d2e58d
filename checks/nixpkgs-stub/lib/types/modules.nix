# Modules as values of options: submodules, modules for later, types themselves.
{ lib }:
let
  inherit (builtins) isAttrs isBool;
  inherit (lib.types) defaultFunctor mkOptionType;

  isModule = x: isAttrs x || lib.isFunction x || lib.types.path.check x;

  # What is a set can be meant as definitions only, even when it says `config` or `options`.
  asModule =
    definitionsOnly: def:
    if definitionsOnly && isAttrs def.value then
      {
        _file = def.file;
        config = def.value;
      }
    else
      lib.setDefaultModuleLocation def.file def.value;

  either = a: b: if a == null then b else a;

  # The settings of one submodule type that is declared in two places.
  mergeSettings =
    a: b:
    let
      shared = builtins.intersectAttrs a.specialArgs b.specialArgs;
    in
    {
      modules = a.modules ++ b.modules;
      specialArgs =
        if shared == { } then
          a.specialArgs // b.specialArgs
        else
          throw "Two declarations of one submodule give the same specialArgs: ${lib.concatStringsSep ", " (builtins.attrNames shared)}";
      shorthandOnlyDefinesConfig =
        if
          a.shorthandOnlyDefinesConfig == b.shorthandOnlyDefinesConfig || b.shorthandOnlyDefinesConfig == null
        then
          a.shorthandOnlyDefinesConfig
        else if a.shorthandOnlyDefinesConfig == null then
          b.shorthandOnlyDefinesConfig
        else
          throw "Two declarations of one submodule have conflicting shorthandOnlyDefinesConfig values";
      description = either a.description b.description;
      class =
        if a.class == null || b.class == null || a.class == b.class then
          either a.class b.class
        else
          throw "Two declarations of one submodule have conflicting class values: \"${a.class}\" and \"${b.class}\"";
    };

  # Submodules of a type that is itself a definition belong to that definition's file.
  located =
    def:
    let
      modules = def.value.getSubModules or null;
    in
    if modules == null then
      def.value
    else
      def.value.substSubModules (map (lib.setDefaultModuleLocation def.file) modules);

  submoduleWith =
    {
      modules,
      specialArgs ? { },
      shorthandOnlyDefinesConfig ? false,
      description ? null,
      class ? null,
    }:
    let
      definitionsOnly = isBool shorthandOnlyDefinesConfig && shorthandOnlyDefinesConfig;
      base = lib.evalModules {
        inherit class specialArgs;
        # Documentation asks for options before there is a name.
        modules = [ { _module.args.name = lib.mkOptionDefault "‹name›"; } ] ++ modules;
      };
      settings = {
        inherit
          modules
          specialArgs
          shorthandOnlyDefinesConfig
          description
          class
          ;
      };
      inherit (base._module) freeformType;
    in
    mkOptionType {
      name = "submodule";
      description =
        if description != null then
          description
        else if freeformType == null then
          "submodule"
        else
          "open submodule of ${
            lib.types.optionDescriptionPhrase (class: class == "noun" || class == "composite") freeformType
          }";
      check = isModule;
      merge =
        loc: defs:
        (base.extendModules {
          modules = [ { _module.args.name = lib.last loc; } ] ++ map (asModule definitionsOnly) defs;
          prefix = loc;
        }).config;
      emptyValue.value = { };
      getSubOptions =
        prefix:
        let
          docs = base.extendModules { inherit prefix; };
        in
        docs.options
        // lib.optionalAttrs (freeformType != null) {
          _freeformOptions = freeformType.getSubOptions prefix;
        };
      getSubModules = modules;
      substSubModules = modules: submoduleWith (settings // { inherit modules; });
      nestedTypes = lib.optionalAttrs (freeformType != null) { inherit freeformType; };
      functor = defaultFunctor "submodule" // {
        type = submoduleWith;
        payload = settings;
        binOp = mergeSettings;
      };
    };

  deferredModuleWith =
    {
      staticModules ? [ ],
    }:
    mkOptionType {
      name = "deferredModule";
      description = "module";
      descriptionClass = "noun";
      check = isModule;
      merge = loc: defs: {
        imports =
          staticModules
          ++ map (
            def: lib.setDefaultModuleLocation "${def.file}, via option ${lib.showOption loc}" def.value
          ) defs;
      };
      getSubOptions = prefix: (submoduleWith { modules = staticModules; }).getSubOptions prefix;
      getSubModules = staticModules;
      substSubModules = modules: deferredModuleWith { staticModules = modules; };
      functor = defaultFunctor "deferredModuleWith" // {
        type = deferredModuleWith;
        payload = { inherit staticModules; };
        binOp = a: b: { staticModules = a.staticModules ++ b.staticModules; };
      };
    };
in
{
  inherit submoduleWith deferredModuleWith;

  submodule =
    modules:
    submoduleWith {
      shorthandOnlyDefinesConfig = true;
      modules = lib.toList modules;
    };
  deferredModule = deferredModuleWith { };

  optionType = mkOptionType {
    name = "optionType";
    description = "optionType";
    descriptionClass = "noun";
    check = value: value._type or null == "option-type";
    merge =
      loc: defs:
      let
        one = located;
        merged = builtins.foldl' (
          acc: def:
          let
            next = acc.typeMerge (one def).functor;
          in
          if next == null then
            throw "The option `${lib.showOption loc}' has conflicting definition values: types that cannot be merged, in ${lib.showFiles (lib.getFiles defs)}."
          else
            next
        ) (one (builtins.head defs)) (builtins.tail defs);
      in
      merged;
  };
}
