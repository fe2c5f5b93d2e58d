# nginx and ACME: accepted and recorded in /etc/netlib-stub/, nothing is run.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.nginx;

  switch =
    description:
    mkOption {
      type = types.bool;
      default = false;
      example = true;
      inherit description;
    };
  nullable =
    type: example: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit example description;
    };

  location.options = {
    proxyPass = nullable types.str "http://10.0.0.1:80" "Where requests go.";
    proxyWebsockets = switch "Whether WebSockets are passed on.";
    recommendedProxySettings = switch "Whether the usual headers are passed on.";
    return = nullable (types.either types.str types.int) "404" "What is answered.";
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      example = "client_max_body_size 1g;";
      description = "Further lines.";
    };
  };

  virtualHost.options = {
    forceSSL = switch "Whether everything is TLS.";
    enableACME = switch "Whether the certificate comes by ACME.";
    default = switch "Whether it is for all other names.";
    rejectSSL = switch "Whether TLS is refused.";
    sslCertificate = mkOption {
      type = types.path;
      example = "/var/lib/site.pem";
      description = "Certificate.";
    };
    sslCertificateKey = mkOption {
      type = types.path;
      example = "/var/lib/site.key";
      description = "Private key.";
    };
    serverAliases = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "www.example.org" ];
      description = "Further names.";
    };
    locations = mkOption {
      type = types.attrsOf (types.submodule location);
      default = { };
      example = { };
      description = "Paths.";
    };
  };
in
{
  options = {
    services.nginx = {
      enable = switch "Whether nginx runs.";
      recommendedTlsSettings = switch "Whether TLS is as it should be.";
      virtualHosts = mkOption {
        type = types.attrsOf (types.submodule virtualHost);
        default = {
          localhost = { };
        };
        example = { };
        description = "Sites.";
      };
    };
    security.acme = {
      acceptTerms = switch "Whether the terms are accepted.";
      defaults = mkOption {
        type = types.submodule {
          options.email = nullable types.str "admin@example.org" "Who is written to.";
        };
        default = { };
        example = {
          email = "admin@example.org";
        };
        description = "Of all certificates.";
      };
    };
  };

  config.environment.etc = lib.mkIf cfg.enable {
    "netlib-stub/nginx.json".text = builtins.toJSON (
      lib.mapAttrs (_: host: { inherit (host) locations serverAliases; }) cfg.virtualHosts
    );
  };
}
