{
  description = "Networks of NixOS machines as one module system, deployed in dependency order";

  # What netlib itself is built and tested with; users let it follow theirs.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      lib = nixpkgs.lib;
      forEachSystem =
        f:
        lib.genAttrs [
          "aarch64-linux"
          "x86_64-linux"
        ] (system: f nixpkgs.legacyPackages.${system});
    in
    {
      lib = import ./lib { inherit nixpkgs self; };

      # Network modules, for the `imports` of a network.
      modules = import ./modules;

      # Modules for the NixOS configuration of a node: none, netlib itself gives each node what it needs.
      nixosModules = { };

      inherit
        (import ./lib/packages.nix {
          inherit lib;
          pkgsOf = system: nixpkgs.legacyPackages.${system};
        })
        packages
        apps
        ;

      templates = import ./templates;

      checks = forEachSystem (pkgs: import ./checks/nix/flake-checks.nix { inherit pkgs self; });

      # The two below are for work on netlib: a nixpkgs without these tools still serves users.
      formatter = lib.filterAttrs (_: formatter: formatter != null) (
        forEachSystem (pkgs: pkgs.nixfmt-tree or pkgs.nixfmt-rfc-style or null)
      );

      devShells = forEachSystem (
        pkgs:
        lib.optionalAttrs (pkgs ? mkShell && pkgs ? cargo-nextest) {
          default = pkgs.mkShell {
            packages = [
              pkgs.cargo
              pkgs.cargo-insta
              pkgs.cargo-nextest
              pkgs.clippy
              (pkgs.nixfmt or pkgs.nixfmt-rfc-style)
              pkgs.rustc
              pkgs.rustfmt
              pkgs.shellcheck
            ];
          };
        }
      );
    };
}
