# Questions about files.
{ lib }:
let
  listFilesRecursive =
    dir:
    lib.concatLists (
      lib.mapAttrsToList (
        name: kind:
        if kind == "directory" then listFilesRecursive (dir + "/${name}") else [ (dir + "/${name}") ]
      ) (builtins.readDir dir)
    );
in
{
  inherit listFilesRecursive;
  pathType = builtins.readFileType;
  pathIsDirectory = path: builtins.pathExists path && builtins.readFileType path == "directory";
  pathIsRegularFile = path: builtins.pathExists path && builtins.readFileType path == "regular";
}
