# The example as NixOS systems: git is there for whoever sends the first commit.
{ subject }:
let
  inherit (subject) lib modules;
  systems =
    (subject.outputsOf {
      default = {
        imports = [
          modules.git-tracking
          ./example.nix
        ];
        network.name = "example";
        defaults.nixos = subject.minimal;
      };
    }).nixosConfigurations;
in
{
  "every toplevel has a derivation" = {
    expr = lib.mapAttrs (
      _: system: lib.hasSuffix ".drv" system.config.system.build.toplevel.drvPath
    ) systems;
    expected = {
      alpha = true;
      beta = true;
      gamma = true;
    };
  };

  "nodes have what git of a deployer talks to" = {
    expr = lib.mapAttrs (
      _: system:
      builtins.all (name: system.config.environment.etc ? "netlib/${name}") [
        "git-upload"
        "git-receive"
      ]
    ) systems;
    expected = {
      alpha = true;
      beta = true;
      gamma = true;
    };
  };
}
