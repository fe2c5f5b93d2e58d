# Options of one mesh.
{ netlib, nodes }:
{
  lib,
  name,
  config,
  ...
}:
let
  inherit (lib) types;
  instance = config;

  oneOrMore = elemType: types.coercedTo elemType lib.singleton (types.listOf elemType);

  # An IPv6 address and a port need brackets to be told apart.
  joinHostPort =
    host: port:
    if netlib.ip.isIpv6 host then "[${host}]:${toString port}" else "${host}:${toString port}";

  member =
    { name, config, ... }:
    let
      inherit (nodes.${name}) addresses;
      endpointPort = if config.listenPort == null then instance.listenPort else config.listenPort;
    in
    {
      options = {
        address = lib.mkOption {
          type = oneOrMore netlib.types.address;
          default = [ ];
          description = ''
            Address of the member in the mesh, or one for each subnet. In a subnet for which none is given,
            the member gets the address that a hash of the instance's and the member's name picks.
          '';
          example = "10.10.0.7";
        };

        endpoint = lib.mkOption {
          type = types.nullOr netlib.types.endpoint;
          default = if addresses == [ ] then null else joinHostPort (builtins.head addresses) endpointPort;
          defaultText = lib.literalMD "the first of `nodes.<name>.addresses` with the listen port, null when there are none";
          description = "Where the other members reach this one. Null for a member behind NAT, which then keeps its tunnels open itself.";
          example = "alpha.example.org:51820";
        };

        listenPort = lib.mkOption {
          type = types.nullOr netlib.types.port;
          default =
            # In this order: the endpoint's own default asks for the port when there are addresses.
            if addresses == [ ] && config.endpoint == null then null else instance.listenPort;
          defaultText = lib.literalMD "the instance's `listenPort` for members with an endpoint or addresses, null for others";
          description = "UDP port that the member listens on, opened in its firewall. Null picks a free one at each start and opens nothing.";
          example = 51821;
        };

        keepalive = lib.mkOption {
          type = types.nullOr (types.ints.between 1 65535);
          default = if config.endpoint == null then 25 else null;
          defaultText = lib.literalMD "25 for members without an endpoint, null for others";
          description = "Seconds between the packets that the member sends to peers with an endpoint to keep the way through NAT open. Null sends none.";
          example = 25;
        };
      };
    };
in
{
  options = {
    subnet = lib.mkOption {
      type = oneOrMore netlib.types.cidr;
      description = "Subnet of the mesh, IPv4 or IPv6, or a list of several. Each member gets an address in each.";
      example = [
        "10.10.0.0/24"
        "fd00:10::/64"
      ];
    };

    members = lib.mkOption {
      type = netlib.types.attrsOfNodes (builtins.attrNames nodes) (types.submodule member);
      default = { };
      description = "Nodes that take part, by node name.";
      example = lib.literalExpression ''
        {
          alpha = { };
          beta.address = "10.10.0.7";
        }
      '';
    };

    listenPort = lib.mkOption {
      type = netlib.types.port;
      default = 51820;
      description = "UDP port of members that say no other.";
      example = 51900;
    };

    interface = lib.mkOption {
      type = types.str;
      default = name;
      defaultText = lib.literalMD "the name of the instance";
      description = "Name of the network interface on the members, at most 15 characters.";
      example = "wg-home";
    };
  };
}
