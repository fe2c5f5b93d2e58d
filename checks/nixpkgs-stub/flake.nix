# A nixpkgs of our own making for tests: outputs laid out as the real flake's.
{
  description = "A small stand-in for nixpkgs, used only by the tests and the demo";

  outputs =
    { self }:
    let
      release = import ./nixos/lib/release.nix { revision = self.rev or self.dirtyRev or null; };

      baseLib = (import ./lib).extend release.libOverlay;

      lib = baseLib.extend (
        final: _previous: {
          nixosSystem =
            arguments:
            import ./nixos/lib/eval-config.nix (
              {
                lib = final;
                # The platform is set by a module; the legacy argument would read the evaluating machine's.
                system = null;
                modules = arguments.modules ++ [ { nixpkgs.flake.source = self.outPath; } ];
              }
              // removeAttrs arguments [ "modules" ]
            );
        }
      );

      forAllSystems = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ];
    in
    {
      inherit lib;

      legacyPackages = forAllSystems (system: import ./. { inherit system; });

      nixosModules = {
        notDetected = ./nixos/modules/installer/scan/not-detected.nix;
      };
    };
}
