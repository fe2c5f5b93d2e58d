# Options of one reverse proxy.
{ netlib }:
{ lib, ... }:
let
  inherit (lib) types;
  hostName = types.strMatching "[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?";

  site =
    { name, ... }:
    {
      options = {
        node = lib.mkOption {
          type = netlib.references.member;
          description = "The node (or external) on which the service runs.";
          example = "forge";
        };

        service = lib.mkOption {
          type = types.nullOr types.str;
          default = null;
          description = "Name of the service in `exports.services.<node>`, which says port and scheme. Null when `port` says it.";
          example = "grafana-main";
        };

        port = lib.mkOption {
          type = types.nullOr netlib.types.port;
          default = null;
          description = "TCP port of a service that is in no `exports.services`.";
          example = 8080;
        };

        scheme = lib.mkOption {
          type = types.nullOr (
            types.enum [
              "http"
              "https"
            ]
          );
          default = null;
          defaultText = lib.literalMD "that of the service, else `http`";
          description = "How the proxy talks to the service.";
          example = "https";
        };

        aliases = lib.mkOption {
          type = types.listOf hostName;
          default = [ ];
          description = "Further names of the site, in the same certificate.";
          example = [ "www.example.org" ];
        };

        websockets = lib.mkOption {
          type = types.bool;
          default = true;
          description = "Whether connections may become WebSockets.";
          example = false;
        };

        maxBodySize = lib.mkOption {
          type = types.strMatching "[0-9]+[kmg]?";
          default = "100m";
          description = "Largest request that is passed on; 0 for any.";
          example = "2g";
        };

        certificate = lib.mkOption {
          type = types.nullOr (
            types.submodule {
              options = {
                certificate = lib.mkOption {
                  type = types.strMatching "/[^[:space:]]+";
                  description = "File on the proxy with the certificate and its chain.";
                  example = "/var/lib/certificates/site.pem";
                };
                key = lib.mkOption {
                  type = types.strMatching "/[^[:space:]]+";
                  description = "File on the proxy with the private key, readable for nginx.";
                  example = "/var/lib/certificates/site.key";
                };
              };
            }
          );
          default = null;
          description = "A certificate of your own. Null gets one by ACME.";
          example = {
            certificate = "/var/lib/certificates/site.pem";
            key = "/var/lib/certificates/site.key";
          };
        };

        checkPath = lib.mkOption {
          type = types.strMatching "/[^[:space:]]*";
          default = "/";
          description = "Path that is asked to see whether the service answers behind the proxy: anything but 502, 503 and 504 will do.";
          example = "/health";
        };
      };
    };
in
{
  options = {
    node = lib.mkOption {
      type = netlib.references.node;
      description = "The node that terminates TLS. Names of the sites point to it.";
      example = "gate";
    };

    sites = lib.mkOption {
      type = types.attrsOf (types.submodule site);
      default = { };
      description = "Sites by host name.";
      example = lib.literalExpression ''
        {
          "git.example.org" = {
            node = "forge";
            port = 3000;
          };
        }
      '';
    };

    email = lib.mkOption {
      type = types.nullOr (types.strMatching "[^@[:space:]]+@[^@[:space:]]+");
      default = null;
      description = "Address for messages about certificates. Setting it accepts the terms of the certificate authority.";
      example = "admin@example.org";
    };
  };
}
