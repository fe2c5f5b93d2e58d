# From modules to a tree of options and values, with the definitions that no option takes.
{ lib }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    filter
    foldl'
    head
    isAttrs
    length
    mapAttrs
    tail
    zipAttrsWith
    ;
  inherit (lib) isOption;
  errors = import ./errors.nix { inherit lib; };

  gather = zipAttrsWith (_: values: values);

  optionsByName =
    loc: decls:
    gather (
      map (
        { file, options }:
        if isAttrs options then
          mapAttrs (_: option: { inherit file option; }) options
        else
          throw (errors.optionsNotASet loc file options)
      ) decls
    );

  definitionsByName =
    loc: defs:
    gather (
      map (
        { file, value }:
        if isAttrs value then
          mapAttrs (_: value: { inherit file value; }) value
        else
          throw (errors.notASetOfOptions loc file value)
      ) defs
    );

  # Modules inside a type (a submodule's) learn which file they were written in.
  locateType =
    file: type:
    let
      modules = type.getSubModules or null;
    in
    if modules == null then
      type
    else
      type.substSubModules (map (lib.setDefaultModuleLocation file) modules);

  single =
    loc: file: option:
    option
    // {
      inherit loc;
      declarations = [ file ];
      declarationPositions = positions option;
      type = if option ? type then locateType file option.type else lib.types.unspecified;
    };

  positions =
    option:
    let
      at = builtins.unsafeGetAttrPos "_type" option;
    in
    [
      (
        if at == null then
          {
            file = null;
            line = null;
            column = null;
          }
        else
          at
      )
    ];

  # These can be said only once for an option.
  once = [
    "default"
    "example"
    "description"
    "apply"
  ];

  combine =
    loc: merged:
    { file, option }:
    let
      twice = filter (name: option ? ${name} && merged ? ${name}) once;
      located = if option ? type then locateType file option.type else null;
      both =
        if located == null then
          merged.type
        else if merged.typed then
          merged.type.typeMerge located.functor
        else
          located;
      refuse = why: throw (errors.declaredTwice loc file merged.declarations why);
    in
    if twice != [ ] then
      refuse ": ${lib.concatMapStringsSep ", " (name: "`${name}'") twice} can be given only once"
    else if both == null then
      refuse ", with a type that cannot be merged: `${located.description}' and `${merged.type.description}'"
    else
      merged
      // option
      // {
        type = both;
        typed = merged.typed || option ? type;
        declarations = merged.declarations ++ [ file ];
        declarationPositions = merged.declarationPositions ++ positions option;
        readOnly = merged.readOnly or false || option.readOnly or false;
      };

  mergeDeclarations =
    loc: decls:
    let
      first = single loc (head decls).file (head decls).option;
    in
    if length decls == 1 then
      first
    else
      removeAttrs (foldl' (combine loc) (first // { typed = (head decls).option ? type; }) (tail decls)) [
        "typed"
      ];

  leaf =
    loc: decls: defs:
    let
      options = lib.evalOptionValue loc (mergeDeclarations loc decls) defs;
    in
    {
      inherit options;
      config = options.value;
      unmatched = [ ];
    };

  # Options declared below an option that is a submodule extend that submodule.
  asSubmodule =
    decl:
    if isOption decl.option then
      decl
    else
      decl
      // {
        option = lib.mkOption { type = lib.types.submodule { options = decl.option; }; };
      };

  isSubmodule = decl: decl.option.type.name or null == "submodule";

  node =
    loc: decls: defs:
    let
      parts = builtins.partition (decl: isOption decl.option) decls;
    in
    if parts.right == [ ] then
      build loc (map (decl: {
        inherit (decl) file;
        options = decl.option;
      }) decls) (concatMap lib.modules.pushDown defs)
    else if parts.wrong == [ ] then
      leaf loc decls defs
    else if builtins.all isSubmodule parts.right then
      leaf loc (map asSubmodule decls) defs
    else
      throw (
        errors.nestedInOption loc (map (decl: decl.file) parts.right)
          (head parts.right).option.type.description or "unspecified value"
          (concatMap (decl: map (name: lib.showOption (loc ++ [ name ])) (attrNames decl.option)) parts.wrong)
      );

  # decls: [{ file, options }]; defs: [{ file, value }] with marks already pushed down.
  build =
    loc: decls: defs:
    let
      options = optionsByName loc decls;
      definitions = definitionsByName loc defs;
      nodes = mapAttrs (name: found: node (loc ++ [ name ]) found (definitions.${name} or [ ])) options;
      stray = removeAttrs definitions (attrNames options);
    in
    {
      options = mapAttrs (_: n: n.options) nodes;
      config = mapAttrs (_: n: n.config) nodes;
      unmatched =
        (
          if stray == { } then
            [ ]
          else
            concatMap (
              name:
              map (
                { file, value }:
                {
                  inherit file value;
                  loc = loc ++ [ name ];
                  siblings = attrNames options;
                }
              ) stray.${name}
            ) (attrNames stray)
        )
        ++ concatMap (n: n.unmatched) (attrValues nodes);
    };
in
{
  inherit build;
}
