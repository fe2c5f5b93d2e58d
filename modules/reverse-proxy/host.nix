# Options of one name that a proxy answers to.
{ netlib, exports }:
{ lib, ... }:
let
  inherit (lib) types;
  domainName = types.strMatching "(\\*\\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?";
in
{
  options = {
    aliases = lib.mkOption {
      type = types.listOf domainName;
      default = [ ];
      description = "Further names of the same host, with which the certificate is valid too.";
      example = [ "example.org" ];
    };

    backends = lib.mkOption {
      type = netlib.references.attrsOfNodes (
        types.submodule (import ./backend.nix { inherit netlib exports; })
      );
      default = { };
      description = "Nodes that answer requests for the name, by node name. Requests are spread over several.";
      example = lib.literalExpression ''
        {
          alpha.service = "shop";
          beta.port = 8080;
        }
      '';
    };

    websockets = lib.mkOption {
      type = types.bool;
      default = true;
      description = "Whether connections may be upgraded, as WebSockets need it.";
      example = false;
    };

    tls = lib.mkOption {
      type = types.enum [
        "acme"
        "files"
        "none"
      ];
      default = "acme";
      description = ''
        Where the certificate comes from: `acme` gets and renews one, `files` takes the one at `certificate`, `none` answers plain HTTP
        only. With a certificate, HTTP requests are redirected to HTTPS.
      '';
      example = "files";
    };

    certificate = lib.mkOption {
      type = types.nullOr (types.strMatching "/.+");
      default = null;
      description = "File on the proxies with the certificate and its chain, for `tls = \"files\"`.";
      example = "/var/lib/certificates/shop.pem";
    };

    certificateKey = lib.mkOption {
      type = types.nullOr (types.strMatching "/.+");
      default = null;
      description = "File on the proxies with the key of the certificate, for `tls = \"files\"`.";
      example = "/var/lib/certificates/shop.key";
    };

    backendAuthority = lib.mkOption {
      type = types.nullOr (types.strMatching "/.+");
      default = null;
      description = ''
        File on the proxies with the authority that has signed the certificates of backends with `scheme = "https"`.
        Null: what goes to them is encrypted, but anybody could be them.
      '';
      example = "/etc/ssl/certs/ca-bundle.crt";
    };

    basicAuthFile = lib.mkOption {
      type = types.nullOr (types.strMatching "/.+");
      default = null;
      description = ''
        File on the proxies with names and passwords of those who may ask for the name, as `htpasswd` writes it, readable for nginx.
        Needed where a backend is a service that asks nobody for a login, such as Prometheus.
      '';
      example = "/var/lib/secrets/watch.htpasswd";
    };

    health = {
      path = lib.mkOption {
        type = types.strMatching "/[^[:space:]]*";
        default = "/";
        description = "Path that a healthy backend answers requests for.";
        example = "/health";
      };

      statusCodes = lib.mkOption {
        type = types.nonEmptyListOf (types.ints.between 100 599);
        default = lib.range 200 399 ++ [
          401
          403
        ];
        defaultText = lib.literalExpression "lib.range 200 399 ++ [ 401 403 ]";
        description = "Status codes of a healthy answer; one that asks who is there is healthy too.";
        example = [ 200 ];
      };

      required = lib.mkOption {
        type = types.bool;
        default = true;
        description = ''
          Whether a deployment of a proxy rolls back when no backend of the name gives a healthy answer through it.
          Otherwise any answer of the proxy will do.
        '';
        example = false;
      };
    };

    extraConfig = lib.mkOption {
      type = types.lines;
      default = "";
      description = "Lines of nginx configuration for requests of the name.";
      example = "client_max_body_size 1g;";
    };
  };
}
