# Strings, paths and packages.
{ lib }:
let
  inherit (builtins) isString match;
  inherit (lib.types) mkLeafType mkOptionType;

  str = mkLeafType {
    name = "str";
    description = "string";
    check = isString;
  };

  separatedString =
    sep:
    mkOptionType {
      name = "separatedString";
      description = "strings concatenated with ${builtins.toJSON sep}";
      descriptionClass = "noun";
      check = isString;
      merge = _: defs: lib.concatMapStringsSep sep (def: def.value) defs;
      functor = lib.types.defaultFunctor "separatedString" // {
        type = payload: separatedString payload.sep;
        payload = { inherit sep; };
        binOp = a: b: if a.sep == b.sep then a else null;
      };
    };

  # Lines and commas are separated strings with a name.
  named = name: sep: separatedString sep // { inherit name; };

  pathWith =
    {
      inStore ? null,
      absolute ? null,
    }:
    mkLeafType {
      name = "path";
      description =
        lib.optionalString (absolute != null) (if absolute then "absolute " else "relative ")
        + "path"
        + lib.optionalString (inStore != null) (
          if inStore then " in the Nix store" else " not in the Nix store"
        );
      check =
        x:
        let
          text = toString x;
          isAbsolute = builtins.substring 0 1 text == "/";
          isInStore =
            match "${lib.escapeRegex builtins.storeDir}/[^.].*" (builtins.unsafeDiscardStringContext text)
            != null;
        in
        lib.isStringLike x
        && (absolute == null || absolute == isAbsolute)
        && (inStore == null || inStore == isInStore);
    };

  package = mkOptionType {
    name = "package";
    description = "package";
    descriptionClass = "noun";
    check = x: lib.isDerivation x || lib.isStorePath x;
    merge =
      loc: defs:
      let
        value = lib.mergeOneOption loc defs;
      in
      if builtins.isPath value || (isString value && !builtins.hasContext value) then
        lib.toDerivation value
      else
        value;
  };
in
{
  inherit
    str
    separatedString
    pathWith
    package
    ;
  nonEmptyStr = mkLeafType {
    name = "nonEmptyStr";
    description = "non-empty string";
    check = x: isString x && match "[ \t\n]*" x == null;
  };
  singleLineStr =
    let
      inner = mkLeafType {
        name = "singleLineStr";
        description = "(optionally newline-terminated) single-line string";
        check = x: isString x && match "[^\n\r]*\n?" x != null;
      };
    in
    inner // { merge = loc: defs: lib.removeSuffix "\n" (str.merge loc defs); };
  strMatching =
    pattern:
    mkOptionType {
      name = "strMatching ${lib.escapeNixString pattern}";
      description = "string matching the pattern ${pattern}";
      descriptionClass = "noun";
      check = x: isString x && match pattern x != null;
      merge = lib.mergeEqualOption;
      functor = lib.types.defaultFunctor "strMatching" // {
        type = payload: lib.types.strMatching payload.pattern;
        payload = { inherit pattern; };
        binOp = a: b: if a == b then a else null;
      };
    };
  lines = named "separatedString" "\n";
  commas = named "separatedString" ",";
  envVar = named "separatedString" ":";
  passwdEntry =
    base:
    lib.types.addCheck base (x: match "[^:\n]*" x != null)
    // {
      name = "passwdEntry ${base.name}";
      description = "${
        lib.types.optionDescriptionPhrase (class: class == "noun") base
      }, not containing newlines or colons";
      descriptionClass = "nonRestrictiveClause";
    };

  path = pathWith { absolute = true; };
  pathInStore = pathWith { inStore = true; };
  externalPath = pathWith {
    absolute = true;
    inStore = false;
  };
  shellPackage = package // {
    check = x: lib.isDerivation x && x ? shellPath;
  };
  pkgs = mkOptionType {
    name = "pkgs";
    description = "Nixpkgs package set";
    descriptionClass = "noun";
    check = x: x._type or null == "pkgs";
    merge = lib.mergeOneOption;
  };
}
