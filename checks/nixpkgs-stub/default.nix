# Entry point with the arguments of the real `import <nixpkgs>`; returns the package set.
{
  localSystem ? {
    system = builtins.currentSystem;
  },
  system ? localSystem.system or localSystem,
  config ? { },
  overlays ? [ ],
}:
import ./pkgs {
  inherit system config overlays;
  lib = (import ./lib).extend (import ./nixos/lib/release.nix { }).libOverlay;
}
