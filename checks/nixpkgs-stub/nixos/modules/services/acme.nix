# Certificates of an ACME authority: there is none where the stub's hosts are, so each one is signed by itself, as a real NixOS
# does it until the authority has answered.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.security.acme;

  nullOr =
    type: default: example: description:
    mkOption {
      type = types.nullOr type;
      inherit default example description;
    };

  certificate = { name, ... }: {
    options = optionsOf name;
  };
  optionsOf = name: {
    domain = mkOption {
      type = types.str;
      default = name;
      example = "*.example.org";
      description = "The name that the certificate is for.";
    };
    email = nullOr types.str null "admin@example.org" "Address for mail from the authority.";
    server = nullOr types.str "https://acme-v02.api.letsencrypt.org/directory" null "The authority.";
    dnsProvider = nullOr types.str null "route53" "Provider of the DNS zone.";
    environmentFile = nullOr types.path null "/run/token" "File with the provider's variables.";
    webroot = nullOr types.str null "/var/lib/acme/acme-challenge" "Directory of answers over HTTP.";
    extraDomainNames = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "www.example.org" ];
      description = "Further names.";
    };
    group = mkOption {
      type = types.str;
      default = "acme";
      example = "nginx";
      description = "Group that may read the key; accepted without effect.";
    };
  };

  serviceOf =
    name: settings:
    lib.nameValuePair "acme-${name}" {
      description = "Certificate of ${name}, signed by itself";
      wantedBy = [ "multi-user.target" ];
      path = [ pkgs.openssl ];
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
      };
      script = ''
        directory=/var/lib/acme/${lib.escapeShellArg name}
        [ ! -e "$directory/fullchain.pem" ] || exit 0
        mkdir -p "$directory"
        openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj ${lib.escapeShellArg "/CN=${settings.domain}"} \
          -addext ${lib.escapeShellArg "subjectAltName=${lib.concatMapStringsSep "," (name: "DNS:${name}") ([ settings.domain ] ++ settings.extraDomainNames)}"} \
          -keyout "$directory/key.pem" -out "$directory/fullchain.pem"
      '';
    };
in
{
  options.security.acme = {
    acceptTerms = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether the authority's terms are accepted.";
    };
    certs = mkOption {
      type = types.attrsOf (types.submodule certificate);
      default = { };
      example = {
        "example.org".email = "admin@example.org";
      };
      description = "Certificates, by name.";
    };
  };

  config = lib.mkIf (cfg.certs != { }) {
    assertions = [
      {
        assertion = cfg.acceptTerms;
        message = "security.acme.acceptTerms must be true to get certificates.";
      }
    ]
    ++ lib.mapAttrsToList (name: settings: {
      assertion = settings.email != null;
      message = "security.acme.certs.${name}.email is not set.";
    }) cfg.certs;
    systemd.services = lib.mapAttrs' serviceOf cfg.certs;
  };
}
