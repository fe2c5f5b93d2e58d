# The package set: builders, a few packages, overlays on top, as one fixed point.
{
  lib,
  system,
  config ? { },
  overlays ? [ ],
}:
let
  release = import ../nixos/lib/release.nix { };

  base =
    final:
    let
      derivations = import ./derivation.nix { inherit lib system; };
      writers = import ./writers.nix { inherit lib final; };
      trees = import ./trees.nix { inherit lib final; };
    in
    {
      _type = "pkgs";
      inherit lib system config;
      inherit (derivations) stdenv;
      stdenvNoCC = final.stdenv;
      inherit (final.stdenv) hostPlatform buildPlatform;
      path = ../.;

      callPackage = lib.callPackageWith final;
      extend = overlay: final.appendOverlays [ overlay ];
      appendOverlays =
        more:
        if more == [ ] then
          final
        else
          import ./. {
            inherit lib system config;
            overlays = overlays ++ more;
          };
      inherit overlays;

      buildPackages = final;
      pkgsBuildBuild = final;
    }
    // writers
    // trees
    // import ./host-programs.nix { inherit lib final; }
    // import ./linux.nix { inherit final; }
    // import ./rust.nix { inherit lib final; }
    // lib.genAttrs [ "harmonia" "nix-serve" ] (
      name: final.writeShellScriptBin name "exec /usr/bin/perl ${./cache-server.pl} \"$@\""
    )
    // {
      hello = final.writeShellScriptBin "hello" ''
        echo "Hello, world! (${release.version})"
      '';
    };
in
lib.fix (lib.foldl' (lib.flip lib.extends) base overlays)
