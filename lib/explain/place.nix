# The file of a definition in parts, and whose it is: `/…/modules/hello/default.nix, via option configure.alpha`.
{ lib }:
# The nixpkgs of the node.
pin:
let
  # The narrowest first.
  folders = [
    {
      name = "netlib.modules";
      path = toString ../../modules;
    }
    {
      name = "netlib";
      path = toString ../.;
    }
    {
      name = "nixpkgs";
      path = toString pin;
    }
  ];
in
file:
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
}
