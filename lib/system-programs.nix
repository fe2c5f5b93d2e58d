# What a system brings for the host that is switched to it, and for `netlib status`: a folder `netlib` in it. Not in /etc, where each file
# costs processes at every build and every switch.
{ lib }:
{
  config,
  options,
  pkgs,
  ...
}:
let
  folder = pkgs.linkFarm "netlib-programs" (
    lib.mapAttrsToList (name: path: { inherit name path; }) config.netlib.programs
  );
  # Older nixpkgs know it by the other name only.
  commands =
    if options.system ? systemBuilderCommands then
      "systemBuilderCommands"
    else
      "extraSystemBuilderCmds";
in
{
  _file = "netlib, for programs of a system";
  key = "netlib/system-programs";

  options.netlib.programs = lib.mkOption {
    type = lib.types.attrsOf lib.types.path;
    default = { };
    internal = true;
    example = lib.literalExpression "{ boot-once = pkgs.writeShellScript \"boot-once\" \"exit 0\"; }";
    description = "Files of the folder `netlib` in this system, by name. Names may have folders.";
  };
  config.system.${commands} = "ln -s ${folder} \"$out/netlib\"\n";
}
