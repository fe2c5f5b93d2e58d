# A nixpkgs that is a path, with what a flake of it would have: its lib, and one package set for each system.
nixpkgs:
let
  lib = import (nixpkgs + "/lib");
in
{
  inherit lib;
  # Not a path: that would be copied to the store wherever it is used in a string.
  outPath = toString nixpkgs;
  legacyPackages = lib.genAttrs lib.systems.flakeExposed (
    system:
    import (nixpkgs + "/.") {
      inherit system;
      config = { };
      overlays = [ ];
    }
  );
}
