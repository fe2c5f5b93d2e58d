# From what a user lists as modules to one flat list of module records, imports followed, doubles and disabled ones gone.
{ lib }:
let
  inherit (builtins)
    addErrorContext
    attrNames
    concatMap
    elem
    genericClosure
    isAttrs
    isList
    isString
    mapAttrs
    removeAttrs
    ;
  errors = import ./errors.nix { inherit lib; };

  # What a module may say beside its options and definitions.
  bookkeeping = [
    "_class"
    "_file"
    "disabledModules"
    "freeformType"
    "imports"
    "key"
    "require"
  ];

  alongside = content: extra: if extra == [ ] then content else lib.mkMerge ([ content ] ++ extra);

  # A module without `options` or `config` is all definitions.
  toRecord =
    file: key: m:
    let
      sorted = m ? config || m ? options;
      freeform = lib.optional (m ? freeformType) { _module.freeformType = m.freeformType; };
      stray = attrNames (
        removeAttrs m (
          bookkeeping
          ++ [
            "config"
            "meta"
            "options"
          ]
        )
      );
      file' = toString (m._file or file);
    in
    if !sorted then
      {
        file = file';
        key = toString (m.key or key);
        class = m._class or null;
        disabled = m.disabledModules or [ ];
        imports = m.require or [ ] ++ m.imports or [ ];
        options = { };
        config = alongside (removeAttrs m bookkeeping) freeform;
      }
    else if stray != [ ] then
      throw (errors.strayAttributes file' stray)
    else
      {
        file = file';
        key = toString (m.key or key);
        class = m._class or null;
        disabled = m.disabledModules or [ ];
        imports = m.require or [ ] ++ m.imports or [ ];
        options = m.options or { };
        config = alongside (m.config or { }) (freeform ++ lib.optional (m ? meta) { inherit (m) meta; });
      };
in
# args: what every module function may ask for; config: where further arguments come from, read only when used.
{
  class,
  args,
  config,
  modulesPath,
}:
let
  call =
    key: f:
    let
      argument =
        name: _:
        addErrorContext "while evaluating the module argument `${name}' in `${key}':" (
          args.${name} or config._module.args.${name}
        );
    in
    f (args // mapAttrs argument (lib.functionArgs f));

  callIfFunction = key: m: if lib.isFunction m then call key m else m;

  load =
    file: key: m:
    if lib.isFunction m then
      toRecord file key (call key m)
    else if isAttrs m then
      if m._type or "module" == "module" then
        toRecord file key m
      else if m._type == "if" || m._type == "override" || m._type == "merge" then
        toRecord file key { config = m; }
      else
        throw (errors.notAModule file m._type)
    else if isList m then
      throw (errors.nestedList file m)
    else
      toRecord (toString m) (toString m) (
        expectAttrs (toString m) (callIfFunction (toString m) (import m))
      );

  expectAttrs = file: m: if isAttrs m then m else throw (errors.notASet file m);

  checkClass =
    record:
    if class != null && record.class != null && record.class != class then
      throw (errors.wrongClass record class)
    else
      record;

  nodesOf =
    file: key: modules:
    lib.imap1 (
      n: m:
      let
        record = checkClass (load file "${key}:anon-${toString n}" m);
      in
      {
        inherit (record) key;
        inherit record;
        children = nodesOf record.file record.key record.imports;
      }
    ) modules;

  disabledKey =
    file: m:
    if isString m then
      if builtins.substring 0 1 m == "/" then m else toString modulesPath + "/" + m
    else if builtins.isPath m then
      toString m
    else if isAttrs m && m ? key then
      toString m.key
    else if lib.isStringLike m then
      toString m
    else
      throw (errors.cannotDisable file m);
in
modules:
let
  roots = nodesOf lib.unknownModule "" modules;
  everything = genericClosure {
    startSet = roots;
    operator = node: node.children;
  };
  disabled = concatMap (node: map (disabledKey node.record.file) node.record.disabled) everything;
  keep = builtins.filter (node: !elem node.key disabled);
  wanted =
    if disabled == [ ] then
      everything
    else
      genericClosure {
        startSet = keep roots;
        operator = node: keep node.children;
      };
in
map (node: node.record) wanted
