# The options of WireGuard interfaces.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  nullable =
    type: example: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit example description;
    };
  commands =
    description:
    mkOption {
      type = types.coercedTo (types.listOf types.str) (lib.concatStringsSep "\n") types.lines;
      default = "";
      example = "sysctl -w net.ipv4.ip_forward=1";
      inherit description;
    };

  peerOptions =
    { config, ... }:
    {
      options = {
        name = mkOption {
          type = types.str;
          default =
            lib.replaceStrings [ "/" "-" " " "+" "=" ] [ "-" "\\x2d" "\\x20" "\\x2b" "\\x3d" ]
              config.publicKey;
          defaultText = lib.literalMD "the escaped public key";
          example = "beta";
          description = "Name of the peer.";
        };
        publicKey = mkOption {
          type = types.singleLineStr;
          example = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
          description = "Public key of the peer.";
        };
        presharedKey =
          nullable types.str "rVXs/Ni9tu3oDBLS4hOyAUAa1qTWVA3loR8eL20os3I="
            "Preshared key; it becomes readable by everybody in the store.";
        presharedKeyFile =
          nullable types.str "/var/lib/wireguard/psk"
            "File on the host with the preshared key.";
        allowedIPs = mkOption {
          type = types.listOf types.str;
          example = [ "10.0.0.2/32" ];
          description = "Addresses of the peer.";
        };
        endpoint = nullable types.str "beta.example.org:51820" "Where the peer is reached.";
        persistentKeepalive = nullable types.int 25 "Seconds between packets that keep the way open.";
        dynamicEndpointRefreshSeconds =
          nullable types.int 60
            "Seconds between look-ups of the endpoint's name.";
        dynamicEndpointRefreshRestartSeconds = nullable types.ints.unsigned 5 "Accepted without effect.";
      };
    };

  interfaceOptions = {
    options = {
      type = mkOption {
        type = types.enum [
          "wireguard"
          "amneziawg"
        ];
        default = "wireguard";
        example = "wireguard";
        description = "Kind of the interface; here only wireguard.";
      };
      ips = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "10.0.0.1/24" ];
        description = "Addresses of the interface.";
      };
      privateKey =
        nullable types.str "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
          "Private key; it becomes readable by everybody in the store.";
      privateKeyFile =
        nullable types.str "/var/lib/wireguard/private-key"
          "File on the host with the private key.";
      generatePrivateKeyFile = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether to make the private key when its file is missing.";
      };
      listenPort = nullable types.int 51820 "UDP port to listen on.";
      fwMark = nullable types.str "0x6e6978" "Mark of the tunnel's own packets.";
      mtu = nullable types.int 1380 "Largest packet of the interface.";
      metric = nullable types.int 700 "Metric of the routes.";
      table = mkOption {
        type = types.str;
        default = "main";
        example = "51";
        description = "Table of the routes.";
      };
      allowedIPsAsRoutes = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether peers' addresses become routes.";
      };
      socketNamespace = nullable types.str "outside" "Not supported here.";
      interfaceNamespace = nullable types.str "inside" "Not supported here.";
      dynamicEndpointRefreshSeconds = mkOption {
        type = types.int;
        default = 0;
        example = 60;
        description = "Seconds between look-ups of endpoints' names; 0 for never.";
      };
      preSetup = commands "Commands before the interface is made.";
      postSetup = commands "Commands after the interface is up.";
      preShutdown = commands "Commands before the interface goes.";
      postShutdown = commands "Commands after the interface is gone.";
      peers = mkOption {
        type = types.listOf (types.submodule peerOptions);
        default = [ ];
        example = [
          {
            publicKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
            allowedIPs = [ "10.0.0.2/32" ];
          }
        ];
        description = "Peers of the interface.";
      };
      extraOptions = mkOption {
        type = types.attrsOf (types.either types.str types.int);
        default = { };
        example = {
          Jc = 5;
        };
        description = "Not supported here.";
      };
    };
  };
in
{
  options.networking.wireguard = {
    enable = mkOption {
      type = types.bool;
      default = config.networking.wireguard.interfaces != { };
      defaultText = lib.literalExpression "config.networking.wireguard.interfaces != { }";
      example = true;
      description = "Whether to set up WireGuard.";
    };
    useNetworkd = mkOption {
      type = types.bool;
      default = config.networking.useNetworkd;
      defaultText = lib.literalExpression "config.networking.useNetworkd";
      example = true;
      description = "Whether the rules of the networkd back end hold; the interfaces are set up in the same way.";
    };
    interfaces = mkOption {
      type = types.attrsOf (types.submodule interfaceOptions);
      default = { };
      example = {
        wg0.ips = [ "10.0.0.1/24" ];
      };
      description = "WireGuard interfaces.";
    };
  };
}
