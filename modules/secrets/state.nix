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
  # Becomes a fact, and a part of configurations.
  isText =
    text:
    builtins.stringLength text <= 16384
    && builtins.all (line: builtins.match "[^[:cntrl:]]*" line != null) (lib.splitString "\n" text);
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
      public = textOf "${folderOf name}/public";
      refuse =
        problem:
        errors.fail "${directory}/${name}/${problem}. Run: nix run .#command -- secrets rotate ${name}";
    in
    {
      version =
        if version == null || builtins.match "[A-Za-z0-9-]{1,64}" version != null then
          version
        else
          refuse "version is not a version of a secret";
      public =
        if public == null || isText public then
          public
        else
          refuse "public is longer than 16 KiB or has characters of control";
    };
}
