# What an instance contributes to the NixOS configuration of its proxies: nginx, certificates, open ports.
{ lib, netlib }:
table:
let
  bracketed = host: if netlib.ip.isIpv6 host then "[${host}]" else host;

  serversOf =
    proxy: host:
    lib.listToAttrs (
      map (
        backend:
        let
          path = lib.findFirst (path: path.proxy == proxy) null backend.paths;
        in
        lib.nameValuePair "${bracketed path.address}:${toString backend.port}" (
          lib.optionalAttrs (backend.weight != 1) { inherit (backend) weight; }
          // lib.optionalAttrs backend.standby { backup = true; }
        )
      ) host.backends
    );

  paths = lib.concatMap (host: lib.concatMap (backend: backend.paths) host.backends) (
    builtins.attrValues table.hosts
  );
  isByName =
    proxy: builtins.any (path: path.proxy == proxy && !netlib.ip.isAddress path.address) paths;

  schemeOf = host: (builtins.head host.backends).scheme;

  # Sent to the backend as the name that was asked for.
  tlsToBackend = host: ''
    proxy_ssl_server_name on;
    proxy_ssl_name $host;
    ${lib.optionalString (host.backendAuthority != null) ''
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate ${host.backendAuthority};
    ''}
  '';

  # All of it from the connection: what a client says of itself counts for nothing, and an empty header is not sent.
  forwarded = ''
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-Port $server_port;
    proxy_set_header X-Forwarded-Server $hostname;
    proxy_set_header Forwarded "";
    proxy_set_header X-Forwarded-Prefix "";
    proxy_set_header X-Forwarded-Ssl "";
    proxy_set_header X-Original-URL "";
    proxy_set_header X-Rewrite-URL "";
  '';

  virtualHostOf =
    host:
    {
      inherit (host) basicAuthFile;
      serverAliases = host.aliases;
      locations."/" = {
        proxyPass = "${schemeOf host}://${host.upstream}";
        proxyWebsockets = host.websockets;
        # Those of NixOS add to what the client says.
        recommendedProxySettings = false;
        extraConfig = forwarded + lib.optionalString (schemeOf host == "https") (tlsToBackend host);
      };
      inherit (host) extraConfig;
    }
    // {
      acme = {
        forceSSL = true;
      }
      // (if isWildcard host then { useACMEHost = certificateName host; } else { enableACME = true; })
      // lib.optionalAttrs (table.acme.dnsProvider != null) { acmeRoot = null; };
      files = {
        forceSSL = true;
        sslCertificate = host.certificate;
        sslCertificateKey = host.certificateKey;
      };
      none = { };
    }
    .${host.tls};

  # Units are named after certificates, and the name of a unit has no asterisk.
  isWildcard = host: lib.hasPrefix "*." host.name;
  certificateName =
    host: if isWildcard host then "wildcard-${lib.removePrefix "*." host.name}" else host.name;

  certificateOf =
    nginx: host:
    lib.nameValuePair (certificateName host) (
      certificate
      // lib.optionalAttrs (isWildcard host) {
        domain = host.name;
        extraDomainNames = host.aliases;
        inherit (nginx) group;
      }
    );

  withAcme = lib.filterAttrs (_: host: host.tls == "acme") table.hosts;
  withTls = lib.filterAttrs (_: host: host.tls != "none") table.hosts;

  # A site that may be unhealthy may also be without a certificate of the authority, which may not know its name yet: it keeps the
  # one that the node signed itself, and NixOS asks again.
  mayFail = lib.concatMap (
    host:
    let
      name = certificateName host;
    in
    lib.optionals (!host.health.required) [
      "acme-order-renew-${name}.service"
      "acme-${name}.service"
    ]
  ) (builtins.attrValues withAcme);

  certificate = lib.filterAttrs (_: value: value != null) {
    inherit (table.acme)
      dnsProvider
      email
      environmentFile
      server
      ;
  };

  contribution = proxy: { config, ... }: {
    services.nginx = {
      enable = true;
      recommendedTlsSettings = lib.mkDefault true;
      upstreams = lib.mapAttrs' (
        _: host: lib.nameValuePair host.upstream { servers = serversOf proxy host; }
      ) table.hosts;
      virtualHosts =
        lib.mapAttrs (_: virtualHostOf) table.hosts
        // lib.optionalAttrs table.rejectUnknown {
          netlib-unknown-names = {
            serverName = "_";
            default = true;
            rejectSSL = lib.mkIf (withTls != { }) true;
            # Closes the connection without an answer.
            locations."/".return = "444";
          };
        };
    };

    # A name that does not resolve yet, as at boot, keeps nginx from starting: it tries again for as long as that takes.
    systemd.services.nginx.startLimitIntervalSec = lib.mkIf (isByName proxy) (lib.mkForce 0);

    security.acme = lib.mkIf (withAcme != { }) {
      inherit (table.acme) acceptTerms;
      certs = lib.mapAttrs' (_: certificateOf config.services.nginx) withAcme;
    };

    environment.etc."netlib/may-fail" = lib.mkIf (mayFail != [ ]) { text = lib.concatLines mayFail; };

    networking.firewall.allowedTCPPorts = [ 80 ] ++ lib.optional (withTls != { }) 443;
  };
in
lib.optionalAttrs (table.hosts != { }) (lib.genAttrs table.proxies contribution)
