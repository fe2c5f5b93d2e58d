# Where a value on a node comes from: which modules of which files define an option, for people.
{ lib, errors }:
let
  inherit (errors) quoteList;

  # Values may be endless, or fail: neither may hide where they come from.
  show =
    value:
    let
      text = lib.generators.toPretty { allowPrettyValues = true; } (
        lib.generators.withRecursion {
          depthLimit = 5;
          throwOnDepthLimit = false;
        } (abbreviated value)
      );
      tried = builtins.tryEval (builtins.deepSeq text text);
    in
    if tried.success then tried.value else "<error: evaluating the value fails>";

  abbreviated =
    value:
    if lib.isDerivation value then
      {
        __pretty = name: "<derivation ${name}>";
        val = value.name or "?";
      }
    else if builtins.isList value then
      map abbreviated value
    else if builtins.isAttrs value && !(value ? __pretty) && !(value ? _type) then
      builtins.mapAttrs (_: abbreviated) value
    else
      value;

  # The option that a path leads to, and the rest of the path, which is inside of its value.
  resolve =
    options: path:
    lib.foldl'
      (
        state: name:
        if state.missing != null then
          state
        else if lib.isOption state.at then
          state // { rest = state.rest ++ [ name ]; }
        else if state.at ? ${name} then
          state
          // {
            at = state.at.${name};
            seen = state.seen ++ [ name ];
          }
        else
          state // { missing = name; }
      )
      {
        at = options;
        seen = [ ];
        rest = [ ];
        missing = null;
      }
      path;

  # What a definition says at a path: properties on the way are looked through. A function may say anything.
  sayings =
    path: value:
    if builtins.isAttrs value && value ? _type then
      {
        merge = lib.concatMap (sayings path) value.contents;
        "if" = lib.optionals value.condition (sayings path value.content);
        override = sayings path value.content;
        order = sayings path value.content;
      }
      .${value._type} or [ value ]
    else if path == [ ] then
      [ value ]
    else if builtins.isAttrs value then
      lib.optionals (value ? ${builtins.head path}) (
        sayings (builtins.tail path) value.${builtins.head path}
      )
    else if builtins.isFunction value || builtins.isPath value then
      [ value ]
    else
      [ ];

  # `/…/modules/hello/default.nix, via option configure.alpha` in parts, and whose it is.
  placeOf =
    folders: file:
    let
      parts = lib.splitString ", via option " (toString file);
      path = builtins.head parts;
      home = lib.findFirst (folder: lib.hasPrefix "${folder.path}/" path) null folders;
      inside = lib.removePrefix "${home.path}/" path;
    in
    {
      file = path;
      via = if builtins.length parts > 1 then lib.last parts else null;
      origin =
        if lib.hasPrefix "netlib, " path then
          "netlib"
        else if home == null then
          null
        else if home.name == "netlib.modules" then
          "netlib.modules.${builtins.head (lib.splitString "/" inside)}"
        else
          home.name;
    };
in
{
  systems,
  pins,
}:
node: path:
let
  option = lib.showOption path;
  inherit (systems.${node}) options config;
  resolved = resolve options path;
  found = resolved.at;

  # The narrowest first.
  folders = [
    {
      name = "netlib.modules";
      path = toString ../modules;
    }
    {
      name = "netlib";
      path = toString ./.;
    }
    {
      name = "nixpkgs";
      path = toString pins.${node};
    }
  ];
  place = placeOf folders;

  definitions = lib.concatMap (
    definition:
    map (value: place definition.file // { value = show value; }) (
      sayings resolved.rest definition.value
    )
  ) found.definitionsWithLocations;

  described = found: {
    kind = "option";
    type = found.type.description or null;
    declarations = map place found.declarations;
    # Of the option as a whole, so they say nothing about what is inside of its value.
    isDefault = resolved.rest == [ ] && found.highestPrio >= (lib.mkOptionDefault null).priority;
    priority = if resolved.rest == [ ] && found.isDefined then found.highestPrio else null;
    inherit definitions;
    value =
      if lib.hasAttrByPath path config then
        show (lib.getAttrFromPath path config)
      else if resolved.rest != [ ] then
        errors.fail "${option} of the node ${errors.quote node}: the value of ${lib.showOption resolved.seen} has no such attribute."
      else
        "<nothing: the option has no value>";
  };

  children = builtins.filter (name: !(lib.hasPrefix "_" name)) (builtins.attrNames found);
in
if !(systems ? ${node}) then
  errors.fail "there is no node ${errors.quote node}.${errors.meant node (builtins.attrNames systems)} Nodes are ${quoteList (builtins.attrNames systems)}."
else if resolved.missing != null then
  errors.fail (
    "the node ${errors.quote node} has no option ${option}: ${
      if resolved.seen == [ ] then "there is" else "${lib.showOption resolved.seen} has"
    } no ${errors.quote resolved.missing}.${errors.meant resolved.missing children}"
  )
else if lib.isOption found then
  { inherit node option; } // described found
else
  {
    inherit node option children;
    kind = "options";
  }
