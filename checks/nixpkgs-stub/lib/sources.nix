# Source trees without what a build does not need.
{ lib }:
let
  unwanted = [
    ".git"
    ".svn"
    ".hg"
    "CVS"
    ".bzr"
  ];
  isBackup =
    name: lib.hasSuffix "~" name || builtins.match "^\\.sw[a-z]$|^\\..*\\.sw[a-z]$" name != null;

  cleanSourceFilter =
    path: kind:
    let
      name = baseNameOf (toString path);
    in
    !(
      (kind == "directory" && builtins.elem name unwanted)
      || isBackup name
      || lib.hasSuffix ".o" name
      || lib.hasSuffix ".so" name
      || (kind == "symlink" && lib.hasPrefix "result" name)
      || kind == "unknown"
    );

  cleanSourceWith =
    {
      src,
      filter ? _: _: true,
      name ? "source",
    }:
    builtins.path {
      inherit name filter;
      path = src;
    };
in
{
  inherit cleanSourceFilter cleanSourceWith;
  cleanSource =
    src:
    cleanSourceWith {
      inherit src;
      filter = cleanSourceFilter;
    };
  sourceByRegex =
    src: regexes:
    cleanSourceWith {
      inherit src;
      filter =
        path: _:
        builtins.any (
          regex: builtins.match regex (lib.removePrefix (toString src + "/") path) != null
        ) regexes;
    };
  sourceFilesBySuffices =
    src: suffixes:
    cleanSourceWith {
      inherit src;
      filter =
        path: kind: kind == "directory" || builtins.any (suffix: lib.hasSuffix suffix path) suffixes;
    };
}
