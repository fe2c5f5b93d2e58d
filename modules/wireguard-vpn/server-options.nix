# Options of one server.
{
  netlib,
  nodes,
  addressOption,
  keyVersionOption,
}:
# That of the instance.
port:
{
  lib,
  name,
  config,
  ...
}:
let
  inherit (lib) types;
  inherit (nodes.${name}) addresses;

  internetGateway.options.externalInterface = lib.mkOption {
    type = types.strMatching "[^/ ]{1,15}";
    description = "Interface towards the Internet, behind whose addresses clients appear.";
    example = "eth0";
  };
in
{
  options = {
    address = addressOption;

    keyVersion = keyVersionOption;

    endpoint = lib.mkOption {
      type = types.nullOr netlib.types.endpoint;
      default =
        if addresses == [ ] then
          null
        else
          netlib.ip.joinHostPort (builtins.head addresses) config.listenPort;
      defaultText = lib.literalMD "the first of `nodes.<name>.addresses` with the listen port";
      description = "Where clients reach the server.";
      example = "vpn.example.org:51820";
    };

    listenPort = lib.mkOption {
      type = netlib.types.port;
      default = port;
      defaultText = lib.literalMD "the instance's `listenPort`";
      description = "UDP port that the server listens on, opened in its firewall.";
      example = 51821;
    };

    internetGateway = lib.mkOption {
      type = types.nullOr (types.submodule internetGateway);
      default = null;
      description = "Lets the server's clients into the Internet, with address translation for IPv4, and for IPv6 when the VPN has an IPv6 subnet.";
      example = lib.literalExpression ''{ externalInterface = "eth0"; }'';
    };

    networks = lib.mkOption {
      type = types.listOf netlib.types.cidr;
      default = [ ];
      description = "Networks behind the server that clients of all servers reach. Machines there need a route to the VPN's subnet by way of the server.";
      example = [ "192.168.7.0/24" ];
    };
  };
}
