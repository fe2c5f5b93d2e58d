# The options of nginx, as far as the stub carries them out.
{ lib, cfg }:
let
  inherit (lib) mkOption types;

  switch =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
      example = !default;
    };
  text =
    description:
    mkOption {
      type = types.lines;
      default = "";
      example = "client_max_body_size 1g;";
      inherit description;
    };
  nullOrText =
    example: description:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      inherit example description;
    };
  file =
    description:
    mkOption {
      type = types.path;
      example = "/var/host.pem";
      inherit description;
    };

  location.options = {
    proxyPass = nullOrText "http://localhost:3000" "Where requests go.";
    proxyWebsockets = switch false "Whether connections may be upgraded.";
    recommendedProxySettings = mkOption {
      type = types.bool;
      default = cfg.recommendedProxySettings;
      defaultText = lib.literalExpression "config.services.nginx.recommendedProxySettings";
      example = true;
      description = "Whether the backend is told who asked for what.";
    };
    return = mkOption {
      type = types.nullOr (
        types.oneOf [
          types.str
          types.int
        ]
      );
      default = null;
      example = "404";
      description = "The answer, instead of any other.";
    };
    extraConfig = text "Further lines of the location.";
  };

  server = {
    freeformType = types.attrsOf (
      types.oneOf [
        types.bool
        types.int
        types.str
      ]
    );
    options.backup = switch false "Whether it is asked only when the others do not answer.";
  };
in
{
  upstream.options = {
    servers = mkOption {
      type = types.attrsOf (types.submodule server);
      default = { };
      example = {
        "192.0.2.1:80" = { };
      };
      description = "Servers of the group, by address.";
    };
    extraConfig = text "Further lines of the group.";
  };

  virtualHost.options = {
    serverName = nullOrText "example.org" "Name of the host, unless it is the attribute's.";
    serverAliases = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "www.example.org" ];
      description = "Further names.";
    };
    basicAuthFile = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = "/var/names.htpasswd";
      description = "File with names and passwords of those who may ask.";
    };
    listen = mkOption {
      type = types.listOf (
        types.submodule {
          options = {
            addr = mkOption {
              type = types.str;
              example = "0.0.0.0";
              description = "Address.";
            };
            port = mkOption {
              type = types.nullOr types.port;
              default = null;
              example = 8443;
              description = "Port.";
            };
            ssl = switch false "Whether TLS is spoken there.";
          };
        }
      );
      default = [ ];
      example = [
        {
          addr = "0.0.0.0";
          port = 8443;
          ssl = true;
        }
      ];
      description = "Where it listens, instead of the usual ports.";
    };
    onlySSL = switch false "Whether it speaks TLS alone.";
    forceSSL = switch false "Whether HTTP is redirected to HTTPS.";
    enableACME = switch false "Whether the certificate is that of `security.acme`.";
    useACMEHost = nullOrText "example.org" "Name of a certificate of `security.acme` that is said there.";
    acmeRoot = mkOption {
      type = types.nullOr types.str;
      default = "/var/lib/acme/acme-challenge";
      example = null;
      description = "Directory of answers to the authority.";
    };
    sslCertificate = file "The certificate.";
    sslCertificateKey = file "Its key.";
    rejectSSL = switch false "Whether handshakes of TLS are refused.";
    default = switch false "Whether requests for other names come here.";
    locations = mkOption {
      type = types.attrsOf (types.submodule location);
      default = { };
      example = {
        "/".return = "404";
      };
      description = "Paths and what is done with them.";
    };
    extraConfig = text "Further lines of the host.";
  };
}
