# WireGuard VPNs: clients connect to servers, which lead them to each other, to the networks behind them and to the Internet.
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
  portOf = import ../wireguard/ports.nix { inherit lib; } config "wireguard-vpn";
  networkOf = import ../wireguard/network.nix {
    inherit lib netlib nodes;
    networkId = config.network.id;
  };

  vpnOf =
    instance: settings:
    let
      table = import ./table.nix { inherit lib netlib externals; } instance settings;
    in
    networkOf (import ./peers.nix { inherit lib; } table // { inherit table; });
  vpns = lib.mapAttrs vpnOf config.wireguard-vpn;

  tables = lib.mapAttrs (_: vpn: vpn.table) vpns;
  fileOf = netlib.errors.definedIn options.wireguard-vpn;

  merged = f: lib.mkMerge (lib.mapAttrsToList (_: f) vpns);

  orderOf =
    { table, ... }:
    {
      ${table.fact} = {
        nodes = builtins.filter (name: nodes ? ${name} && !(table.servers ? ${name})) (
          builtins.attrNames table.clients
        );
        after = builtins.attrNames table.servers;
        yields = true;
        # A client that is there first cannot connect, and goes back.
        weight = 10;
      };
    };
in
{
  options.wireguard-vpn = lib.mkOption {
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
      WireGuard VPNs, by instance name. Clients connect to a server and reach through it the other clients, the networks behind
      all servers, and the Internet where they have a full tunnel. Every member has the name `<member>.<instance>` on the nodes.
    '';
    example = lib.literalExpression ''
      {
        vpn = {
          subnet = "10.20.0.0/24";
          servers.gate = { };
          clients.laptop = { };
        };
      }
    '';
  };

  config = {
    assertions =
      import ../wireguard/assertions.nix { inherit lib netlib; } {
        module = "wireguard-vpn";
        instances = config.wireguard-vpn;
        inherit tables fileOf;
        further = import ./assertions.nix { inherit lib netlib; };
      }
      ++ import ./full-tunnel-assertions.nix { inherit lib netlib; } { inherit tables fileOf; };

    gather = merged (import ../wireguard/gather.nix { inherit lib netlib; });
    configure = merged (import ./configure.nix { inherit lib netlib nodes; });
    # Clients may be switched off; a server must be there before they are deployed.
    checks = merged (
      vpn:
      vpn.checksFor (
        member: if member.isServer && vpn.table.reach == "all" then "kept" else vpn.table.reach
      )
    );
    deploy.order = merged orderOf;
    render = merged (import ../wireguard/render.nix { inherit lib netlib; });
    exports = merged (import ../wireguard/exports.nix { inherit lib; });
  };
}
