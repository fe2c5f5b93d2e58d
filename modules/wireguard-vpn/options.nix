# Options of one VPN: its servers and its clients.
{
  netlib,
  nodes,
  externals,
  check,
  # The port of an instance, by name.
  portOf,
}:
{
  lib,
  name,
  config,
  ...
}:
let
  inherit (lib) types;
  instance = config;
  inherit (import ../wireguard/member-options.nix { inherit lib netlib; })
    addressOption
    keyVersionOption
    publicKeyOption
    ;

  serverOptions = import ./server-options.nix {
    inherit
      netlib
      nodes
      addressOption
      keyVersionOption
      ;
  } (portOf name);
  clientOptions = import ./client-options.nix {
    inherit
      netlib
      nodes
      externals
      addressOption
      keyVersionOption
      publicKeyOption
      ;
  } instance name;
in
{
  imports = [
    (import ../wireguard/network-options.nix { inherit lib netlib; } {
      inherit name;
      kind = "VPN";
      listeners = "servers";
      subnets = [
        "10.20.0.0/24"
        "fd00:20::/64"
      ];
    })
  ];

  options = {
    servers = lib.mkOption {
      type = netlib.references.attrsOfNodes (types.submodule serverOptions);
      default = { };
      description = "Nodes that clients connect to. They pass packets on between clients, to each other and to what is behind them.";
      example = lib.literalExpression ''
        {
          gate.internetGateway.externalInterface = "eth0";
        }
      '';
    };

    clients = lib.mkOption {
      type = netlib.references.attrsOfMembers (types.submodule clientOptions);
      default = { };
      description = "Nodes and externals that connect to a server. For externals, `nix run .#render` prints a wg-quick configuration and its QR code.";
      example = lib.literalExpression ''
        {
          laptop = { };
          phone.tunnel = "full";
        }
      '';
    };

    dns = lib.mkOption {
      type = types.listOf netlib.types.address;
      default = [ ];
      description = "Name servers of externals and of clients with a full tunnel, when these say no others.";
      example = [ "10.20.0.1" ];
    };

    reach = check.reachOption "all";
  };
}
