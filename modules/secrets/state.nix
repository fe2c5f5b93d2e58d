# What lies beside the flake of each secret: `<directory>/<secret>/<node>.age`, and in the same folder `version` and `public`.
{
  lib,
  errors,
  self,
}:
directory:
let
  folderOf = name: "${self}/${directory}/${name}";
  fileOf = name: node: "${folderOf name}/${node}.age";
  textOf = file: if builtins.pathExists file then lib.trim (builtins.readFile file) else null;
in
{
  inherit fileOf;

  /**
    The version and the public half of a secret; null where there is none.
  */
  read =
    name:
    let
      version = textOf "${folderOf name}/version";
    in
    {
      version =
        if version == null || builtins.match "[A-Za-z0-9-]{1,64}" version != null then
          version
        else
          errors.fail "${directory}/${name}/version is not a version of a secret. Run: nix run .#command -- secrets rotate ${name}";
      public = textOf "${folderOf name}/public";
    };
}
