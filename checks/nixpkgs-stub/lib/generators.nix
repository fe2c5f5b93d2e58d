# Nix values written as text: JSON, INI, key=value, Nix itself.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    isAttrs
    isList
    isString
    toJSON
    typeOf
    ;

  mkValueStringDefault =
    _: value:
    {
      int = toString value;
      string = value;
      bool = lib.boolToString value;
      null = "null";
      float = toString value;
      path = toString value;
    }
    .${typeOf value} or (
      if lib.isDerivation value then
        toString value
      else
        throw "generators: a value of type ${typeOf value} has no text form here"
    );

  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    sep: key: value:
    "${lib.escape [ sep ] key}${sep}${mkValueString value}";

  # Cuts a value off below a depth, so that showing it always ends.
  withRecursion =
    {
      depthLimit,
      throwOnDepthLimit ? true,
    }:
    value:
    let
      cut =
        depth: x:
        if depth > depthLimit then
          if throwOnDepthLimit then
            throw "the value is nested deeper than ${toString depthLimit} levels"
          else
            "<unevaluated>"
        else if isAttrs x then
          if lib.isDerivation x || x ? __functor || x ? __toString || x ? __pretty then
            x
          else
            builtins.mapAttrs (_: cut (depth + 1)) x
        else if isList x then
          map (cut (depth + 1)) x
        else
          x;
    in
    cut 0 value;
in
{
  inherit mkValueStringDefault mkKeyValueDefault withRecursion;

  toJSON = _: toJSON;
  toYAML = _: toJSON;
  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    set:
    let
      line = key: value: indent + mkKeyValue key value + "\n";
      lines =
        key: value:
        if listsAsDuplicateKeys && isList value then
          lib.concatMapStrings (line key) value
        else
          line key value;
    in
    lib.concatStrings (lib.mapAttrsToList lines set);
  toINI =
    {
      mkSectionName ? lib.escape [
        "["
        "]"
      ],
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    sections:
    concatStringsSep "\n" (
      lib.mapAttrsToList (
        name: set:
        "[${mkSectionName name}]\n"
        + lib.generators.toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } set
      ) sections
    );
  toINIWithGlobalSection =
    settings:
    {
      globalSection,
      sections ? { },
    }:
    (
      if globalSection == { } then
        ""
      else
        lib.generators.toKeyValue (removeAttrs settings [ "mkSectionName" ]) globalSection + "\n"
    )
    + lib.generators.toINI settings sections;

  toPretty =
    {
      multiline ? true,
      allowPrettyValues ? false,
      indent ? "",
    }:
    value:
    let
      items =
        open: close: indent: list:
        if list == [ ] then
          "${open} ${close}"
        else if multiline then
          "${open}\n${indent}  ${concatStringsSep "\n${indent}  " list}\n${indent}${close}"
        else
          "${open} ${concatStringsSep " " list} ${close}";
      text =
        indent: s:
        if multiline && lib.hasInfix "\n" (lib.removeSuffix "\n" s) then
          "''\n${indent}  ${
            concatStringsSep "\n${indent}  " (lib.splitString "\n" (lib.escape [ "''" "\${" ] s))
          }''"
        else
          lib.escapeNixString s;
      fun =
        f:
        let
          args = lib.functionArgs f;
          names = lib.mapAttrsToList (name: optional: if optional then "${name}?" else name) args;
        in
        if args == { } then "<function>" else "<function, args: {${concatStringsSep ", " names}}>";
      show =
        indent: x:
        let
          deeper = show (if multiline then indent + "  " else indent);
        in
        if isString x then
          text indent x
        else if isList x then
          items "[" "]" indent (map deeper x)
        else if builtins.isPath x then
          toString x
        else if builtins.isBool x || x == null || builtins.isInt x then
          mkValueStringDefault { } x
        else if builtins.isFloat x then
          lib.strings.floatToString x
        else if builtins.isFunction x then
          fun x
        else if isAttrs x then
          if allowPrettyValues && x ? __pretty && x ? val then
            x.__pretty x.val
          else if lib.isDerivation x then
            "<derivation ${x.name or "???"}>"
          else if x ? __functor then
            fun x
          else
            items "{" "}" indent (
              map (
                name:
                "${lib.escapeNixIdentifier name} = ${
                  builtins.addErrorContext "while showing the attribute `${name}'" (deeper x.${name})
                };"
              ) (attrNames x)
            )
        else
          "<${typeOf x}>";
    in
    show indent value;

  toGitINI =
    set:
    lib.generators.toINI {
      mkKeyValue = key: value: "\t${key} = ${mkValueStringDefault { } value}";
      listsAsDuplicateKeys = true;
    } set;
  mkLuaInline = expr: {
    _type = "lua-inline";
    inherit expr;
  };
}
