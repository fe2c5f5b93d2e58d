# WireGuard meshes: every member reaches every other one through a tunnel of its own.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  instances = config.wireguard-mesh;
  # All that is to know about the members, as plain values: peers of a large mesh must not go through the module system.
  tables = lib.mapAttrs (import ./table.nix { inherit lib netlib; }) instances;
in
{
  options.wireguard-mesh = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        import ./options.nix {
          inherit netlib;
          inherit (config) nodes;
        }
      )
    );
    default = { };
    description = ''
      WireGuard meshes, by instance name. In an instance every member reaches every other one directly,
      under an address in the instance's subnet and the name `<node>.<instance>`.
    '';
    example = lib.literalExpression ''
      {
        wg0 = {
          subnet = "10.10.0.0/24";
          members = {
            alpha = { };
            beta = { };
          };
        };
      }
    '';
  };

  config = {
    assertions = import ./assertions.nix { inherit lib netlib; } {
      inherit instances tables;
      fileOf = netlib.errors.definedIn options.wireguard-mesh;
    };

    gather = lib.mkMerge (lib.mapAttrsToList (import ./gather.nix) tables);

    configure = lib.mkMerge (
      lib.mapAttrsToList (import ./configure.nix {
        inherit lib netlib;
        inherit (config) nodes;
      }) tables
    );
  };
}
