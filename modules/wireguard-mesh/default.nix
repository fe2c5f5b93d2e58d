# WireGuard meshes: every member reaches every other one, directly or through a relay.
{
  config,
  options,
  lib,
  netlib,
  ...
}:
let
  inherit (config) nodes externals;

  check = import ../wireguard/check.nix { inherit lib netlib; };
  portOf = import ../wireguard/ports.nix { inherit lib; } config "wireguard-mesh";
  networkOf = import ../wireguard/network.nix {
    inherit lib netlib nodes;
    networkId = config.network.id;
  };

  # All that is to know about a mesh, as plain values: peers of a large one must not go through the module system.
  meshOf =
    instance: settings:
    let
      table = import ./table.nix { inherit lib netlib externals; } instance settings;
    in
    networkOf (import ./peers.nix { inherit lib; } table // { inherit table; });
  meshes = lib.mapAttrs meshOf config.wireguard-mesh;

  tables = lib.mapAttrs (_: mesh: mesh.table) meshes;
  fileOf = netlib.errors.definedIn options.wireguard-mesh;

  merged = f: lib.mkMerge (lib.mapAttrsToList (_: f) meshes);

  # Who needs a relay comes after it.
  orderOf =
    { table, ... }:
    let
      nodesAmong = builtins.filter (name: nodes ? ${name});
    in
    lib.optionalAttrs (table.relays != [ ]) {
      ${table.fact} = {
        nodes = lib.subtractLists table.relays (nodesAmong (builtins.attrNames table.hidden));
        after = nodesAmong table.relays;
        yields = true;
        # Only checks that want an answer from everybody need the relay: a backup server or what a proxy leads to may come first.
        weight = if table.reach == "all" then 20 else 0;
      };
    };
in
{
  options.wireguard-mesh = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule (
        import ./options.nix {
          inherit
            netlib
            nodes
            externals
            check
            portOf
            ;
        }
      )
    );
    default = { };
    description = ''
      WireGuard meshes, by instance name. In an instance every member reaches every other one, directly or through a relay,
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
    assertions = import ../wireguard/assertions.nix { inherit lib netlib; } {
      module = "wireguard-mesh";
      instances = config.wireguard-mesh;
      inherit tables fileOf;
      further = import ./assertions.nix { inherit lib netlib; };
    };

    gather = merged (import ../wireguard/gather.nix { inherit lib netlib; });
    configure = merged (import ./configure.nix { inherit lib netlib nodes; });
    checks = merged (mesh: mesh.checksFor (_: mesh.table.reach));
    deploy.order = merged orderOf;
    render = merged (import ../wireguard/render.nix { inherit lib netlib; });
    exports = merged (import ../wireguard/exports.nix { inherit lib; });
  };
}
