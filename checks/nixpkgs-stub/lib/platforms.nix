# Lists of systems for `meta.platforms`.
{ lib }:
let
  ofKernel = kernel: builtins.filter (lib.hasSuffix "-${kernel}") lib.systems.doubles.all;
in
{
  inherit (lib.systems.doubles) all;
  linux = ofKernel "linux";
  darwin = ofKernel "darwin";
  unix = ofKernel "linux" ++ ofKernel "darwin";
  x86_64 = builtins.filter (lib.hasPrefix "x86_64-") lib.systems.doubles.all;
  aarch64 = builtins.filter (lib.hasPrefix "aarch64-") lib.systems.doubles.all;
  none = [ ];
}
