# Whose keys may deploy to which nodes, and that no node ever loses its last deployer.
# There are no instances: whether somebody is left who can deploy to a node can only be said of all deployers together.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  table = import ./table.nix { inherit lib netlib; } config;
in
{
  options.deploy-access = import ./options.nix { inherit config lib netlib; };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit table;
      settings = config.deploy-access;
      fileOf = netlib.errors.definedIn options.deploy-access.deployers;
      files = netlib.errors.filesOf options.deploy-access.deployers;
      nodeFileOf = netlib.errors.definedIn options.nodes;
    };

    configure = lib.mapAttrs (import ./configure.nix { inherit lib; }) table.nodes;

    checks = import ./checks.nix { inherit lib; } table;
  };
}
