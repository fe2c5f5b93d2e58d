# What the proxy and the nodes behind it get: nginx with a virtual host for each site, and a way in for the proxy only.
{
  lib,
  netlib,
  nodes,
  reach,
}:
table:
let
  urlOf =
    site:
    let
      address = netlib.addressOf {
        from = table.node;
        to = site.node;
      };
    in
    "${site.scheme}://${netlib.ip.joinHostPort address site.port}";

  virtualHost =
    _: site:
    {
      forceSSL = true;
      serverAliases = site.aliases;
      locations."/" = {
        proxyPass = urlOf site;
        proxyWebsockets = site.websockets;
        recommendedProxySettings = true;
        extraConfig = "client_max_body_size ${site.maxBodySize};";
      };
    }
    // (
      if site.certificate == null then
        { enableACME = true; }
      else
        {
          sslCertificate = site.certificate.certificate;
          sslCertificateKey = site.certificate.key;
        }
    );

  needsAcme = builtins.any (site: site.certificate == null) (builtins.attrValues table.sites);

  proxy = {
    services.nginx = {
      enable = true;
      recommendedTlsSettings = true;
      virtualHosts = lib.mapAttrs virtualHost table.sites // {
        # Names that are nobody's get no site and no certificate.
        "_" = {
          default = true;
          rejectSSL = true;
          locations."/".return = "404";
        };
      };
    };
    security.acme = lib.mkIf needsAcme {
      acceptTerms = true;
      defaults.email = table.email;
    };
    networking.firewall.allowedTCPPorts = [
      80
      443
    ];
  };

  behind =
    lib.concatMap
      (
        site:
        lib.optional (nodes ? ${site.node} && !site.isLocal) {
          ${site.node} = reach.openFor {
            to = site.node;
            inherit (site) port;
            from = [ table.node ];
          };
        }
      )
      (lib.unique (map (site: { inherit (site) isLocal node port; }) (builtins.attrValues table.sites)));
in
lib.mkMerge ([ { ${table.node} = proxy; } ] ++ behind)
