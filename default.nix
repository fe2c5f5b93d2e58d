# netlib without flakes: `import ./netlib { nixpkgs = …; }`, where nixpkgs is a path. See docs/evaluation.md.
{ nixpkgs }:
let
  pin = import ./lib/pin.nix nixpkgs;
  inherit (pin) lib;
  outputs = import ./lib/packages.nix {
    inherit lib;
    pkgsOf = system: pin.legacyPackages.${system};
  };
in
{
  lib = import ./lib {
    nixpkgs = pin;
    self = outputs;
  };
  modules = import ./modules;
  inherit (outputs) packages;
}
