# WireGuard VPNs: clients connect to servers, which lead them to each other, to the networks behind them and to the Internet.
{
  config,
  lib,
  netlib,
  ...
}:
let
  inherit (config) nodes externals;

  check = import ../wireguard/check.nix { inherit lib netlib; };
  portOf = import ../wireguard/ports.nix { inherit lib; } config "wireguard-vpn";
  networkOf = import ../wireguard/network.nix {
    inherit lib netlib nodes;
    networkId = config.network.id;
    inherit (config) resolved;
  };
in
netlib.instances {
  name = "wireguard-vpn";
  description = ''
    WireGuard VPNs, by instance name. Clients connect to a server and reach through it the other clients, the networks behind
    all servers, and the Internet where they have a full tunnel. Every member has the name `<member>.<instance>` on the nodes.
  '';
  example = ''
    {
      vpn = {
        subnet = "10.20.0.0/24";
        servers.gate = { };
        clients.laptop = { };
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
  members = settings: builtins.attrNames (settings.servers // settings.clients);

  table =
    instance: settings:
    let
      table = import ./table.nix { inherit lib netlib externals; } instance settings;
    in
    networkOf (import ./peers.nix { inherit lib; } table // { inherit table; });

  together =
    { tables, fileOf }:
    let
      plain = lib.mapAttrs (_: vpn: vpn.table) tables;
    in
    {
      assertions =
        import ../wireguard/assertions.nix { inherit lib netlib; } {
          module = "wireguard-vpn";
          instances = config.wireguard-vpn;
          inherit fileOf;
          tables = plain;
          further = import ./assertions.nix { inherit lib netlib; };
        }
        ++ import ./full-tunnel-assertions.nix { inherit lib netlib; } {
          tables = plain;
          inherit fileOf;
        };
    };

  instance =
    { table, ... }:
    {
      facts = import ../wireguard/gather.nix { inherit lib netlib; } table;
      configure = import ./configure.nix { inherit lib netlib nodes; } table;
      # Clients may be switched off; a server must be there before they are deployed.
      checks = table.checksFor (
        member: if member.isServer && table.table.reach == "all" then "kept" else table.table.reach
      );
      render = import ../wireguard/render.nix { inherit lib netlib; } table;
      exports = import ../wireguard/exports.nix { inherit lib; } table;
      inherit (table) warnings;
      deploy = { inherit (table) refusals; };
    };

  order =
    { table, ... }:
    if table.rotating != [ ] then
      table.order
    else
      {
        nodes = builtins.filter (name: nodes ? ${name}) (builtins.attrNames table.table.clients);
        after = builtins.attrNames table.table.servers;
        # A client that is there first cannot connect, and rolls back.
        weight = 10;
      };
}
