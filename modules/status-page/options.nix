# Options of the module.
{ lib, netlib }:
let
  inherit (lib) types;
  file = types.strMatching "/[^[:space:]]+";
in
{
  options = {
    servers = lib.mkOption {
      type = netlib.references.nodes;
      default = [ ];
      description = "Selectors of the nodes that show the page. Each gets the statements of all nodes, so that one may be down.";
      example = [ "watch" ];
    };

    nodes = lib.mkOption {
      type = netlib.references.nodes;
      default = [ "*" ];
      description = "Selectors of the nodes that are shown, and that say how they are.";
      example = [
        "*"
        "!laptop"
      ];
    };

    interval = lib.mkOption {
      type = netlib.types.duration;
      default = "1m";
      description = "Time between two statements of a node. Each runs its checks once.";
      example = "30s";
    };

    offlineAfter = lib.mkOption {
      type = netlib.types.duration;
      default = "3m";
      description = "How long a node is silent before it counts as offline, and the page without news before it says in red that it is old.";
      example = "10m";
    };

    port = lib.mkOption {
      type = netlib.types.port;
      default = 8443;
      description = "TCP port of the page, and of what the nodes deliver.";
      example = 443;
    };

    public = lib.mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether the firewall lets everybody to the port, and nginx everybody to the page. Otherwise the page is for members of the IP networks that the server is
        in. Set `basicAuthFile` or `oidc` as well: the page tells what runs where.
      '';
      example = true;
    };

    networks = lib.mkOption {
      type = types.nullOr (types.listOf types.str);
      default = null;
      description = "Names in `exports.networks` of the IP networks whose members see the page. Null: all that the server is in.";
      example = [ "wireguard-mesh-wg0" ];
    };

    deliverTo = lib.mkOption {
      type = types.listOf (types.strMatching "https://[a-zA-Z0-9.:-]+(/[a-zA-Z0-9._/-]*)?");
      default = [ ];
      description = ''
        Where nodes deliver, instead of to the servers at the best address that they know: URLs of the page behind a `reverse-proxy`, for nodes that share
        no network with a server. Certificates must be ones that the nodes' systems trust.
      '';
      example = [ "https://status.example.org" ];
    };

    certificate = lib.mkOption {
      type = types.nullOr file;
      default = null;
      description = ''
        File on the servers with a certificate for `domain` and its chain. Null: each server makes one, of which the nodes know the public key by a fact;
        browsers ask once whether to trust it.
      '';
      example = "/var/lib/acme/status.example.org/fullchain.pem";
    };

    certificateKey = lib.mkOption {
      type = types.nullOr file;
      default = null;
      description = "File on the servers with the key of `certificate`.";
      example = "/var/lib/acme/status.example.org/key.pem";
    };

    domain = lib.mkOption {
      type = types.nullOr (types.strMatching "[a-z0-9.-]+");
      default = null;
      description = "Name of the page in `certificate`; nodes check it.";
      example = "status.example.org";
    };

    basicAuthFile = lib.mkOption {
      type = types.nullOr file;
      default = null;
      description = "File on the servers, readable for nginx, with names and passwords of those who see the page, as `htpasswd` writes it.";
      example = "/run/netlib-secrets/default/status-users";
    };

    oidc = lib.mkOption {
      type = types.nullOr (types.strMatching "http://[a-zA-Z0-9.:-]+");
      default = null;
      description = "An oauth2-proxy on the server, such as NixOS' `services.oauth2-proxy`, that says who sees the page.";
      example = "http://127.0.0.1:4180";
    };

    diskPercent = lib.mkOption {
      type = types.ints.between 1 100;
      default = 90;
      description = "From how many percent on a file system counts as full.";
      example = 80;
    };

    backupAge = lib.mkOption {
      type = netlib.types.duration;
      default = "2d";
      description = "How old the last backup of a borg or restic job may be.";
      example = "1d";
    };
  };
}
