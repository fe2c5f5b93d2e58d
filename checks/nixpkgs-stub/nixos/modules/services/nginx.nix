# nginx: the base system's program with a configuration of ours, in the place of the base system's own.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.services.nginx;
  options = import ./nginx-options.nix { inherit lib cfg; };

  withAcme = lib.filterAttrs (_: host: host.enableACME) cfg.virtualHosts;
  certificates =
    lib.attrNames withAcme
    ++ lib.filter (name: name != null) (map (host: host.useACMEHost) (lib.attrValues cfg.virtualHosts));

  lines = lib.concatMapStrings (line: "${line}\n");

  upstream =
    name: group:
    lines (
      [ "upstream ${name} {" ]
      ++ lib.mapAttrsToList (
        address: settings:
        "server ${address} ${
          lib.concatStringsSep " " (
            lib.mapAttrsToList (key: value: if value == true then key else "${key}=${toString value}") (
              lib.filterAttrs (_: value: value != false) settings
            )
          )
        };"
      ) group.servers
      ++ [
        group.extraConfig
        "}"
      ]
    );

  location =
    host: path: settings:
    lines (
      [ "location ${path} {" ]
      ++ lib.optionals (host.basicAuthFile != null) [
        "auth_basic secured;"
        "auth_basic_user_file ${host.basicAuthFile};"
      ]
      ++ lib.optional (settings.return != null) "return ${toString settings.return};"
      ++ lib.optional (settings.proxyPass != null) "proxy_pass ${settings.proxyPass};"
      ++ lib.optionals settings.proxyWebsockets [
        "proxy_http_version 1.1;"
        "proxy_set_header Upgrade $http_upgrade;"
        "proxy_set_header Connection $connection_upgrade;"
      ]
      ++ lib.optionals (settings.proxyPass != null && settings.recommendedProxySettings) [
        "proxy_set_header Host $host;"
        "proxy_set_header X-Real-IP $remote_addr;"
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
        "proxy_set_header X-Forwarded-Proto $scheme;"
      ]
      ++ [
        settings.extraConfig
        "}"
      ]
    );

  listen = host: port: options: [
    "listen 0.0.0.0:${port}${options}${lib.optionalString host.default " default_server"};"
    "listen [::]:${port}${options}${lib.optionalString host.default " default_server"};"
  ];

  certificate =
    name: host:
    if host.enableACME || host.useACMEHost != null then
      let
        directory = "/var/lib/acme/${if host.useACMEHost == null then name else host.useACMEHost}";
      in
      [
        "ssl_certificate ${directory}/fullchain.pem;"
        "ssl_certificate_key ${directory}/key.pem;"
      ]
    else
      [
        "ssl_certificate ${host.sslCertificate};"
        "ssl_certificate_key ${host.sslCertificateKey};"
      ];

  server =
    name: host:
    let
      names = "server_name ${
        toString ([ (if host.serverName == null then name else host.serverName) ] ++ host.serverAliases)
      };";
      content = lib.mapAttrsToList (location host) host.locations ++ [ host.extraConfig ];
      block =
        body:
        lines (
          [ "server {" ]
          ++ body
          ++ [
            names
            "}"
          ]
        );
    in
    if host.listen != [ ] then
      block (
        map (
          one: "listen ${one.addr}:${toString one.port}${lib.optionalString one.ssl " ssl"};"
        ) host.listen
        ++ lib.optionals (host.onlySSL || host.forceSSL) (certificate name host)
        ++ content
      )
    else
      block (
        listen host "80" ""
        ++ (if host.forceSSL then [ "location / { return 301 https://$host$request_uri; }" ] else content)
      )
      + lib.optionalString host.forceSSL (
        block (listen host "443" " ssl" ++ certificate name host ++ content)
      )
      + lib.optionalString host.rejectSSL (
        block (listen host "443" " ssl" ++ [ "ssl_reject_handshake on;" ])
      );

  file = pkgs.writeText "nginx.conf" ''
    user ${cfg.user};
    pid /run/nginx-stub.pid;
    error_log stderr;
    events { }
    http {
      access_log off;
      server_names_hash_bucket_size 128;
      map $http_upgrade $connection_upgrade {
        default upgrade;
        "" close;
      }
      ${cfg.appendHttpConfig}
      ${lib.concatStrings (lib.mapAttrsToList upstream cfg.upstreams)}
      ${lib.concatStrings (lib.mapAttrsToList server cfg.virtualHosts)}
    }
  '';
in
{
  options.services.nginx = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether nginx runs.";
    };
    user = mkOption {
      type = types.str;
      default = "www-data";
      example = "nginx";
      description = "User of nginx; the base system's own unless it is said.";
    };
    appendHttpConfig = mkOption {
      type = types.lines;
      default = "";
      example = "proxy_cache_path /var/cache/nginx keys_zone=cache:1m;";
      description = "Further lines of the http block.";
    };
    group = mkOption {
      type = types.str;
      default = "nginx";
      example = "www-data";
      description = "Group of nginx; accepted without effect.";
    };
    recommendedProxySettings = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether backends are told who asked for what.";
    };
    recommendedTlsSettings = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether settings of TLS are those that are recommended; accepted without effect.";
    };
    upstreams = mkOption {
      type = types.attrsOf (types.submodule options.upstream);
      default = { };
      example = {
        shop.servers."192.0.2.1:80" = { };
      };
      description = "Groups of servers that requests go to.";
    };
    virtualHosts = mkOption {
      type = types.attrsOf (types.submodule options.virtualHost);
      default = {
        localhost = { };
      };
      example = {
        "example.org".locations."/".return = "404";
      };
      description = "Hosts, by name.";
    };
  };

  config = lib.mkIf cfg.enable {
    security.acme.certs = lib.mapAttrs (_: host: {
      webroot = lib.mkIf (host.acmeRoot != null) (lib.mkDefault host.acmeRoot);
      extraDomainNames = host.serverAliases;
      group = lib.mkDefault "nginx";
    }) withAcme;

    users.users.${cfg.user} = {
      isSystemUser = true;
      group = cfg.user;
    };
    users.groups.${cfg.user} = { };

    systemd.services.nginx = {
      description = "nginx";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ] ++ map (name: "acme-${name}.service") certificates;
      wants = map (name: "acme-${name}.service") certificates;
      serviceConfig =
        let
          run = "${pkgs.nginx}/bin/nginx -c ${file} -g 'daemon off;'";
        in
        {
          # An empty value first: the base system's own are taken back.
          Type = "simple";
          PIDFile = "";
          ExecStartPre = [
            ""
            "${run} -t"
          ];
          ExecStart = [
            ""
            run
          ];
          ExecReload = [ "" ];
          ExecStop = [ "" ];
        };
    };
  };
}
