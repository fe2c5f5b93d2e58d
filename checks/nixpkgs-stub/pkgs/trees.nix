# Builders of directories made of links into other store paths.
{ lib, final }:
{
  symlinkJoin =
    {
      name ? "${pname}-${version}",
      pname ? "joined",
      version ? "0",
      paths,
      postBuild ? "",
      meta ? { },
      passthru ? { },
    }:
    final.stdenv.mkDerivation {
      inherit name meta passthru;
      treePaths = map toString paths;
      passAsFile = [ "treePaths" ];
      buildCommand = ''
        mkdir -p "$out"
        . ${./link-trees.sh}
        link_trees "$out" $(cat "$treePathsPath")
        ${postBuild}
      '';
    };

  buildEnv =
    {
      name,
      paths,
      pathsToLink ? [ "/" ],
      postBuild ? "",
      meta ? { },
      passthru ? { },
    }:
    final.stdenv.mkDerivation {
      inherit name meta passthru;
      treePaths = map toString paths;
      passAsFile = [ "treePaths" ];
      inherit pathsToLink;
      buildCommand = ''
        mkdir -p "$out"
        . ${./link-trees.sh}
        for tree in $(cat "$treePathsPath"); do
          for part in $pathsToLink; do
            [ ! -d "$tree/$part" ] || { mkdir -p "$out/$part"; link_trees "$out/$part" "$tree/$part"; }
          done
        done
        ${postBuild}
      '';
    };

  linkFarm =
    name: entries:
    let
      pairs =
        if lib.isAttrs entries then
          lib.mapAttrsToList (entryName: path: {
            name = entryName;
            inherit path;
          }) entries
        else
          entries;
    in
    final.runCommand name { } (
      ''
        mkdir -p "$out"
        cd "$out"
      ''
      + lib.concatMapStrings (entry: ''
        mkdir -p "$(dirname ${lib.escapeShellArg entry.name})"
        ln -s ${lib.escapeShellArg "${entry.path}"} ${lib.escapeShellArg entry.name}
      '') pairs
    );
}
