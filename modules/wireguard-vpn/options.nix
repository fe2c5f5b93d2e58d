# Options of one VPN: its servers and its clients.
{
  netlib,
  nodes,
  externals,
  check,
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
  inherit (import ../wireguard/member-options.nix { inherit lib netlib; }) addressOption oneOrMore;

  serverOptions = import ./server-options.nix { inherit netlib nodes addressOption; } instance;
  clientOptions = import ./client-options.nix {
    inherit
      netlib
      nodes
      externals
      addressOption
      ;
  } instance name;
in
{
  options = {
    subnet = lib.mkOption {
      type = oneOrMore netlib.types.cidr;
      description = "Subnet of the VPN, IPv4 or IPv6, or a list of several. Servers and clients get an address in each.";
      example = [
        "10.20.0.0/24"
        "fd00:20::/64"
      ];
    };

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
      description = "Nodes and externals that connect to a server. For externals, `netlib render` prints a wg-quick configuration and its QR code.";
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

    presharedKeys = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether nodes have preshared keys with each other in addition, as in `wireguard-mesh`. `netlib facts gather` has to run twice.
        Needs OpenSSL 3.5 in the nodes' pins. Externals get none.
      '';
      example = true;
    };

    reach = check.reachOption "all";

    listenPort = lib.mkOption {
      type = netlib.types.port;
      default = 51820;
      description = "UDP port of servers that say no other.";
      example = 51900;
    };

    interface = lib.mkOption {
      type = types.str;
      default = name;
      defaultText = lib.literalMD "the name of the instance";
      description = "Name of the network interface on servers and clients, at most 15 characters.";
      example = "vpn";
    };
  };
}
