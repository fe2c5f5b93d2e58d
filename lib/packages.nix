# The driver as a package and as an app, for every system that it is built for, and the pages about all options.
{ lib, pkgsOf }:
let
  forEachSystem = lib.genAttrs [
    "aarch64-linux"
    "x86_64-linux"
  ];
  packages = forEachSystem (
    system:
    let
      pkgs = pkgsOf system;
      netlib = pkgs.callPackage ./package.nix { };
    in
    {
      inherit netlib;
      default = netlib;
      options = import ./option-pages.nix { inherit lib pkgs; };
    }
  );
in
{
  inherit packages;

  apps = forEachSystem (
    system:
    let
      netlib = {
        type = "app";
        program = "${packages.${system}.netlib}/bin/netlib";
        meta.description = "Deploy networks of NixOS machines";
      };
    in
    {
      inherit netlib;
      default = netlib;
    }
  );
}
