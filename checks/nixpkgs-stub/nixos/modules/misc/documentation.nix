# Switches for documentation: accepted, nothing is installed.
{ lib, ... }:
let
  switch =
    what:
    lib.mkOption {
      type = lib.types.bool;
      default = true;
      example = false;
      description = "Whether to install ${what}.";
    };
in
{
  options.documentation = {
    enable = switch "documentation of packages";
    man.enable = switch "manual pages";
    info.enable = switch "info pages";
    doc.enable = switch "the doc outputs of packages";
    dev.enable = switch "documentation for developers" // {
      default = false;
    };
    nixos.enable = switch "the NixOS manual";
  };
}
