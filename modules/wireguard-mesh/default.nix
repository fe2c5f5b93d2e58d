# WireGuard meshes: every member reaches every other one, directly or through a relay.
{
  config,
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
    inherit (config) resolved;
  };
in
netlib.instances {
  name = "wireguard-mesh";
  description = ''
    WireGuard meshes, by instance name. In an instance every member reaches every other one, directly or through a relay,
    under an address in the instance's subnet and the name `<node>.<instance>`.
  '';
  example = ''
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

  options.imports = [
    (import ./options.nix {
      inherit
        netlib
        nodes
        externals
        check
        portOf
        ;
    })
  ];
  members = settings: builtins.attrNames settings.members;

  # All that is to know about a mesh, as plain values: peers of a large one must not go through the module system.
  table =
    instance: settings:
    let
      table = import ./table.nix { inherit lib netlib externals; } instance settings;
    in
    networkOf (import ./peers.nix { inherit lib; } table // { inherit table; });

  together =
    { tables, fileOf }:
    {
      assertions = import ../wireguard/assertions.nix { inherit lib netlib; } {
        module = "wireguard-mesh";
        instances = config.wireguard-mesh;
        tables = lib.mapAttrs (_: mesh: mesh.table) tables;
        inherit fileOf;
        further = import ./assertions.nix { inherit lib netlib; };
      };
    };

  instance =
    { table, ... }:
    {
      facts = import ../wireguard/gather.nix { inherit lib netlib; } table;
      configure = import ./configure.nix { inherit lib netlib nodes; } table;
      checks = table.checksFor (_: table.table.reach);
      render = import ../wireguard/render.nix { inherit lib netlib; } table;
      exports = import ../wireguard/exports.nix { inherit lib; } table;
      inherit (table) warnings;
      deploy = { inherit (table) refusals; };
    };

  # Who needs a relay comes after it.
  order =
    { table, ... }:
    let
      inherit (table.table) relays hidden reach;
      nodesAmong = builtins.filter (name: nodes ? ${name});
    in
    if table.rotating != [ ] then
      table.order
    else
      lib.optionalAttrs (relays != [ ]) {
        nodes = lib.subtractLists relays (nodesAmong (builtins.attrNames hidden));
        after = nodesAmong relays;
        # Only checks that want an answer from everybody need the relay: a backup server or what a proxy leads to may come first.
        weight = if reach == "all" then 20 else 0;
      };
}
