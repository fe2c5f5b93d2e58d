# Options of one mesh.
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
  network = name;

  inherit (import ../wireguard/member-options.nix { inherit lib netlib; })
    addressOption
    keyVersionOption
    publicKeyOption
    ;

  member =
    { name, config, ... }:
    let
      inherit (nodes.${name} or externals.${name}) addresses;
      endpointPort = if config.listenPort == null then portOf network else config.listenPort;
    in
    {
      options = {
        address = addressOption;

        endpoint = lib.mkOption {
          type = types.nullOr netlib.types.endpoint;
          default =
            if addresses == [ ] then null else netlib.ip.joinHostPort (builtins.head addresses) endpointPort;
          defaultText = lib.literalMD "the first of `nodes.<name>.addresses` (or `externals.<name>.addresses`) with the listen port, null when there are none";
          description = "Where the other members reach this one. Null for a member behind NAT, which then keeps its tunnels open itself.";
          example = "alpha.example.org:51820";
        };

        listenPort = lib.mkOption {
          type = types.nullOr netlib.types.port;
          default =
            # In this order: the endpoint's own default asks for the port when there are addresses.
            if addresses == [ ] && config.endpoint == null then null else portOf network;
          defaultText = lib.literalMD "the instance's `listenPort` for members with an endpoint or addresses, null for others";
          description = "UDP port that the member listens on, opened in its firewall. Null picks a free one at each start and opens nothing.";
          example = 51821;
        };

        keepalive = lib.mkOption {
          type = types.nullOr netlib.types.duration;
          default = if config.endpoint == null then "25s" else null;
          defaultText = lib.literalMD "25 seconds for members without an endpoint, null for others";
          description = "Time between the packets that the member sends to peers with an endpoint to keep the way through NAT open. Null sends none.";
          example = "25s";
        };

        relay = lib.mkOption {
          type = types.nullOr netlib.references.member;
          default = if instance.relays == [ ] then null else builtins.head instance.relays;
          defaultText = lib.literalMD "the first of the instance's `relays`";
          description = ''
            The member through which this one and others reach each other when nobody can call either of them.
            Of two such members the relay of the first by name counts, so that packets come back by the way they went.
          '';
          example = "alpha";
        };

        keyVersion = keyVersionOption;

        publicKey = publicKeyOption (externals.${name} or null);
      };
    };
in
{
  imports = [
    (import ../wireguard/network-options.nix { inherit lib netlib; } {
      inherit name;
      kind = "mesh";
      listeners = "members";
      subnets = [
        "10.10.0.0/24"
        "fd00:10::/64"
      ];
    })
  ];

  options = {
    members = lib.mkOption {
      type = netlib.references.attrsOfMembers (types.submodule member);
      default = { };
      description = "Nodes and externals that take part, by name. For externals, `nix run .#render` prints a wg-quick configuration.";
      example = lib.literalExpression ''
        {
          alpha = { };
          beta.address = "10.10.0.7";
        }
      '';
    };

    relays = lib.mkOption {
      type = types.listOf netlib.references.member;
      default = [ ];
      description = ''
        Members with an endpoint that pass packets on between members that cannot reach each other directly, because nobody can call
        either. The first is used unless a member names another as its `relay`. A relay can read what it passes on.
      '';
      example = [ "alpha" ];
    };

    reach = check.reachOption "kept";
  };
}
